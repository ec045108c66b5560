"""
How the server stands before its first request; what the framework leaves open.

The framework imports a function before it starts gunicorn with uvicorn's worker, so what is set
here holds for the server that runs it.

Source: docs/decisions/2026-11-server.md
"""

import asyncio
import os
from typing import Any

from starlette.convertors import PathConvertor, register_url_convertor
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn_worker import UvicornWorker

MAX_HEAD_BYTES = 32 * 1024  # ours: as much as Cloud Run takes; the parser itself knows no end
MAX_AHEAD = 16  # ours: requests sent before the answer to the one before; browsers send none
MESSAGE_SECONDS = 15.0  # ours: longer than a body may take, and than any answer before it does
KEEP_ALIVE_SECONDS = 620  # longer than Google's load balancers keep theirs, which is 600

LAST = b"\r\ncontent-length: 0\r\nconnection: close\r\ncache-control: no-store\r\n\r\n"
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large" + LAST
TOO_SLOW = b"HTTP/1.1 408 Request Timeout" + LAST


class BoundedProtocol(HttpToolsProtocol):
    """
    HTTP as uvicorn speaks it, with an end to everything.

    A message ends in size but for the body, which has its own end (web), and in time with its
    body; a connection that says nothing ends as one that was used.
    """

    _head_bytes = 0  # of this message: its address and its headers
    _open_bytes = 0  # of what the parser has taken and not handed on yet
    _is_open = False  # whether a message has begun and not ended
    _end: asyncio.TimerHandle | None = None  # when a message that came in pieces must have ended

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, and end if nothing ever comes."""
        super().connection_made(transport)
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    def connection_lost(self, exc: Exception | None) -> None:
        """End; nobody is waited for any more."""
        self._close_message()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what arrived, and hang up on a message that does not end."""
        self._open_bytes += len(data)
        super().data_received(data)
        if self._open_bytes > MAX_HEAD_BYTES:
            self._refuse(TOO_LARGE)
        elif self._is_open and self._end is None:
            self._end = self.loop.call_later(MESSAGE_SECONDS, self._refuse, TOO_SLOW)

    def on_message_begin(self) -> None:
        """Begin a request, unless too many wait for their turn already."""
        if len(self.pipeline) >= MAX_AHEAD:
            raise ValueError
        self._is_open = True
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
        self._close_message()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Say what is wrong: too much of it, or that it is not HTTP."""
        if self._head_bytes > MAX_HEAD_BYTES or self.pipeline:
            self._refuse(TOO_LARGE)
        else:
            super().send_400_response(msg)

    def _close_message(self) -> None:
        self._is_open = False
        if self._end:
            self._end.cancel()
            self._end = None

    def _refuse(self, answer: bytes) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(answer)
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
