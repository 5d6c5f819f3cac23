"""X-Ray subsegments for the requests that X-Ray samples, at no cost to the others.

Lambda's own segment (active tracing) needs no code. The X-Ray SDK adds one subsegment per AWS call, but
importing it takes about as long as importing botocore, so it is left until a sampled request comes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
TRACE_HEADER = "_X_AMZN_TRACE_ID"  # Lambda sets it anew before each invocation


class SampledTracing:
    """Runs a handler, inside a Powertools tracer if this invocation is sampled."""

    def __init__(self, handler: Handler, service: str, environ: Mapping[str, str]) -> None:
        self._plain = handler
        self._service = service
        self._environ = environ
        self._traced: Handler | None = None

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Answer an event."""
        if "Sampled=1" not in self._environ.get(TRACE_HEADER, ""):
            return self._plain(event, context)
        if self._traced is None:
            self._traced = self._instrument()
        return self._traced(event, context)

    def _instrument(self) -> Handler:
        from aws_lambda_powertools import Tracer

        # Patching botocore reaches the clients that exist already: it wraps their class's call method.
        tracer = Tracer(service=self._service, patch_modules=["botocore"])
        # Answers hold the product list; they stay out of the traces.
        traced: Handler = tracer.capture_lambda_handler(self._plain, capture_response=False)
        return traced
