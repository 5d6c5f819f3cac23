"""What AWS Backup refuses, by the names of its API model."""

from __future__ import annotations


class BackupError(Exception):
    """A refused request: `code` is the exception's name in the API model, `status` the HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def not_found(message: str) -> BackupError:
    """What a request names is not there."""
    return BackupError("ResourceNotFoundException", message)


def invalid_value(message: str) -> BackupError:
    """A parameter has a value that AWS does not take."""
    return BackupError("InvalidParameterValueException", message)


def invalid_request(message: str) -> BackupError:
    """The state of things does not allow the request."""
    return BackupError("InvalidRequestException", message)


def missing_value(message: str) -> BackupError:
    """A required parameter is missing."""
    return BackupError("MissingParameterValueException", message)


def already_exists(message: str) -> BackupError:
    """What the request would create is there."""
    return BackupError("AlreadyExistsException", message)


def access_denied(principal: str, action: str, resource: str) -> BackupError:
    """A resource-based policy denies the request."""
    return BackupError(
        "AccessDeniedException",
        f"User: {principal} is not authorized to perform: {action} on resource: {resource} "
        "with an explicit deny in a resource-based policy",
        403,
    )
