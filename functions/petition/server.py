"""
How the server stands before its first request; what the framework leaves open.

The framework imports a function before it starts gunicorn with uvicorn's worker, so what is set
here holds for the server that runs it.

Source: docs/decisions/2026-11-server.md
"""

import os
from typing import Any

from starlette.convertors import PathConvertor, register_url_convertor
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn_worker import UvicornWorker

MAX_HEAD_BYTES = 32 * 1024  # ours: as much as Cloud Run takes; the parser itself knows no end
MAX_AHEAD = 16  # ours: requests sent before the answer to the one before; browsers send none
KEEP_ALIVE_SECONDS = 620  # longer than Google's load balancers keep theirs, which is 600

TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\ncache-control: no-store\r\n\r\n"
)


class BoundedProtocol(HttpToolsProtocol):
    """HTTP as uvicorn speaks it, with an end to all but the body, which has its own (web)."""

    _head_bytes = 0  # of this message: its address and its headers
    _open_bytes = 0  # of what the parser has taken and not handed on yet

    def data_received(self, data: bytes) -> None:
        """Take what arrived, and hang up on a header that does not end."""
        self._open_bytes += len(data)
        super().data_received(data)
        if self._open_bytes > MAX_HEAD_BYTES:
            self._refuse()

    def on_message_begin(self) -> None:
        """Begin a request, unless too many wait for their turn already."""
        if len(self.pipeline) >= MAX_AHEAD:
            raise ValueError
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Measure a head that arrived as a whole; one that does not end is open for too long."""
        self._head_bytes = len(self.url) + sum(len(n) + len(value) for n, value in self.headers)
        if self._head_bytes > MAX_HEAD_BYTES:
            raise ValueError  # The parser stops, and what is not HTTP is refused.
        self._open_bytes -= self._head_bytes
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Leave a body to whoever reads it."""
        self._open_bytes -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End the measuring."""
        self._open_bytes = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Say what is wrong: too much of it, or that it is not HTTP."""
        if self._head_bytes > MAX_HEAD_BYTES or self.pipeline:
            self._refuse()
        else:
            super().send_400_response(msg)

    def _refuse(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(TOO_LARGE)
        self.transport.close()


class AnyPath(PathConvertor):
    """A path with whatever is in it; a line break is otherwise refused by the framework itself."""

    regex = "(?s:.*)"


def prepare() -> None:
    """Set what the framework reads when it starts the server."""
    # It kills a worker that did not run for so long; an idle instance has no CPU for much longer.
    os.environ["CLOUD_RUN_TIMEOUT_SECONDS"] = "0"
    own: dict[str, Any] = {"http": BoundedProtocol, "timeout_keep_alive": KEEP_ALIVE_SECONDS}
    UvicornWorker.CONFIG_KWARGS = UvicornWorker.CONFIG_KWARGS | own
    register_url_convertor("path", AnyPath())
