"""
Readers of the count in a process of their own: `python -m dev.soak.readers URL RATE SECONDS`.

They come when they come; each second a line of JSON says how long they waited and what statuses
they got. SIGTERM ends it early.
"""

import asyncio
import contextlib
import json
import signal
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from dev.bench.generator import PATH
from dev.soak.arrivals import Connections, arrive
from dev.soak.crowd import Told
from dev.soak.latencies import Latencies

REQUEST = f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


async def read(url: str, rate: float, seconds: float) -> None:
    """Let readers come, and write what they were told."""
    connections, told, ended = Connections(url), Told(), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)

    async def look(arrived: float) -> None:
        told.statuses[await connections.ask(REQUEST)] += 1
        told.waits.add(time.monotonic() - arrived)

    def tell() -> None:
        line = {"statuses": told.statuses, "waits": told.waits.packed()}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        told.statuses.clear()
        told.waits.buckets.clear()

    async def tell_each_second() -> None:
        while True:
            await asyncio.sleep(1)
            tell()

    telling = asyncio.create_task(tell_each_second())
    await arrive(rate, seconds, look, interrupted=ended)
    telling.cancel()
    tell()
    await connections.close()


@dataclass
class Readers:
    """Readers beside us, and what they were told."""

    told: Told = field(default_factory=Told)
    total: Told = field(default_factory=Told)

    @contextlib.asynccontextmanager
    async def reading(
        self, url: str, rate: float, seconds: float, *, processes: int = 1
    ) -> AsyncIterator[None]:
        """Let them read until the time is over, or the block has ended."""
        command = ("-m", "dev.soak.readers", url, str(rate / processes), str(seconds))
        programs = [
            await asyncio.create_subprocess_exec(
                sys.executable,
                *command,
                stdout=asyncio.subprocess.PIPE,
                limit=2**20,
                start_new_session=True,
            )
            for _ in range(processes if rate else 0)
        ]
        listening = [asyncio.create_task(self._listen(program)) for program in programs]
        try:
            yield
        finally:
            for program in programs:
                with contextlib.suppress(ProcessLookupError):
                    program.terminate()
            await asyncio.gather(*listening)
            for program in programs:
                await program.wait()

    def cut(self) -> Told:
        """Return what readers were told since the last cut, and begin anew."""
        told, self.told = self.told, Told()
        self.total.waits.buckets.update(told.waits.buckets)
        self.total.statuses.update(told.statuses)
        return told

    async def _listen(self, program: asyncio.subprocess.Process) -> None:
        assert program.stdout  # noqa: S101 – a pipe, as asked for
        async for line in program.stdout:
            said = json.loads(line)
            self.told.waits.buckets.update(Latencies.unpack(said["waits"]).buckets)
            self.told.statuses.update({int(s): n for s, n in said["statuses"].items()})


if __name__ == "__main__":
    asyncio.run(read(sys.argv[1], float(sys.argv[2]), float(sys.argv[3])))
