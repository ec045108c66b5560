"""Wires between functions and the emulator that break on purpose, and count what passes."""

import asyncio
import contextlib
import math
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import grpc

from dev import HOST
from dev.bench.wire import COMMIT, CommitRequest, Wire
from dev.soak.rules import Rules, name_of

MAX_ON_ITS_WAY = 64  # ours: pieces in each direction; then the sender waits, as for a window


class BreakingWire(Wire):
    """
    A relay of calls, as faulty as it is told to be; all of it may be changed while it runs.

    `delay` is in seconds, of each answer; `lost` the share of answers that get lost after the
    call was applied; `away` refuses everything before it is applied; `rules` say what Firestore
    would refuse.
    """

    def __init__(self, channel: grpc.aio.Channel) -> None:
        super().__init__(channel)
        self.delay = 0.0
        self.lost = 0.0
        self.away = False
        self.rules: Rules | None = None
        self.under_way = 0
        self.harm: Counter[str] = Counter()  # calls, by what was done to them

    async def before(self, method: str, request: bytes, context: Any) -> None:
        """Refuse what the database would refuse, or what comes while it is away."""
        if self.away:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "away on purpose")
        if self.rules and method == COMMIT:
            commit = CommitRequest.FromString(request)
            names = [name_of(write) for write in commit.writes]
            if reason := self.rules.refuse(names, time.monotonic()):
                self.harm[reason] += 1
                await context.abort(grpc.StatusCode[reason], "refused by the rules")
        self.under_way += 1
        context.add_done_callback(self._done)

    async def after(self, method: str, context: Any) -> None:
        """Hold an answer up, or lose it."""
        await asyncio.sleep(self.delay)
        if random.random() < self.lost:  # noqa: S311 – no secret
            self.harm["answers lost"] += 1
            await context.abort(grpc.StatusCode.UNAVAILABLE, "lost on purpose")

    async def go_away(self) -> None:
        """Refuse everything from now on, and return when nothing is on its way."""
        self.away = True
        while self.under_way:  # noqa: ASYNC110 – it changes in the wire's own thread
            await asyncio.sleep(0.02)

    def _done(self, _: Any) -> None:
        self.under_way -= 1


class Cable:
    """
    A relay of octets, which knows no calls; all of it may be changed while it runs.

    `delay` is in seconds, of each piece, and `jitter` as much more at most, at random, in order
    as TCP keeps it; `rate` is in octets a second of each direction; `resets` is the share of
    pieces at which a connection breaks, and `silent` that of new connections that are taken and
    lead nowhere.
    """

    def __init__(self, target: str) -> None:
        self._target = target
        self._ends: set[asyncio.StreamWriter] = set()
        self._forgotten: set[asyncio.StreamWriter] = set()
        self._joined: set[asyncio.Task[None]] = set()
        self.host = ""
        self.harm: Counter[str] = Counter()  # connections, by what was done to them
        self.mend()

    def mend(self) -> None:
        """Be as good as new."""
        self.delay = self.jitter = self.resets = self.silent = 0.0
        self.rate = math.inf

    def cut(self) -> None:
        """Cut every connection in the middle of whatever is on its way."""
        self.harm["connections cut"] += len(self._ends) // 2
        for end in list(self._ends):
            end.transport.abort()

    def forget(self) -> None:
        """Carry nothing more between the ends that there are, and let neither of them know."""
        self.harm["connections forgotten"] += len(self._ends - self._forgotten) // 2
        self._forgotten |= self._ends

    @contextlib.asynccontextmanager
    async def laid(self) -> AsyncIterator["Cable"]:
        """Relay for as long as a block lasts."""
        server = await asyncio.start_server(self._join, HOST, 0)
        self.host = f"{HOST}:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()
            self.cut()
            await asyncio.gather(*self._joined, return_exceptions=True)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task  # noqa: S101 – asyncio calls it in one
        self._joined.add(task)
        task.add_done_callback(self._joined.discard)
        if random.random() < self.silent:  # noqa: S311 – no secret
            await self._swallow(reader, writer)
            return
        host, _, port = self._target.partition(":")
        try:
            far_reader, far_writer = await asyncio.open_connection(host, int(port))
        except OSError:
            writer.close()
            return
        ends = {writer, far_writer}
        self._ends |= ends
        try:
            await asyncio.gather(self._pipe(reader, far_writer), self._pipe(far_reader, writer))
        finally:
            self._ends -= ends
            self._forgotten -= ends

    async def _swallow(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.harm["connections that led nowhere"] += 1
        self._ends.add(writer)
        with contextlib.suppress(OSError):
            while await reader.read(2**16):
                pass
        self._ends.discard(writer)
        writer.close()

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # What is on its way does not hold up what is sent after it.
        on_its_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(MAX_ON_ITS_WAY)
        sending = asyncio.create_task(self._send(reader, on_its_way))
        try:
            while True:
                due, octets = await on_its_way.get()
                await asyncio.sleep(due - time.monotonic())
                if not octets:
                    break
                if writer in self._forgotten:
                    continue
                if random.random() < self.resets:  # noqa: S311 – no secret
                    self.harm["connections cut"] += 1
                    writer.transport.abort()
                writer.write(octets)
                await writer.drain()
        except OSError:
            pass
        finally:
            sending.cancel()
            writer.close()

    async def _send(
        self, reader: asyncio.StreamReader, on_its_way: asyncio.Queue[tuple[float, bytes]]
    ) -> None:
        octets, free, due = b"x", 0.0, 0.0
        while octets:
            try:
                octets = await reader.read(2**16)
            except OSError:
                octets = b""
            late = self.delay + random.uniform(0, self.jitter)  # noqa: S311 – no secret
            free = max(free, time.monotonic()) + len(octets) / self.rate
            due = max(due, free + late)
            await on_its_way.put((due, octets))
