"""The errors a person meets: one clear line, what to do next, and the exit status."""


class HaError(Exception):
    """A tool that failed or a wrong use: exit status 2.

    `message` says in one line what is wrong, `next_step` what to do about it. `detail` holds the whole
    output of a tool that failed, shown between the two.
    """

    exit_code = 2

    def __init__(self, message: str, next_step: str, *, detail: str = "") -> None:
        """Keep the three texts."""
        super().__init__(message)
        self.message = message
        self.next_step = next_step
        self.detail = detail


class ViolationError(HaError):
    """A promise that does not hold: a check, a drill or a smoke test that failed. Exit status 1."""

    exit_code = 1
