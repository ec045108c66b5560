"""
How the server stands before its first request; what the framework leaves open.

The framework imports a function before it starts gunicorn with uvicorn's worker, so what is set
here holds for the server that runs it.

Source: docs/decisions/2026-11-server.md
"""

import os
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn_worker import UvicornWorker

MAX_HEAD_BYTES = 32 * 1024  # ours: as much as Cloud Run takes; the parser itself knows no end
KEEP_ALIVE_SECONDS = 620  # longer than Google's load balancers keep theirs, which is 600

TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\ncache-control: no-store\r\n\r\n"
)


class BoundedProtocol(HttpToolsProtocol):
    """HTTP as uvicorn speaks it, with an end to what comes before a body."""

    _in_head = False
    _head_bytes = 0

    def on_message_begin(self) -> None:
        """Begin to measure a head."""
        self._in_head, self._head_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """End the measuring; a body has an end of its own (web.read_json)."""
        self._in_head = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Take what arrived, and hang up on a head that does not end."""
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self.transport.write(TOO_LARGE)
                self.transport.close()


def prepare() -> None:
    """Set what the framework reads when it starts the server."""
    # It kills a worker that did not run for so long; an idle instance has no CPU for much longer.
    os.environ["CLOUD_RUN_TIMEOUT_SECONDS"] = "0"
    own: dict[str, Any] = {"http": BoundedProtocol, "timeout_keep_alive": KEEP_ALIVE_SECONDS}
    UvicornWorker.CONFIG_KWARGS = UvicornWorker.CONFIG_KWARGS | own
