"""The environment variables: those that clients of the local AWS need, and those of its own process."""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from local_aws.control import PREFIX as CONTROL_PREFIX
from local_aws.fills import lambda_network
from local_aws.settings import SECRET_ACCESS_KEY, Settings

INSTANCE_VARIABLE = "LOCAL_AWS_INSTANCE_ID"
"""Marks the server and, as they inherit it, its Lambda workers."""

# What the project uses. Some of the others would open ports of their own (RDS, IoT, Transfer, …).
_SERVICES = (
    "account,acm,apigateway,backup,cloudformation,cloudtrail,codebuild,dynamodb,dynamodbstreams,ec2,events,"
    "iam,kms,lambda,logs,monitoring,resource-groups,route53,s3,scheduler,secretsmanager,sns,sqs,ssm,states,"
    "sts,tagging,wafv2"
)

_BYTECODE = {"PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE"}


def for_clients(settings: Settings, terraform_state: Path) -> dict[str, str]:
    """What makes AWS SDKs, the AWS CLI and Terraform use the local AWS.

    HA_API_ENDPOINT_<REGION> is where a client connects for that region's API, sending the API's real
    Host header. With TLS it connects to the same address at HA_TLS_PORT, which stands for port 443, and
    trusts HA_CA_BUNDLE. HA_DNS_SERVER answers for the hosted zones. HA_FAULT_URL is the control API, by
    which a drill breaks things. HA_STATE_DIR is for Terraform state,
    which must not outlive the account it describes. AWS_MAX_ATTEMPTS is low as nothing here fails by
    chance: SDKs and the AWS CLI read it. Terraform's provider 5.100 does not, and tries each call 25
    times, as its `amz-sdk-request` header says.
    """
    variables = {
        "AWS_ENDPOINT_URL": settings.endpoint_url,
        "AWS_ACCESS_KEY_ID": settings.account_id,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_DEFAULT_REGION": settings.default_region,
        "AWS_REGION": settings.default_region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "3",
        "TF_VAR_domain_name": settings.domain,
        "HA_STATE_DIR": str(terraform_state),
        "HA_DNS_SERVER": f"{settings.control_address}:{settings.dns_port}",
        "HA_TLS_PORT": str(settings.tls_port),
        "HA_CA_BUNDLE": str(settings.ca_bundle),
        "HA_FAULT_URL": f"{settings.endpoint_url}{CONTROL_PREFIX}",
    }
    for region in settings.regions:
        variables[f"HA_API_ENDPOINT_{region.upper().replace('-', '_')}"] = settings.region_url(region)
    return variables


def prepare_server(
    settings: Settings, data_dir: Path, environ: MutableMapping[str, str] | None = None
) -> None:
    """Set what MiniStack reads at import, in this process.

    The caller's own AWS_* variables go: Lambda workers inherit this environment, and no function that
    runs locally may ever reach a real account. So does what says where bytecode lies: packages bring theirs.
    """
    environ = os.environ if environ is None else environ
    for name in [name for name in environ if name.startswith("AWS_") or name in _BYTECODE]:
        del environ[name]
    environ.update(_ministack_variables(settings, data_dir))
    environ.update(_network_of_functions(settings))
    for folder in ("s3", "state", "tmp"):
        (data_dir / folder).mkdir(parents=True, exist_ok=True)


def _network_of_functions(settings: Settings) -> Mapping[str, str]:
    """What Lambda workers inherit to find the hosted zones' names and to trust the regions' certificates."""
    https = {address: {443: settings.tls_port} for address in settings.regions.values()}
    return {
        "LOCAL_AWS_NETWORK_MODULE": lambda_network.__file__,
        "SSL_CERT_FILE": str(settings.ca_bundle),
        **lambda_network.variables((settings.control_address, settings.dns_port), https),
    }


def _ministack_variables(settings: Settings, data_dir: Path) -> Mapping[str, str]:
    return {
        "AUTH": "true" if settings.auth else "false",
        "BIND_HOST": settings.control_address,
        # No container is ever needed, so the user's Docker stays untouched.
        "DOCKER_HOST": "unix:///nonexistent",
        "GATEWAY_PORT": str(settings.port),
        "IOT_MTLS_ENABLED": "0",
        "LAMBDA_EXECUTOR": "local",
        # An unsigned call must find the one account, not MiniStack's default one.
        "MINISTACK_ACCOUNT_ID": settings.account_id,
        "MINISTACK_REGION": settings.default_region,
        "MOTO_ACCOUNT_ID": settings.account_id,
        "S3_DATA_DIR": str(data_dir / "s3"),
        "SERVICES": _SERVICES,
        "SFTP_ENABLED": "0",
        "STATE_DIR": str(data_dir / "state"),
        "TMPDIR": str(data_dir / "tmp"),
        # boto3 wants some credentials and a region, also in the fills.
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_EC2_METADATA_DISABLED": "true",
        # A profile of the user must not lead a function to a real account either.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
