"""Rules of the API: a surge gets through, nobody writes unasked, both regions answer at its names."""

from __future__ import annotations

from collections.abc import Iterator

from techmoda_ha.plan.gateway import (
    DOMAIN,
    MAPPING,
    METHOD,
    STAGE,
    WRITES,
    Throttle,
    customer_paths,
    host_names,
    is_write,
    throttles,
    verb_of,
)
from techmoda_ha.plan.judging import BOTH, Judgement, Severity, decide, expect, missing, rule
from techmoda_ha.plan.model import Resource, System, known
from techmoda_ha.plan.values import UNKNOWN, every, some

RATE, BURST = "settings.0.throttling_rate_limit", "settings.0.throttling_burst_limit"


@rule(
    "api-throttle",
    severity=Severity.CRITICAL,
    title="The stage's throttle, and each method's own, let the surge through",
    why="A throttle below the surge answers 429 to paying customers while everything behind it is idle.",
    fix="Raise rate and burst to the surge's requests (or writes) a second: input capacity.throttle.",
    source="API Gateway developer guide, throttling; rates from objectives.yaml",
    answers=("wa-rel-5", "wa-rel-7"),
)
def throttle(system: System) -> Iterator[Judgement]:
    """Judge the default of each stage, and the methods that customers use."""
    for plan in system.plans:
        found = list(throttles(plan))
        if not any(one.is_for_all for one in found):
            yield missing(plan, "No throttle protects the stage.")
        for one in found:
            if one.is_for_all or one.path in customer_paths(plan):
                yield _lets_through(system, one)


def _lets_through(system: System, one: Throttle) -> Judgement:
    need = system.objectives.surge_writes if one.verb in WRITES else system.objectives.surge_requests
    rate, burst = one.settings.value(RATE), one.settings.value(BURST)
    if not known(rate, burst):
        return decide(one.settings, UNKNOWN, "The throttle is below the surge.")
    # -1 stands for no throttle of its own: the account's holds.
    ceiling = system.objectives.workload.gateway_requests_per_second
    rate, burst = (ceiling if limit is None or limit < 0 else limit for limit in (rate, burst))
    text = f"It takes {rate:g} requests a second and {burst:g} at once; a surge brings {need:g}."
    return decide(one.settings, min(rate, burst) >= need, text)


@rule(
    "api-writes-authenticated",
    severity=Severity.CRITICAL,
    title="Every method that writes asks who is there",
    why="An open write method lets anyone change the catalogue, in both regions at once.",
    fix="Set authorizer = true for the route (modules/api), or authorization AWS_IAM or a user pool.",
    source="API Gateway developer guide, controlling access to a REST API",
    answers=("gdpr-32-1-b", "wa-sec-2", "wa-sec-3"),
)
def writes_authenticated(system: System) -> Iterator[Judgement]:
    """Judge methods with a verb that writes."""
    for method in system.of(METHOD):
        if is_write(method):
            kind = method.value("authorization")
            by_authorizer = every(kind in ("CUSTOM", "COGNITO_USER_POOLS"), method.is_set("authorizer_id"))
            holds = some(kind == "AWS_IAM", by_authorizer)
            yield decide(method, holds, f"{verb_of(method)} asks for no authorization ({kind}).")


@rule(
    "api-validation",
    severity=Severity.MEDIUM,
    title="The gateway refuses bodies that do not fit the schema",
    why="What the gateway refuses costs no execution; in a flood of garbage that keeps room for customers.",
    fix="Give POST and PUT methods a request model and a validator.",
    source="API Gateway developer guide, request validation",
    answers=("wa-rel-5", "wa-sec-5"),
)
def validation(system: System) -> Iterator[Judgement]:
    """Judge methods whose verb carries a body."""
    for method in system.of(METHOD):
        if verb_of(method) in WRITES - {"DELETE"}:
            holds = every(method.is_set("request_models"), method.is_set("request_validator_id"))
            yield decide(method, holds, f"{verb_of(method)} takes any body.")


@rule(
    "api-firewall",
    severity=Severity.HIGH,
    title="A firewall with a limit for each address stands before the stage",
    why="One client in a loop would use up the throttle that all others share.",
    fix="Associate a web ACL with a rate-based rule with the stage (modules/api does).",
    source="AWS WAF developer guide, rate-based rules",
    answers=("gdpr-32-1-b", "wa-rel-5", "wa-sec-5"),
)
def firewall(system: System) -> Iterator[Judgement]:
    """Judge the web ACLs, and whether each plan with a stage associates one."""
    for plan in system.plans:
        if list(plan.of(STAGE)) and not list(plan.of("aws_wafv2_web_acl_association")):
            yield missing(plan, "No firewall is associated with the stage.")
        for acl in plan.of("aws_wafv2_web_acl"):
            limits = [
                every(one.is_set("statement.0.rate_based_statement"), one.is_set("action.0.block"))
                for one in acl.blocks("rule")
            ]
            yield decide(acl, some(*limits), "It blocks no address that sends too much.")


