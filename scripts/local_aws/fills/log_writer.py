"""Writing to CloudWatch Logs from inside the server, as the services of AWS do."""

from __future__ import annotations

import time
from collections.abc import Iterable

from ministack.services import cloudwatch_logs


def append(group_name: str, stream_name: str, lines: Iterable[str], *, create_group: bool = False) -> None:
    """Add lines to a log stream, which is made when it is not there, in the account and region in force.

    Subscription filters see them. Without `create_group` lines for a group that does not exist are lost,
    as they are on AWS.
    """
    if group_name not in cloudwatch_logs._log_groups:
        if not create_group:
            return
        cloudwatch_logs._create_log_group({"logGroupName": group_name})
    streams = cloudwatch_logs._log_groups[group_name]["streams"]
    if stream_name not in streams:
        cloudwatch_logs._create_log_stream({"logGroupName": group_name, "logStreamName": stream_name})
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": line, "ingestionTime": now} for line in lines]
    cloudwatch_logs._append_log_events(streams[stream_name], events)
    cloudwatch_logs._fanout_to_subscription_filters(group_name, stream_name, events)
