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

    _head_bytes = 0  # of this message: its address, its headers, its trailers
    _open_bytes = 0  # of what the parser has taken and not handed on yet

    def data_received(self, data: bytes) -> None:
        """Take what arrived, and hang up on a header that does not end."""
        self._open_bytes += len(data)
        super().data_received(data)
        if self._open_bytes > MAX_HEAD_BYTES:
            self._refuse()

    def on_message_begin(self) -> None:
        """Begin to measure, unless too many wait for their turn already."""
        if len(self.pipeline) >= MAX_AHEAD:
            raise ValueError
        self._head_bytes = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Measure a part of the address."""
        self._measure(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Measure a header, or what comes after a body in chunks."""
        self._measure(len(name) + len(value))
        super().on_header(name, value)

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

    def _measure(self, size: int) -> None:
        self._open_bytes -= size
        self._head_bytes += size
        if self._head_bytes > MAX_HEAD_BYTES:
            raise ValueError  # The parser stops, and what is not HTTP is refused.

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
    own: dict[str, Any] = {
        "http": BoundedProtocol,
        "timeout_keep_alive": KEEP_ALIVE_SECONDS,
        # It would remember the network addresses of thousands in a cache, and none is of use here.
        "proxy_headers": False,
    }
    UvicornWorker.CONFIG_KWARGS = UvicornWorker.CONFIG_KWARGS | own
    register_url_convertor("path", AnyPath())
