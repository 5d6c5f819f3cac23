"""Route 53 refuses changes of records that DNS, or its own routing, could not work with.

Contract: local_aws.dns.rules. A refusal is InvalidChangeBatch with all its reasons, and nothing of the
batch is done. What MiniStack refuses itself (records that exist already or do not exist) stays its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ministack.services import route53

from local_aws.dns.rules import problems
from local_aws.fills import Fill
from local_aws.fills.patching import Answer, wrap
from local_aws.settings import Settings

Record = dict[str, Any]


def _change(original: Callable[..., Answer], zone_id: str, body: bytes) -> Answer:
    zone = route53._zones.get(zone_id)
    if zone is not None:
        before = route53._records.get(zone_id, [])
        changes = list(_changes(body))
        changed = [record for action, record in changes if action != "DELETE"]
        replaced = {route53._rs_key(record) for _, record in changes}
        after = [record for record in before if route53._rs_key(record) not in replaced] + changed
        found = list(problems(changed, after, zone_id, zone["name"], route53._health_checks.__contains__))
        if found:
            message = "[" + ", ".join(found) + "]"
            refused: Answer = route53._error_response("InvalidChangeBatch", message)
            return refused
    return original(zone_id, body)


def _changes(body: bytes) -> Iterator[tuple[str, Record]]:
    """The batch's actions, each with its record; nothing of a body that MiniStack refuses."""
    element = route53._parse_body(body)
    for name in ("ChangeBatch", "Changes"):
        element = None if element is None else route53._find(element, name)
    for change in [] if element is None else route53._findall(element, "Change"):
        record = route53._find(change, "ResourceRecordSet")
        if record is not None:
            yield route53._text(change, "Action"), route53._parse_record_set(record)


def _install(_settings: Settings) -> None:
    wrap(route53, "_change_resource_record_sets", _change)


FILL = Fill(
    name="route53_record_rules",
    requires=tuple(
        f"ministack.services.route53.{name}"
        for name in (
            "_change_resource_record_sets",
            "_error_response",
            "_find",
            "_findall",
            "_health_checks",
            "_parse_body",
            "_parse_record_set",
            "_records",
            "_rs_key",
            "_text",
            "_zones",
        )
    ),
    install=_install,
)
