"""One metric over time, kept fine for a while and by the minute after that.

CloudWatch keeps high-resolution values (`StorageResolution` 1) by the second for 3 hours and all values
by the minute for 15 days (CloudWatch user guide, "Metrics retention"). Here values of standard resolution
are kept by ten seconds for one hour first, so that alarms on them may have short periods: see
docs/decisions/0071-short-periods-for-every-metric.md.
"""

from __future__ import annotations

from collections.abc import Iterator

from local_aws.metrics.bucket import Bucket

MINUTE = 60
STANDARD_WIDTH = 10
STANDARD_SECONDS = 3600
HIGH_RESOLUTION_WIDTH = 1
HIGH_RESOLUTION_SECONDS = 3 * 3600
KEPT_SECONDS = 15 * 24 * 3600


class Timeline:
    """The buckets of one metric and unit. Times are Unix seconds."""

    def __init__(self) -> None:
        self._width = STANDARD_WIDTH
        self._fine_seconds = STANDARD_SECONDS
        self._fine: dict[int, Bucket] = {}
        self._minutes: dict[int, Bucket] = {}
        # Values older than this go to the minutes; a minute is never in both.
        self._rolled_up_to = 0
        self.newest = 0.0

    def use_high_resolution(self) -> None:
        """Keep values by the second from now on."""
        self._width = HIGH_RESOLUTION_WIDTH
        self._fine_seconds = HIGH_RESOLUTION_SECONDS

    def at(self, timestamp: float) -> Bucket:
        """The bucket that a value of that time belongs to, made when it is not there."""
        self.newest = max(self.newest, timestamp)
        fine = timestamp >= self._rolled_up_to
        buckets, width = (self._fine, self._width) if fine else (self._minutes, MINUTE)
        start = int(timestamp // width) * width
        bucket = buckets.get(start)
        if bucket is None:
            bucket = buckets[start] = Bucket()
        return bucket

    def between(self, start: float, end: float) -> Iterator[tuple[int, Bucket]]:
        """Start time and bucket of each bucket that starts within [start, end), in no order."""
        for buckets, width in ((self._minutes, MINUTE), (self._fine, HIGH_RESOLUTION_WIDTH)):
            if (end - start) / width < len(buckets):
                first = -int(-start // width) * width
                starts: Iterator[int] = iter(range(first, -int(-end // 1), width))
                yield from ((at, buckets[at]) for at in starts if at in buckets and at < end)
            else:
                yield from ((at, bucket) for at, bucket in buckets.items() if start <= at < end)

    def roll_up(self, now: float) -> None:
        """Turn what is no longer kept fine into minutes, and drop what is too old."""
        boundary = int((now - self._fine_seconds) // MINUTE) * MINUTE
        if boundary > self._rolled_up_to:
            self._rolled_up_to = boundary
            for at in [at for at in self._fine if at < boundary]:
                minute = self._minutes.setdefault(at // MINUTE * MINUTE, Bucket())
                minute.merge(self._fine.pop(at))
        for at in [at for at in self._minutes if at < now - KEPT_SECONDS]:
            del self._minutes[at]

    def __bool__(self) -> bool:
        """Whether anything is kept."""
        return bool(self._fine or self._minutes)
