"""Error budgets and burn rates, after the Site Reliability Workbook, chapter 5, "Alerting on SLOs".

Pure: no I/O and no clock. Shares lie between 0 and 1, windows and periods are in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

DAY_SECONDS = 86_400
# Neither 0.02 nor 1 - 0.9999 is a round number in binary; modules/monitoring rounds alike.
RATE_DIGITS, SHARE_DIGITS = 6, 9


@dataclass(frozen=True)
class Alert:
    """An alert on a long window, which shows that it matters, and a short one, which shows that it goes on.

    It is raised when both spend the error budget so fast that the long window alone takes `budget_share`
    of it.
    """

    name: str
    budget_share: float
    long_seconds: int
    short_seconds: int
    severity: str

    def burn_rate(self, period_seconds: float) -> float:
        """Return how many times faster than allowed the budget of a period is spent when it is raised."""
        return round(self.budget_share * period_seconds / self.long_seconds, RATE_DIGITS)


# The workbook's recommended parameters, for a period of 30 days (its table 5-6 and the text below it).
WORKBOOK_ALERTS = (
    Alert("fast", 0.02, 3_600, 300, "page"),
    Alert("medium", 0.05, 6 * 3_600, 1_800, "page"),
    Alert("slow", 0.10, 3 * DAY_SECONDS, 6 * 3_600, "ticket"),
)


@dataclass(frozen=True)
class Objective:
    """A promise: the share of requests that are good, over a period."""

    share: float
    period_seconds: float = 30 * DAY_SECONDS

    def __post_init__(self) -> None:
        """Refuse a promise that leaves nothing, or everything, over."""
        if not 0 < self.share < 1:
            raise ValueError(f"an objective is a share above 0 and below 1, not {self.share}")

    @property
    def allowed_share(self) -> float:
        """Return the share of requests that may be bad: the error budget."""
        return round(1 - self.share, SHARE_DIGITS)

    @property
    def allowed_seconds(self) -> float:
        """Return how long everything may fail in one period."""
        return self.allowed_share * self.period_seconds

    def burn_rate(self, bad: float, requests: float) -> float:
        """Return how many times faster than allowed these requests spend the budget; 0 without requests."""
        return bad / requests / self.allowed_share if requests else 0.0

    def budget_left(self, bad: float, requests: float) -> float:
        """Return the share of a period's budget that its requests left over; negative when overspent."""
        return 1 - self.burn_rate(bad, requests)

    def threshold(self, alert: Alert) -> float:
        """Return the share of bad requests in its windows from which an alert is raised."""
        return round(alert.burn_rate(self.period_seconds) * self.allowed_share, SHARE_DIGITS)

    def exhausted_after_seconds(self, burn_rate: float) -> float:
        """Return after how long a steady burn rate has spent the whole budget (the workbook's table 5-2)."""
        return self.period_seconds / burn_rate

    def detected_after_seconds(self, alert: Alert, bad_share: float) -> float | None:
        """Return how long a steady share of bad requests lasts until the alert is raised, after none before.

        None when the alert is never raised at that share.
        """
        threshold = self.threshold(alert)
        if bad_share < threshold:
            return None
        return threshold / bad_share * alert.long_seconds