@rule(
    "api-custom-domain",
    severity=Severity.CRITICAL,
    title="The public host name is a regional custom domain of the API in both regions, with a mapping",
    why="A region that does not know the name answers 403 to every client that DNS leads there.",
    fix="Make the same aws_api_gateway_domain_name and base path mapping in both environments.",
    source="API Gateway developer guide, DNS failover: the same regional custom domain in both regions",
    answers=("wa-rel-11", "wa-rel-13"),
    needs=BOTH,
)
def custom_domain(system: System) -> Iterator[Judgement]:
    """Judge both plans by the names that failover records have, and each domain by its mapping."""
    primary, dr = system.both()
    if not host_names(primary) & host_names(dr):
        yield missing(
            dr, f"None of the primary's host names {sorted(host_names(primary))} is answered in DR."
        )
    for plan in (primary, dr):
        mapped = {mapping.value("domain_name") for mapping in plan.of(MAPPING)}
        for domain in plan.of(DOMAIN):
            regional = domain.value("endpoint_configuration.0.types") == ["REGIONAL"]
            holds = regional and domain.value("domain_name") in mapped
            yield decide(domain, holds, "It is not regional, or no base path mapping leads to the API.")


@rule(
    "api-certificate",
    severity=Severity.CRITICAL,
    title="Each region has a validated certificate of its own for its host names",
    why="A regional custom domain takes a certificate of its own region only; without it no client connects.",
    fix="Make an aws_acm_certificate with all host names in the environment, and its validation.",
    source="API Gateway developer guide, regional custom domain names; ACM",
    answers=("gdpr-32-1-a", "wa-rel-13", "wa-sec-9"),
)
def certificate(system: System) -> Iterator[Judgement]:
    """Judge each custom domain by the certificates that its plan makes, or by the ARN it is given."""
    for plan in system.plans:
        covered = {
            str(name)
            for one in plan.of("aws_acm_certificate")
            for name in [one.value("domain_name"), *(one.value("subject_alternative_names") or [])]
        }
        validated = bool(list(plan.of("aws_acm_certificate_validation")))
        for domain in plan.of(DOMAIN):
            yield _has_certificate(domain, covered if validated else set())


def _has_certificate(domain: Resource, covered: set[str]) -> Judgement:
    name, arn = str(domain.value("domain_name")), domain.value("regional_certificate_arn")
    in_region = UNKNOWN if arn is UNKNOWN else str(arn).split(":")[3:4] == [domain.region]
    is_covered = name in covered or "*." + name.partition(".")[2] in covered
    text = f"No validated certificate of this region covers {name}."
    return decide(domain, every(in_region, is_covered), text)


@rule(
    "api-tls",
    severity=Severity.HIGH,
    title="Clients connect with TLS 1.2 or newer",
    why="Tokens and customers' addresses travel in these connections.",
    fix='Set security_policy = "TLS_1_2".',
    source="API Gateway developer guide, security policies",
    answers=("gdpr-32-1-a", "wa-sec-9"),
)
def tls(system: System) -> Iterator[Judgement]:
    """Judge custom domains."""
    for domain in system.of(DOMAIN):
        yield expect(domain, "security_policy", lambda policy: policy == "TLS_1_2", "It takes {}.")


@rule(
    "api-one-way-in",
    severity=Severity.HIGH,
    title="The API answers at its custom domains only",
    why="Clients of the default execute-api host name would not follow a failover.",
    fix="Set disable_execute_api_endpoint = true.",
    source="API Gateway developer guide, disabling the default endpoint",
    answers=("wa-rel-11", "wa-sec-5"),
)
def one_way_in(system: System) -> Iterator[Judgement]:
    """Judge REST APIs."""
    for api in system.of("aws_api_gateway_rest_api"):
        yield expect(api, "disable_execute_api_endpoint", bool, "Its default endpoint is open.")


@rule(
    "api-logs",
    severity=Severity.MEDIUM,
    title="Each stage logs who asked what, traces, and never logs bodies",
    why="Without access logs nobody can tell what failed for whom; with data traces personal "
    "data is in the logs.",
    fix="Set access_log_settings and xray_tracing_enabled; leave data_trace_enabled off.",
    source="API Gateway developer guide, logging and tracing",
    answers=("gdpr-5-1-c", "wa-rel-6", "wa-sec-4"),
)
def logs(system: System) -> Iterator[Judgement]:
    """Judge stages and method settings."""
    for stage in system.of(STAGE):
        holds = every(stage.value("xray_tracing_enabled") is True, stage.is_set("access_log_settings"))
        yield decide(stage, holds, "It keeps no access log or trace.")
    for one in system.of("aws_api_gateway_method_settings"):
        text = "It logs whole requests and answers."
        yield expect(one, "settings.0.data_trace_enabled", lambda on: not on, text)
