"""When a composite alarm with a suppressor takes its actions.

Contract: CloudWatch user guide, "Composite alarm action suppression". After a change of state the actions
wait `wait_seconds` for the suppressor to go into ALARM; while it is there they do not happen; after it
left they wait `extension_seconds` more. Then, whatever held them, the actions for the state that the
composite alarm is in by then happen.
"""

from __future__ import annotations

from dataclasses import dataclass

BY_ALARM = "Alarm"
BY_WAIT = "WaitPeriod"
BY_EXTENSION = "ExtensionPeriod"


@dataclass
class Suppression:
    """The actions of one composite alarm that are held back. Times are Unix seconds."""

    suppressor: str
    wait_seconds: float
    extension_seconds: float
    held_by: str = ""
    until: float = 0.0

    def changed(self, now: float, *, suppressor_in_alarm: bool) -> bool:
        """Whether the actions for a change of the composite alarm's state may happen at once."""
        if suppressor_in_alarm:
            self._hold(BY_ALARM)
        elif self.wait_seconds > 0:
            self._hold(BY_WAIT, now + self.wait_seconds)
        else:
            self._hold("")
        return not self.held_by

    def released(self, now: float, *, suppressor_in_alarm: bool) -> bool:
        """Whether actions that were held back may happen now; call it all the time while some are."""
        if not self.held_by:
            return False
        if suppressor_in_alarm:
            self._hold(BY_ALARM)
        elif self.held_by == BY_ALARM:
            self._hold(BY_EXTENSION, now + self.extension_seconds)
        if self.held_by == BY_ALARM or now < self.until:
            return False
        self._hold("")
        return True

    def _hold(self, by: str, until: float = 0.0) -> None:
        self.held_by = by
        self.until = until
