"""
A database that answers at once: `python -m dev.bench.standin PORT EMULATOR`.

The first request of each shape goes on to the emulator, and what that answers is what everybody is
answered whose request is alike. So a function is measured beside something that costs little, and
what comes back has the emulator's own form, of this very run. Nothing is stored, so there is
nothing to audit: this is for speed alone, and for claims of new signers alone.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import grpc

from dev import HOST
from dev.bench.wire import COMMIT, Wire
from dev.ports import free_port
from dev.process import Process

START_SECONDS = 60
# What tells requests apart: how many documents of a kind they name; a claim's fields name none.
KINDS = (b"/documents/", b"/claims/", b"/signers/", b"/lanes/")

Shape = tuple[str, *tuple[int, ...]]


def shape_of(method: str, request: bytes) -> Shape:
    """Return what two requests have in common that may have one answer."""
    return (method, *(request.count(kind) for kind in KINDS))


class StandIn(Wire):
    """A relay that asks once, and answers the same from then on."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        super().__init__(channel)
        self._answers: dict[Shape, list[bytes]] = {}

    async def _commit(self, request: bytes, context: Any) -> bytes:
        shape = shape_of(COMMIT, request)
        if shape not in self._answers:
            self._answers[shape] = [await super()._commit(request, context)]
        return self._answers[shape][0]

    async def _read(self, method: str, request: bytes, context: Any) -> AsyncIterator[bytes]:
        shape = shape_of(method, request)
        if shape not in self._answers:
            asked = super()._read(method, request, context)
            self._answers[shape] = [answer async for answer in asked]
        for answer in self._answers[shape]:
            yield answer


async def stand_in(port: int, emulator: str) -> None:
    """Answer until somebody ends this process."""
    async with grpc.aio.insecure_channel(emulator) as channel:
        server = grpc.aio.server(handlers=[StandIn(channel)])
        server.add_insecure_port(f"{HOST}:{port}")
        await server.start()
        await server.wait_for_termination()


@contextlib.contextmanager
def running_standin(emulator: str, log_path: Path) -> Iterator[tuple[str, Process]]:
    """
    Run one in a process of its own until the block ends.

    Args:
        emulator: HOST:PORT.

    Returns:
        HOST:PORT to use instead, and the process.
    """
    port = free_port()
    command = [sys.executable, "-m", "dev.bench.standin", str(port), emulator]
    process = Process("The stand-in for Firestore", command, os.environ, log_path)
    try:
        with grpc.insecure_channel(f"{HOST}:{port}") as channel:
            grpc.channel_ready_future(channel).result(START_SECONDS)
        yield f"{HOST}:{port}", process
    finally:
        process.stop()


if __name__ == "__main__":
    asyncio.run(stand_in(int(sys.argv[1]), sys.argv[2]))
