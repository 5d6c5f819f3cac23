"""A queue of events that wait for a person: counted, looked at without taking anything out, cleared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.errors import HaError
from techmoda_ha.queues.parked import ParkedEvent

Clients = Callable[[str, str], Any]

BATCH = 10  # SQS gives and takes that many messages at a time.
HELD_SECONDS = 60  # Nobody else sees a message while it is looked at; then SQS gives it back by itself.
SEARCH_SECONDS = 1  # Waiting makes SQS ask all of its servers; without, it may overlook messages.


@dataclass(frozen=True)
class Depth:
    """How many messages wait, and how many somebody has in hand right now; SQS calls both approximate."""

    waiting: int
    in_hand: int


@dataclass(frozen=True)
class Held:
    """A message in hand: its event, and the handle by which it is deleted or given back."""

    event: ParkedEvent
    handle: str


def queue_name(name: str, queues: Mapping[str, str]) -> str:
    """Return the queue of a name in an environment: its short name, or its own as alarms tell it.

    Raises KeyError for a name that the environment does not have.
    """
    return name if name in queues.values() else queues[name]


class EventQueue:
    """A queue of one region. Every method raises HaError when it is not there or the region not up."""

    def __init__(self, clients: Clients, region: str, name: str) -> None:
        """Keep where it is; nothing is asked yet."""
        self.name, self.region = name, region
        self._sqs = clients("sqs", region)

    def depth(self) -> Depth:
        """Count what is in it."""
        with self._asked():
            told = self._sqs.get_queue_attributes(
                QueueUrl=self._url,
                AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
            )["Attributes"]
        return Depth(
            int(told["ApproximateNumberOfMessages"]), int(told["ApproximateNumberOfMessagesNotVisible"])
        )

    @contextmanager
    def held(self, limit: int) -> Iterator[list[Held]]:
        """Take up to `limit` messages in hand, oldest first; what is not deleted is given back at the end."""
        found: dict[str, Held] = {}
        try:
            with self._asked():
                url = self._url
                while len(found) < limit and (batch := self._receive(url, limit - len(found))):
                    found |= batch
            yield sorted(found.values(), key=lambda one: one.event.at)
        finally:
            self._give_back(list(found.values()))

    def delete(self, messages: Sequence[Held]) -> None:
        """Delete messages in hand for good."""
        with self._asked():
            for entries in _batches([{"ReceiptHandle": one.handle} for one in messages]):
                answer = self._sqs.delete_message_batch(QueueUrl=self._url, Entries=entries)
                if refused := answer.get("Failed"):
                    raise HaError(
                        f"{len(refused)} events could not be deleted from {self.name}.",
                        "Run it again: what was deleted stays deleted.",
                        detail=str(refused[0].get("Message", "")),
                    )

    def _receive(self, url: str, wanted: int) -> dict[str, Held]:
        answer = self._sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=min(wanted, BATCH),
            VisibilityTimeout=HELD_SECONDS,
            WaitTimeSeconds=SEARCH_SECONDS,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        return {
            one["MessageId"]: Held(ParkedEvent.from_message(one), one["ReceiptHandle"])
            for one in answer.get("Messages", [])
        }

    def _give_back(self, messages: Sequence[Held]) -> None:
        """Let others see them again; those that were deleted meanwhile are refused one by one, unheard."""
        with self._asked():
            for entries in _batches(
                [{"ReceiptHandle": one.handle, "VisibilityTimeout": 0} for one in messages]
            ):
                self._sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)

    @cached_property
    def _url(self) -> str:
        try:
            return str(self._sqs.get_queue_url(QueueName=self.name)["QueueUrl"])
        except self._sqs.exceptions.QueueDoesNotExist as error:
            raise HaError(
                f"There is no queue {self.name} in {self.region}.",
                "See what its environment was deployed with: make plan",
            ) from error

    @contextmanager
    def _asked(self) -> Iterator[None]:
        with aws_errors_as(
            f"The queue {self.name} in {self.region} does not answer.",
            "Check your rights on SQS and on the queue's key, and whether the region is up.",
        ):
            yield


def _batches(entries: Sequence[Mapping[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(entries), BATCH):
        yield [{"Id": str(index), **one} for index, one in enumerate(entries[start : start + BATCH])]
