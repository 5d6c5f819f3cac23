"""Everything that can go wrong with a request, as types. `problems` gives each its HTTP answer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one field of a body, a query parameter or a header."""

    field: str
    message: str


class ApiError(Exception):
    """A request that cannot be served. The message is meant for the client."""


class InvalidRequestError(ApiError):
    """The request breaks its schema; `errors` names every field."""

    def __init__(self, errors: list[FieldError]) -> None:
        names = ", ".join(dict.fromkeys(error.field for error in errors))
        super().__init__(f"The request is not valid: {names}.")
        self.errors = errors


class MalformedBodyError(ApiError):
    """The body is not the JSON text of one object."""


class UnsupportedMediaTypeError(ApiError):
    """The body's content type is not application/json."""


class BodyTooLargeError(ApiError):
    """The body has more bytes than any valid product needs."""


class NotAuthenticatedError(ApiError):
    """A write reached the function without the authorizer's verdict."""


class UnknownResourceError(ApiError):
    """There is no such path."""


class MethodNotAllowedError(ApiError):
    """The path exists, the method does not; `allowed` lists those that do."""

    def __init__(self, method: str, allowed: tuple[str, ...]) -> None:
        super().__init__(f"{method} is not allowed here; allowed: {', '.join(allowed)}.")
        self.allowed = allowed


class ProductNotFoundError(ApiError):
    """No product has this id."""

    def __init__(self, product_id: str) -> None:
        super().__init__(f"There is no product {product_id}.")


class VersionConflictError(ApiError):
    """The product has moved on from the version in the body."""

    def __init__(self, expected: int, current: int) -> None:
        super().__init__(f"The product is at version {current}, the update was based on version {expected}.")
        self.current = current


class PreconditionFailedError(ApiError):
    """If-Match names none of the product's current states."""

    def __init__(self) -> None:
        super().__init__("The product is no longer what If-Match names; read it again.")


class PreconditionRequiredError(ApiError):
    """An update says neither which version nor which ETag it replaces."""

    def __init__(self) -> None:
        super().__init__("Say what this update replaces: the field version or the header If-Match.")


class IdempotencyMismatchError(ApiError):
    """The Idempotency-Key was used before, with another body."""

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used with another body; use a new key.")


class DamagedProductError(ApiError):
    """A stored item is not a product; `reason` is for the log, not for the client."""

    def __init__(self, product_id: str, reason: str) -> None:
        super().__init__(f"The stored product {product_id} is damaged.")
        self.reason = reason


class StoreUnavailableError(ApiError):
    """The region's data store is throttled, slow or out of reach; the same request may work soon."""

    def __init__(self, reason: str, retry_after_seconds: int = 2) -> None:
        super().__init__("The products cannot be reached at the moment; try again.")
        self.reason = reason
        self.retry_after_seconds = retry_after_seconds


class StoreError(ApiError):
    """The data store refused a call that should have been right (a wrong role, a missing table)."""

    def __init__(self, reason: str) -> None:
        super().__init__("The request could not be served.")
        self.reason = reason
