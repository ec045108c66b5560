"""People who come when they come: nobody waits until those before are answered (an open loop)."""

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

PATIENCE_SECONDS = 30.0  # ours: longer than any answer takes; then the connection is given up
REFUSED_SECONDS = 0.05  # between two attempts at a server that does not listen yet


async def arrive(
    rate: float,
    seconds: float,
    act: Callable[[float], Awaitable[None]],
    *,
    interrupted: asyncio.Event | None = None,
) -> None:
    """
    Let people act at random moments, and return when the last has finished.

    Args:
        rate: Of them a second, on average (a Poisson process).
        act: Is told the moment of the arrival, by time.monotonic: whatever comes later, the
            generator's own delay included, is what a person waits.
        interrupted: Ends it early.
    """
    moment = time.monotonic()
    end = moment + seconds
    acting: set[asyncio.Task[None]] = set()
    while not (interrupted and interrupted.is_set()):
        moment += random.expovariate(rate)
        if moment >= end:
            break
        await asyncio.sleep(max(0.0, moment - time.monotonic()))
        task = asyncio.ensure_future(act(moment))
        acting.add(task)
        task.add_done_callback(acting.discard)
    await asyncio.gather(*acting)


class Connections:
    """
    As many connections to one server as requests are open; HTTP/1.1, kept alive.

    Args:
        url: Without a path.
        waits: Whether to wait for a server that does not listen yet, as the platform does.
    """

    def __init__(self, url: str, *, waits: bool = False) -> None:
        self._address = urlsplit(url)
        self._waits = waits
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, request: bytes) -> int:
        """Send a request, and return the status of its answer; 0 when none came."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._exchange(request)
        except (OSError, EOFError, ValueError):
            return 0

    async def _exchange(self, request: bytes) -> int:
        reader, writer = self._take() or await self._connect()
        try:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length or 0))
        except BaseException:
            writer.close()
            raise
        if b"connection: close" in head:
            writer.close()
        else:
            self._idle.append((reader, writer))
        return int(head.split(b" ", 2)[1])

    def _take(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        # One that was used ten minutes ago, the server has hung up on.
        while self._idle:
            reader, writer = self._idle.pop()
            if not (reader.at_eof() or writer.is_closing()):
                return reader, writer
            writer.close()
        return None

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while True:
            try:
                return await asyncio.open_connection(self._address.hostname, self._address.port)
            except ConnectionRefusedError:
                if not self._waits:
                    raise
                await asyncio.sleep(REFUSED_SECONDS)

    async def close(self) -> None:
        """Hang up."""
        for _, writer in self._idle:
            writer.close()
        for _, writer in self._idle:
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        self._idle.clear()
