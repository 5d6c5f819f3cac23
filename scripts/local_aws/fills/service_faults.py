"""Faults of one service in one region, for testing what its callers make of them.

A throttled call gets the service's own error (DynamoDB API reference, "Error handling with DynamoDB":
status 400, ProvisionedThroughputExceededException) and counts in its metrics. 503 has an empty body, which
every SDK protocol reads. The control API answers GET /_local/services, and
PUT /_local/services/{service}/{region} with {"mode": "throttle" | "unavailable" | "reset" | "hang" | "lost"
| "up", or a list of modes, "share": 0 to 1}.
"""

from __future__ import annotations

import json
from http import HTTPStatus

from local_aws import connections
from local_aws.asgi import (
    App,
    Message,
    Receive,
    Scope,
    Send,
    call_of,
    header,
    read_body,
    send_aws_error,
    send_json,
)
from local_aws.context import Context
from local_aws.fills import Fill
from local_aws.fills.metrics_dynamodb import count_throttled_request
from local_aws.outage import hang, send_unavailable
from local_aws.service_faults import THROTTLES, Fault, FaultError, ServiceFaults, ServiceMode

_RESPONSE = ("http.response.start", "http.response.body")


class FaultyServices:
    """The faults of one server, and the app that callers meet them in."""

    def __init__(self) -> None:
        self.faults = ServiceFaults()
        self._regions: frozenset[str] = frozenset()

    def started(self, context: Context) -> None:
        """Learn which regions are served."""
        self._regions = frozenset(context.settings.regions)

    def wrap(self, app: App) -> App:
        """The app, failing as the faults say."""

        async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
            call = call_of(scope)
            met = self.faults.meet(call.service, call.region)
            if met is None:
                await app(scope, receive, send)
                return
            mode, fault = met
            if mode is ServiceMode.THROTTLE:
                await _throttle(scope, await read_body(receive), send)
                return
            if mode is ServiceMode.UNAVAILABLE:
                await send_unavailable(send)
                return
            if mode is ServiceMode.HANG:
                await hang(receive, fault.changed.wait())
            elif mode is ServiceMode.LOST:
                await app(scope, receive, _swallow(send))
            connections.reset()

        return faulty

    async def control(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the control API."""
        _, _, path = scope["path"].partition("/services")
        service, _, region = path.strip("/").partition("/")
        if (scope["method"], service) == ("GET", ""):
            await send_json(send, {"faults": self.faults.as_list()})
        elif scope["method"] == "PUT" and service and region in self._regions:
            await self._set(service, region, await read_body(receive), send)
        else:
            message = f"PUT services/SERVICE/REGION, with a region of: {', '.join(sorted(self._regions))}"
            await send_json(send, {"message": message}, HTTPStatus.NOT_FOUND)

    async def _set(self, service: str, region: str, body: bytes, send: Send) -> None:
        try:
            self.faults.set(service, region, Fault.parse(service, json.loads(body)))
        except FaultError as error:
            await send_json(send, {"message": str(error)}, HTTPStatus.BAD_REQUEST)
        except ValueError:
            await send_json(send, {"message": "the body must be JSON"}, HTTPStatus.BAD_REQUEST)
        else:
            await send_json(send, {"faults": self.faults.as_list()})


def _swallow(send: Send) -> Send:
    async def send_nothing(message: Message) -> None:
        if message["type"] not in _RESPONSE:
            await send(message)

    return send_nothing


async def _throttle(scope: Scope, body: bytes, send: Send) -> None:
    call = call_of(scope)
    if call.service == "dynamodb":
        operation = header(scope, "x-amz-target").rpartition(".")[2]
        count_throttled_request(call.region, operation, json.loads(body))
    code = THROTTLES[call.service]
    await send_aws_error(send, code, "Injected: the rate of requests is too high.")


_SERVICES = FaultyServices()

FILL = Fill(
    name="service_faults",
    wrap=_SERVICES.wrap,
    on_start=_SERVICES.started,
    control={"services": _SERVICES.control},
)
