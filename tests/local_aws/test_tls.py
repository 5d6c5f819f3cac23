"""TLS at the regions' data planes, as API Gateway serves custom domains."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import uuid
from dataclasses import dataclass

import httpx
import pytest
from cryptography import x509
from tests.local_aws.deployer import Deployer

from local_aws.testing import LocalAws

EAST, WEST = "us-east-1", "us-west-2"
_ECHO = """
import json

def handler(event, context):
    seen = {"path": event["path"], "domain": event["requestContext"]["domainName"]}
    return {"statusCode": 200, "body": json.dumps(seen)}
"""


@dataclass(frozen=True)
class Domain:
    """A custom domain that only us-east-1 has."""

    aws: LocalAws
    name: str

    def get(self, region: str, name: str = "", *, verify: bool = True) -> httpx.Response:
        """Ask a region's data plane by TLS, with that name in the handshake and as Host."""
        name, settings = name or self.name, self.aws.settings
        trust: ssl.SSLContext | bool = (
            ssl.create_default_context(cafile=settings.ca_bundle) if verify else False
        )
        with httpx.Client(verify=trust, trust_env=False) as connection:
            return connection.get(
                f"https://{settings.regions[region]}:{settings.tls_port}/v1/items",
                headers={"Host": name},
                extensions={"sni_hostname": name},
            )


@pytest.fixture(scope="module")
def domain(aws: LocalAws, east: Deployer) -> Domain:
    name = f"api-{uuid.uuid4().hex[:6]}.example"
    east.map_domain(name, east.api(east.function(_ECHO)))
    return Domain(aws, name)


def certificate(aws: LocalAws, region: str, name: str | None) -> x509.Certificate:
    """The certificate that a region answers a handshake with."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    settings = aws.settings
    with (
        socket.create_connection((settings.regions[region], settings.tls_port), timeout=5) as connection,
        context.wrap_socket(connection, server_hostname=name) as tls,
    ):
        presented = tls.getpeercert(binary_form=True)
    assert presented
    return x509.load_der_x509_certificate(presented)


def names_of(found: x509.Certificate) -> list[str]:
    extension = found.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return extension.value.get_values_for_type(x509.DNSName)


def test_a_custom_domain_answers_with_a_certificate_of_its_name(domain: Domain) -> None:
    answer = domain.get(EAST)
    assert answer.status_code == 200
    assert answer.json() == {"path": "/v1/items", "domain": domain.name}
    assert names_of(certificate(domain.aws, EAST, domain.name)) == [domain.name]


def test_a_name_in_capitals_is_the_same_name(domain: Domain) -> None:
    assert names_of(certificate(domain.aws, EAST, domain.name.upper())) == [domain.name]


def test_a_region_has_no_certificate_for_a_domain_of_another_region(domain: Domain) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        domain.get(WEST)
    assert names_of(certificate(domain.aws, WEST, domain.name)) == [f"*.execute-api.{WEST}.amazonaws.com"]


def test_a_client_that_does_not_validate_is_forbidden_at_an_unknown_name(domain: Domain) -> None:
    answer = domain.get(EAST, "unknown.example", verify=False)
    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})


def test_a_handshake_without_a_name_is_refused(domain: Domain) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError)):
        certificate(domain.aws, EAST, None)


def test_the_certificate_goes_with_the_domain(aws: LocalAws, east: Deployer) -> None:
    name = f"api-{uuid.uuid4().hex[:6]}.example"
    gateway = east.client("apigateway")
    gateway.create_domain_name(domainName=name, endpointConfiguration={"types": ["REGIONAL"]})
    assert names_of(certificate(aws, EAST, name)) == [name]
    gateway.delete_domain_name(domainName=name)
    assert names_of(certificate(aws, EAST, name)) == [f"*.execute-api.{EAST}.amazonaws.com"]


def test_the_default_endpoint_of_an_api_has_the_regions_certificate(aws: LocalAws) -> None:
    found = certificate(aws, WEST, f"abcdefghij.execute-api.{WEST}.amazonaws.com")
    assert names_of(found) == [f"*.execute-api.{WEST}.amazonaws.com"]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_1_2_and_1_3_are_spoken(domain: Domain, version: ssl.TLSVersion) -> None:
    settings = domain.aws.settings
    context = ssl.create_default_context(cafile=settings.ca_bundle)
    context.minimum_version = context.maximum_version = version
    with (
        socket.create_connection((settings.regions[EAST], settings.tls_port), timeout=5) as connection,
        context.wrap_socket(connection, server_hostname=domain.name) as tls,
    ):
        assert tls.version() == version.name.replace("_", ".")


@pytest.mark.parametrize("mode", ["reset", "unavailable"])
def test_a_region_that_is_cut_off_is_so_with_tls_too(domain: Domain, mode: str) -> None:
    with domain.aws.cut_off(EAST, mode):
        if mode == "unavailable":
            assert domain.get(EAST).status_code == 503
        else:
            with pytest.raises(httpx.TransportError):
                domain.get(EAST)
    assert domain.get(EAST).status_code == 200


@pytest.mark.parametrize("protocol", ["--http1.1", "--http2"])
def test_curl_reaches_the_domain_with_the_variables_of_env(domain: Domain, protocol: str) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("needs curl")
    variables = domain.aws.environment
    connect_to = f"{domain.name}:443:{domain.aws.settings.regions[EAST]}:{variables['HA_TLS_PORT']}"
    options = ["-sS", "-w", "%{http_code}", "--noproxy", "*", "--cacert", variables["HA_CA_BUNDLE"]]
    command = [curl, protocol, *options, "--connect-to", connect_to, f"https://{domain.name}/v1/items"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (answer.stdout[-3:], answer.stderr) == ("200", "")


def test_plain_http_stays_as_it_is(domain: Domain) -> None:
    url = f"{domain.aws.settings.region_url(EAST)}/v1/items"
    assert httpx.get(url, headers={"Host": domain.name}, trust_env=False).status_code == 200


def test_the_cas_key_is_written_nowhere(aws: LocalAws) -> None:
    assert aws.settings.ca_bundle.read_bytes().startswith(b"-----BEGIN CERTIFICATE-----")
    kept = [path for path in aws.settings.state_dir.rglob("*") if path.is_file()]
    assert not [path for path in kept if b"PRIVATE KEY" in path.read_bytes()]
