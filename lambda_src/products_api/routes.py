"""The HTTP face of the service: one method per operation, and the answers to what goes wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, CORSConfig, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from products_api import problems, requests
from products_api.errors import (
    ApiError,
    DamagedProductError,
    MethodNotAllowedError,
    ProductNotFoundError,
    UnknownResourceError,
)
from products_api.plausibility import count_implausible
from products_api.preconditions import IfMatch, not_modified
from products_api.validation import check_create, check_update

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from products_api.health import HealthCheck
    from products_api.model import Product
    from products_api.service import ProductService

BASE_PATH = "/v1"  # the custom domain's base path mapping
OPENAPI = Path(__file__).parent / "openapi.json"
METHODS = {
    "/products": ("GET", "POST"),
    "/products/<product_id>": ("GET", "PUT", "DELETE"),
    "/health": ("GET",),
    "/openapi.json": ("GET",),
}
REQUEST_HEADERS = ["Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match"]
REGION_HEADER = "X-Region"  # which region answered: for drills, and for whoever asks support
RESPONSE_HEADERS = ["ETag", "Idempotency-Replayed", "Location", "Retry-After", REGION_HEADER]


@dataclass(slots=True)
class Facts:
    """What one request leaves for its log line and metrics."""

    list_size: int | None = None
    implausible: int | None = None  # of the products in the answer; None when it was not about products
    error: str | None = None
    reason: str | None = None


class Routes:
    """Binds the operations to paths and every error to its problem document."""

    def __init__(
        self,
        service: ProductService,
        health: HealthCheck,
        logger: Logger,
        *,
        allowed_origin: str,
        region: str,
    ) -> None:
        self._service = service
        self._health = health
        self._logger = logger
        self._region = region
        self._facts = Facts()
        self.resolver = APIGatewayRestResolver(
            cors=CORSConfig(
                allow_origin=allowed_origin,
                allow_headers=REQUEST_HEADERS,
                expose_headers=RESPONSE_HEADERS,
                max_age=600,
            ),
            strip_prefixes=[BASE_PATH],
            debug=False,
        )
        self._bind()

    def answer(self, event: dict[str, Any], context: LambdaContext) -> tuple[dict[str, Any], Facts]:
        """Return the proxy answer to a proxy event, and what to report about it."""
        self._facts = Facts()
        answer: dict[str, Any] = self.resolver.resolve(event, context)
        answer["multiValueHeaders"][REGION_HEADER] = [self._region]
        return answer, self._facts

    def list_products(self) -> Response[str]:
        """GET /products."""
        query = requests.list_query(self.resolver.current_event)
        listing = self._service.list(query.limit, query.category, query.cursor)
        self._facts.list_size = len(listing.products)
        self._facts.implausible = count_implausible(listing.products) + listing.damaged
        items = [product.representation() for product in listing.products]
        return _json({"items": items, "next_cursor": listing.next_cursor}, {"Cache-Control": "no-store"})

    def get_product(self, product_id: str) -> Response[str]:
        """GET /products/{id}."""
        product = self._service.get(_known_shape(product_id))
        self._facts.implausible = count_implausible([product])
        if not_modified(self._header("if-none-match"), product.etag):
            return Response(HTTPStatus.NOT_MODIFIED, content_type=None, headers=dict(_validators(product)))
        return _json(product.representation(), _validators(product))

    def create_product(self) -> Response[str]:
        """POST /products."""
        event = self.resolver.current_event
        subject = requests.subject(event)
        fields = check_create(requests.json_object(event))
        created = self._service.create(fields, requests.client_key(event, subject))
        self._facts.implausible = count_implausible([created.product])
        headers = {**_validators(created.product), "Location": f"{BASE_PATH}/products/{created.product.id}"}
        if created.replayed:
            headers["Idempotency-Replayed"] = "true"
        self._log_write("created", created.product.id, subject, replayed=created.replayed)
        return _json(created.product.representation(), headers, HTTPStatus.CREATED)

    def update_product(self, product_id: str) -> Response[str]:
        """PUT /products/{id}."""
        event = self.resolver.current_event
        subject = requests.subject(event)
        fields, version = check_update(requests.json_object(event))
        if_match = IfMatch.parse(self._header("if-match"))
        product = self._service.update(_known_shape(product_id), fields, version, if_match)
        self._facts.implausible = count_implausible([product])
        self._log_write("updated", product.id, subject, version=product.version)
        return _json(product.representation(), _validators(product))

    def delete_product(self, product_id: str) -> Response[str]:
        """DELETE /products/{id}."""
        subject = requests.subject(self.resolver.current_event)
        self._service.delete(_known_shape(product_id), IfMatch.parse(self._header("if-match")))
        self._log_write("deleted", product_id, subject)
        return Response(HTTPStatus.NO_CONTENT, content_type=None)

    def health(self) -> Response[str]:
        """GET /health."""
        verdict = self._health.verdict()
        facts = {"region": verdict.region, "reason": verdict.reason, "checked_at": verdict.checked_at}
        headers = {"Cache-Control": "no-store"}
        if verdict.healthy:
            return _json({"status": "ok", **facts}, headers)
        status = HTTPStatus.SERVICE_UNAVAILABLE
        body = problems.document(status, "region-unhealthy", verdict.reason, self._instance(), **facts)
        return _json(body, headers, status, problems.CONTENT_TYPE)

    def openapi(self) -> Response[str]:
        """GET /openapi.json."""
        text = OPENAPI.read_text(encoding="utf-8")
        headers = {"Cache-Control": "public, max-age=300"}
        return Response(HTTPStatus.OK, content_type="application/json", body=text, headers=dict(headers))

    def _bind(self) -> None:
        app = self.resolver
        app.get("/products")(self.list_products)
        app.post("/products")(self.create_product)
        app.get("/products/<product_id>")(self.get_product)
        app.put("/products/<product_id>")(self.update_product)
        app.delete("/products/<product_id>")(self.delete_product)
        app.get("/health")(self.health)
        app.get("/openapi.json")(self.openapi)
        app.not_found(self._no_route)
        app.exception_handler(Exception)(self._problem)

    def _no_route(self, _error: NotFoundError) -> Response[str]:
        event = self.resolver.current_event
        allowed = _methods_of(event.path.removeprefix(BASE_PATH))
        if allowed and event.http_method not in allowed:
            return self._problem(MethodNotAllowedError(event.http_method, allowed))
        return self._problem(UnknownResourceError("There is nothing at this path."))

    def _problem(self, error: Exception) -> Response[str]:
        status, headers, body = problems.describe(error, self._instance())
        self._facts.error = type(error).__name__
        self._facts.reason = getattr(error, "reason", None)
        if isinstance(error, DamagedProductError):
            self._facts.implausible = 1
        if not isinstance(error, ApiError):
            self._logger.exception("unexpected error")
        return Response(status, content_type=problems.CONTENT_TYPE, body=body, headers=dict(headers))

    def _log_write(self, done: str, product_id: str, subject: str, **facts: Any) -> None:
        """Leave a trail of who changed what; the body stays out of the log."""
        self._logger.info(f"product {done}", product_id=product_id, subject=subject, **facts)

    def _instance(self) -> str:
        return str(self.resolver.current_event.path)

    def _header(self, name: str) -> str | None:
        value: str | None = self.resolver.current_event.headers.get(name)
        return value


def _methods_of(path: str) -> tuple[str, ...]:
    for pattern, methods in METHODS.items():
        if re.fullmatch(re.sub("<.+?>", "[^/]+", pattern), path):
            return methods
    return ()


def _known_shape(product_id: str) -> str:
    if not requests.is_product_id(product_id):
        raise ProductNotFoundError(product_id)
    return product_id


def _validators(product: Product) -> dict[str, str]:
    # no-cache: caches may keep the answer but must ask with its ETag before each use.
    return {"ETag": product.etag, "Cache-Control": "no-cache"}


def _json(
    body: Any,
    headers: Mapping[str, str],
    status: HTTPStatus = HTTPStatus.OK,
    content_type: str = "application/json",
) -> Response[str]:
    return Response(status, content_type=content_type, body=json.dumps(body), headers=dict(headers))
