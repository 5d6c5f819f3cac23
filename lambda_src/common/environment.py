"""Reading a function's settings from the environment, once, at its cold start."""

from collections.abc import Mapping


class SettingError(ValueError):
    """A setting is missing or cannot be used; the message names the variable."""


def required(environ: Mapping[str, str], name: str) -> str:
    """Return the value of `name`, which must be set and not blank.

    Raises:
        SettingError: it is absent or blank.
    """
    value = environ.get(name, "").strip()
    if not value:
        raise SettingError(f"the environment variable {name} must be set")
    return value
