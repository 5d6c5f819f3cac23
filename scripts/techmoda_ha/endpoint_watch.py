"""End a Terraform whose AWS endpoint has died, instead of letting the provider retry for many minutes.

The AWS provider repeats a refused connection up to 25 times, with growing pauses. Where the endpoint is
one address that AWS_ENDPOINT_URL names, a refused connection says at once that nobody is there any more.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import threading
from collections.abc import Callable
from typing import Self
from urllib.parse import urlsplit

POLL_SECONDS = 1.0
REFUSALS = 3  # in a row
# Terraform stops gracefully at the first signal and at once at the second.
ESCALATION = ((signal.SIGINT, 5.0), (signal.SIGINT, 5.0), (signal.SIGKILL, 5.0))


def answers(endpoint_url: str) -> bool:
    """Tell whether something accepts connections at the endpoint."""
    parts = urlsplit(endpoint_url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        with socket.create_connection((parts.hostname or "", port), timeout=POLL_SECONDS):
            return True
    except ConnectionRefusedError:
        return False
    except OSError:
        return True  # slow or full is not gone


class EndpointWatch:
    """Watches the endpoint while a process runs; `died` tells whether it ended the process.

    Without an endpoint URL (on AWS itself) it does nothing.
    """

    def __init__(
        self,
        endpoint_url: str | None,
        process: subprocess.Popen[str],
        is_answering: Callable[[str], bool] = answers,
    ) -> None:
        """Prepare to watch."""
        self._url, self._process, self._is_answering = endpoint_url, process, is_answering
        self._finished = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.died = False

    def __enter__(self) -> Self:
        """Start to watch."""
        if self._url:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop watching."""
        self._finished.set()
        if self._thread.is_alive():
            self._thread.join()

    def _watch(self) -> None:
        refusals = 0
        while not self._finished.wait(POLL_SECONDS):
            refusals = 0 if self._is_answering(self._url or "") else refusals + 1
            if refusals >= REFUSALS:
                self.died = True
                self._end()
                return

    def _end(self) -> None:
        for number, patience_seconds in ESCALATION:
            if self._process.poll() is not None:
                return
            self._process.send_signal(number)
            if self._finished.wait(patience_seconds):
                return
