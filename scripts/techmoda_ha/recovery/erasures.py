"""The log of erasures, for the command line: what cannot be read is told in its words."""

from __future__ import annotations

from collections.abc import Collection

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_recovery import erasures


class ErasureLog(erasures.ErasureLog):
    """The table of erasures."""

    def among(self, keys: Collection[str]) -> set[str]:
        """Return which of the keys were erased, read strongly consistently; raise HaError."""
        with aws_errors_as(
            f"The erasure log {self.table} could not be read, so nothing may be brought back.",
            "Check your rights on the table and repeat.",
        ):
            return super().among(keys)
