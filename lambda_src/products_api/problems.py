"""The one map from what went wrong to an application/problem+json answer (RFC 9457)."""

import json
from http import HTTPStatus
from typing import Any

from products_api import errors

CONTENT_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:techmoda:problem:"

# Error type → (status, the stable name that ends the problem's `type`).
ANSWERS: dict[type[errors.ApiError], tuple[HTTPStatus, str]] = {
    errors.InvalidRequestError: (HTTPStatus.BAD_REQUEST, "invalid-request"),
    errors.MalformedBodyError: (HTTPStatus.BAD_REQUEST, "malformed-body"),
    errors.NotAuthenticatedError: (HTTPStatus.UNAUTHORIZED, "not-authenticated"),
    errors.UnknownResourceError: (HTTPStatus.NOT_FOUND, "unknown-resource"),
    errors.ProductNotFoundError: (HTTPStatus.NOT_FOUND, "product-not-found"),
    errors.MethodNotAllowedError: (HTTPStatus.METHOD_NOT_ALLOWED, "method-not-allowed"),
    errors.VersionConflictError: (HTTPStatus.CONFLICT, "version-conflict"),
    errors.PreconditionFailedError: (HTTPStatus.PRECONDITION_FAILED, "precondition-failed"),
    errors.BodyTooLargeError: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body-too-large"),
    errors.UnsupportedMediaTypeError: (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type"),
    errors.IdempotencyMismatchError: (HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency-mismatch"),
    errors.PreconditionRequiredError: (HTTPStatus.PRECONDITION_REQUIRED, "precondition-required"),
    errors.DamagedProductError: (HTTPStatus.INTERNAL_SERVER_ERROR, "damaged-product"),
    errors.StoreError: (HTTPStatus.INTERNAL_SERVER_ERROR, "internal-error"),
    errors.StoreUnavailableError: (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"),
}
UNEXPECTED = (HTTPStatus.INTERNAL_SERVER_ERROR, "internal-error")
UNEXPECTED_DETAIL = "The request could not be served."


def answer_to(error: Exception) -> tuple[HTTPStatus, str]:
    """Return the status and problem name for `error`; anything unknown is an internal error."""
    for kind in type(error).__mro__:
        if kind in ANSWERS:
            return ANSWERS[kind]
    return UNEXPECTED


def document(status: HTTPStatus, name: str, detail: str, instance: str, **members: Any) -> dict[str, Any]:
    """Return a problem document; `members` are RFC 9457 extension members."""
    return {
        "type": TYPE_PREFIX + name,
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
        "instance": instance,
        **members,
    }


def describe(error: Exception, instance: str) -> tuple[HTTPStatus, dict[str, str], str]:
    """Return status, headers and JSON text that answer `error`.

    An error that is not ours says nothing about itself: no message, no stack.
    """
    status, name = answer_to(error)
    detail = str(error) if isinstance(error, errors.ApiError) else UNEXPECTED_DETAIL
    body = document(status, name, detail, instance, **_members(error))
    return status, _headers(error), json.dumps(body)


def _members(error: Exception) -> dict[str, Any]:
    if isinstance(error, errors.InvalidRequestError):
        return {"errors": [{"field": e.field, "message": e.message} for e in error.errors]}
    if isinstance(error, errors.VersionConflictError):
        return {"current_version": error.current}
    return {}


def _headers(error: Exception) -> dict[str, str]:
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, errors.StoreUnavailableError):
        headers["Retry-After"] = str(error.retry_after_seconds)
    if isinstance(error, errors.MethodNotAllowedError):
        headers["Allow"] = ", ".join(error.allowed)
    if isinstance(error, errors.NotAuthenticatedError):
        headers["WWW-Authenticate"] = "Bearer"
    return headers
