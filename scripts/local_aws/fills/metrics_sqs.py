"""The depth of queues in AWS/SQS.

Contract: SQS developer guide, "Available CloudWatch metrics for Amazon SQS": messages visible, not
visible and delayed, and the age of the oldest one, by {QueueName}. AWS stops publishing for a queue that
nobody used for six hours; here it goes on as long as the queue is there.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ministack.services import sqs

from local_aws.context import Context
from local_aws.fills import Fill, Tick
from local_aws.metrics.service_metrics import Value, count, dimensions, publish_values

_NAMESPACE = "AWS/SQS"
_SECONDS = 10.0


async def _publish(context: Context) -> None:
    for region in context.settings.regions:
        for _url, queue in sqs._queues.items_scoped(context.settings.account_id, region):
            publish_values(region, _NAMESPACE, (dimensions(QueueName=queue["name"]),), _depth(queue))


def _depth(queue: Mapping[str, Any]) -> list[Value]:
    now = time.time()
    messages = list(queue["messages"])
    visible = [each for each in messages if each["visible_at"] <= now]
    delayed = [each for each in messages if each["visible_at"] > now and not each["receive_count"]]
    oldest = min((each["sent_at"] for each in messages), default=now)
    return [
        count("ApproximateNumberOfMessagesVisible", len(visible)),
        count("ApproximateNumberOfMessagesNotVisible", len(messages) - len(visible) - len(delayed)),
        count("ApproximateNumberOfMessagesDelayed", len(delayed)),
        ("ApproximateAgeOfOldestMessage", max(now - oldest, 0.0), "Seconds"),
    ]


FILL = Fill(
    name="metrics_sqs",
    requires=("ministack.services.sqs._queues",),
    ticks=(Tick(_SECONDS, _publish),),
)
