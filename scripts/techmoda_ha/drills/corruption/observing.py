"""What a drill of corrupted data looks at: the alarm, both regions' tables, the API's log of deletions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.drills.corruption.ledger import FIELDS, Fields
from techmoda_ha.drills.records import CATEGORY_INDEX
from techmoda_ha.errors import HaError

KEYS_PER_BATCH = 100  # BatchGetItem takes no more.
ALARM = "implausible-products"
DELETED = "product deleted"


@dataclass(frozen=True)
class Sights:
    """Everything that is looked at in one deployment. `clients` makes AWS clients."""

    clients: Callable[[str, str], Any]
    table: str
    alarm: str
    alarm_region: str
    log_group: str

    @classmethod
    def of(cls, clients: Callable[[str, str], Any], outputs: Mapping[str, Any]) -> Sights:
        """Read the outputs of the environment that serves; raise HaError when there is no such alarm."""
        alarms = [name for name in outputs["alarm_names"] if ALARM in name]
        if not alarms:
            raise HaError(
                f"No alarm watches the metric of {ALARM.replace('-', ' ')}: nobody would notice.",
                "Deploy the monitoring of this version: make apply ENV=primary",
            )
        return cls(
            clients,
            outputs["table_name"],
            alarms[0],
            outputs["region"],
            outputs["log_group_names"]["products"],
        )

    def alarm_state(self) -> str:
        """Return OK, ALARM or INSUFFICIENT_DATA; raise HaError."""
        with aws_errors_as("The alarm could not be read.", "Check your rights on CloudWatch."):
            found = self.clients("cloudwatch", self.alarm_region).describe_alarms(AlarmNames=[self.alarm])
        return str(found["MetricAlarms"][0]["StateValue"])

    def products(self, region: str, category: str, known: Iterable[str]) -> dict[str, Fields]:
        """Return every product of the category, and every known one, that a region holds; raise HaError.

        The index, which is eventually consistent, names those that nobody should know of; all are read from
        the table itself, strongly consistently.
        """
        client = self.clients("dynamodb", region)
        with aws_errors_as(f"The products in {region} could not be read.", "Check your rights on the table."):
            pages = client.get_paginator("query").paginate(
                TableName=self.table,
                IndexName=CATEGORY_INDEX,
                KeyConditionExpression="category = :category",
                ExpressionAttributeValues={":category": {"S": category}},
                ProjectionExpression="id",
            )
            wanted = sorted({item["id"]["S"] for page in pages for item in page["Items"]} | set(known))
            found: dict[str, Fields] = {}
            for start in range(0, len(wanted), KEYS_PER_BATCH):
                found |= self._read(client, wanted[start : start + KEYS_PER_BATCH])
        return found

    def _read(self, client: Any, products: list[str]) -> dict[str, Fields]:
        keys = [{"id": {"S": product}} for product in products]
        pending: Any = {self.table: {"Keys": keys, "ConsistentRead": True}}
        found: dict[str, Fields] = {}
        while pending:
            answer = client.batch_get_item(RequestItems=pending)
            for item in answer["Responses"].get(self.table, []):
                found[item["id"]["S"]] = fields_of(item)
            pending = answer.get("UnprocessedKeys")
        return found

    def deletions(self, since: float) -> set[str]:
        """Return the products whose deletion the API logged since then (epoch seconds); raise HaError.

        DynamoDB Streams do not say who deleted an item; the API's log does.
        """
        with aws_errors_as("The API's log could not be read.", "Check your rights on CloudWatch Logs."):
            pages = (
                self.clients("logs", self.alarm_region)
                .get_paginator("filter_log_events")
                .paginate(
                    logGroupName=self.log_group,
                    startTime=int(since * 1000),
                    filterPattern=f'{{ $.message = "{DELETED}" }}',
                )
            )
            return {
                product
                for page in pages
                for event in page["events"]
                for product in _deleted(event["message"])
            }


def _deleted(line: str) -> list[str]:
    try:
        entry = json.loads(line)
    except ValueError:
        return []
    is_one = isinstance(entry, dict) and entry.get("message") == DELETED
    return [str(entry["product_id"])] if is_one else []


def fields_of(item: Mapping[str, Any]) -> Fields:
    """Return the fields that the ledger compares; what is missing is missing here too."""
    found: dict[str, Any] = {name: next(iter(item[name].values())) for name in FIELDS if name in item}
    return found | ({"stock": int(found["stock"])} if "stock" in found else {})
