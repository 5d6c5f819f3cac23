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


def number(environ: Mapping[str, str], name: str, *, least: float) -> float:
    """Return the finite number in `name`.

    Raises:
        SettingError: it is absent, no number, infinite, or below `least`.
    """
    text = required(environ, name)
    try:
        value = float(text)
    except ValueError as error:
        raise SettingError(f"{name} must be a number, not {text!r}") from error
    if not least <= value < float("inf"):
        raise SettingError(f"{name} must be {least:g} or more, not {text}")
    return value


def whole_number(environ: Mapping[str, str], name: str, *, least: int = 1) -> int:
    """Return the whole number in `name`.

    Raises:
        SettingError: it is absent, no whole number, or below `least`.
    """
    value = number(environ, name, least=least)
    if not value.is_integer():
        raise SettingError(f"{name} must be a whole number, not {value:g}")
    return int(value)


def switch(environ: Mapping[str, str], name: str) -> bool:
    """Return whether `name` says "true" or "false".

    Raises:
        SettingError: it is absent or any other word: a misspelt one must not switch anything unnoticed.
    """
    text = required(environ, name)
    if text not in ("true", "false"):
        raise SettingError(f'{name} must be "true" or "false", not {text!r}')
    return text == "true"
