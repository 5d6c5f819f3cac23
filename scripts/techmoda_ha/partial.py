"""Asking both regions when one of them may be gone: what can be had is shown, what cannot is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from techmoda_ha.errors import HaError

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")
Tell = Callable[[str], None]


def what_answers(asked: Iterable[Asked], ask: Callable[[Asked], Answer], tell: Tell) -> list[Answer]:
    """Return the answers that could be had, in order; `tell` hears in a line why another could not.

    Raises the first HaError when nothing could be had.
    """
    answers: list[Answer] = []
    errors: list[HaError] = []
    for one in asked:
        try:
            answers.append(ask(one))
        except HaError as error:
            errors.append(error)
    if errors and not answers:
        raise errors[0]
    for message in dict.fromkeys(error.message for error in errors):
        tell(f"Left out: {message}")
    return answers
