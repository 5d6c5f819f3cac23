"""The function's settings, read once into one typed value."""

from collections.abc import Mapping
from dataclasses import dataclass

from common.environment import required


@dataclass(frozen=True, slots=True)
class Environment:
    """What the deployment tells this function. Names in capitals are the environment variables."""

    products_table: str  # PRODUCTS_TABLE
    category_index: str  # CATEGORY_INDEX: hash key `category`, range key `id`, all attributes
    idempotency_table: str  # IDEMPOTENCY_TABLE: hash key `id`, TTL attribute `expires_at`
    cursor_key_id: str  # CURSOR_KEY_ID: a multi-region HMAC_256 key, as seen from this region
    allowed_origin: str  # ALLOWED_ORIGIN: the one browser origin that may call, or *
    region: str  # AWS_REGION, set by Lambda
    environment: str  # ENVIRONMENT: primary or dr; only for logs
    log_level: str  # LOG_LEVEL
    service: str  # POWERTOOLS_SERVICE_NAME: also the metrics' only dimension
    metrics_namespace: str  # POWERTOOLS_METRICS_NAMESPACE
    writer: str  # AWS_LAMBDA_FUNCTION_NAME:AWS_LAMBDA_FUNCTION_VERSION, set by Lambda

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Environment":
        """Read the settings.

        Raises:
            SettingError: one without a default is missing; the function then fails at its start,
                where a deployment notices it, and not at some request.
        """
        return cls(
            products_table=required(environ, "PRODUCTS_TABLE"),
            category_index=required(environ, "CATEGORY_INDEX"),
            idempotency_table=required(environ, "IDEMPOTENCY_TABLE"),
            cursor_key_id=required(environ, "CURSOR_KEY_ID"),
            allowed_origin=required(environ, "ALLOWED_ORIGIN"),
            region=required(environ, "AWS_REGION"),
            environment=environ.get("ENVIRONMENT", "unnamed"),
            log_level=environ.get("LOG_LEVEL", "INFO"),
            service=environ.get("POWERTOOLS_SERVICE_NAME", "products-api"),
            metrics_namespace=environ.get("POWERTOOLS_METRICS_NAMESPACE", "TechModa/API"),
            writer=":".join(
                environ.get(f"AWS_LAMBDA_FUNCTION_{part}", "unknown") for part in ("NAME", "VERSION")
            ),
        )
