"""
Readers of the count in a process of their own: `python -m dev.soak.readers URL RATE SECONDS`.

They come when they come, up to `BY_OURSELVES` a second at random moments; more than that come at
a steady rate, sent by h2load. Each second a line of JSON says how long they waited, from their
arrival, and what statuses they got. SIGTERM ends it early.
"""

import asyncio
import contextlib
import json
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from dev.bench.cpu import group_seconds
from dev.bench.generator import PATH, put_load
from dev.bench.load import Load
from dev.soak.arrivals import Connections, arrive
from dev.soak.crowd import Told
from dev.soak.latencies import Latencies
from dev.soak.steady import Arrivals, logging, take

REQUEST = f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
BY_OURSELVES = 2000  # ours: a second, that Python sends on one core without being late itself
MOST_SECONDS = 3  # ours: to find out what `count` answers at most
# ours: of that, so that a queue is one of chance and not of want, and signers keep their share.
SHARE = 0.75


async def read(url: str, rate: float, seconds: float) -> None:
    """Let readers come, and write what they were told."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    if rate <= BY_OURSELVES:
        await read_at_random(url, rate, seconds, ended)
    else:
        await read_steadily(url, rate, seconds, ended)


async def read_at_random(url: str, rate: float, seconds: float, ended: asyncio.Event) -> None:
    """Send readers ourselves, at random moments (a Poisson process)."""
    connections, told = Connections(url), Told()

    async def look(arrived: float) -> None:
        told.statuses[await connections.ask(REQUEST)] += 1
        told.waits.add(time.monotonic() - arrived)

    async def tell_each_second() -> None:
        while True:
            await asyncio.sleep(1)
            tell(told)

    telling = asyncio.create_task(tell_each_second())
    await arrive(rate, seconds, look, interrupted=ended)
    telling.cancel()
    tell(told)
    await connections.close()


async def read_steadily(url: str, rate: float, seconds: float, ended: asyncio.Event) -> None:
    """
    Let h2load send readers, and reckon from its log when they were due.

    Raises:
        RuntimeError: It has ended by itself.
    """
    arrivals, told, end = Arrivals(rate), Told(), time.monotonic() + seconds
    async with logging(url + PATH, rate, 2 * seconds) as log:
        taking = asyncio.create_task(take(log, arrivals))
        while not taking.done() and not ended.is_set() and time.monotonic() < end:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), 1)
            note(told, arrivals)
            tell(told)
        if taking.done():
            raise RuntimeError("h2load ended before its time: does the server still answer?")
    await taking
    note(told, arrivals, held=0.0)
    tell(told)


def note(told: Told, arrivals: Arrivals, **held: float) -> None:
    """Keep what is known of those who were sent."""
    for status, wait in arrivals.told(**held):
        told.statuses[status] += 1
        told.waits.add(wait)


def tell(told: Told) -> None:
    """Write a line about what readers were told, and begin anew."""
    line = {"statuses": told.statuses, "waits": told.waits.packed()}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
    told.statuses.clear()
    told.waits.buckets.clear()


async def affordable(rate: float, url: str, processes: int = 1) -> float:
    """
    Return the rate of readers that this machine gives: the one that was asked for, or less.

    Args:
        rate: Of them a second.
        url: Of `count`, which is asked for some seconds how many it answers at most.
        processes: That read.
    """
    if rate <= BY_OURSELVES * processes:
        return rate
    if not shutil.which("h2load"):
        return BY_OURSELVES * processes
    most = await asyncio.to_thread(put_load, [url], Load(MOST_SECONDS))
    return min(rate, SHARE * most.rate)


@dataclass
class Readers:
    """Readers beside us, and what they were told."""

    told: Told = field(default_factory=Told)
    total: Told = field(default_factory=Told)
    programs: list[asyncio.subprocess.Process] = field(default_factory=list)

    @contextlib.asynccontextmanager
    async def reading(
        self, url: str, rate: float, seconds: float, *, processes: int = 1
    ) -> AsyncIterator[None]:
        """
        Let them read until the time is over, or the block has ended.

        Raises:
            RuntimeError: They could not read to the end.
        """
        command = ("-m", "dev.soak.readers", url, str(rate / processes), str(seconds))
        self.programs = [
            await asyncio.create_subprocess_exec(
                sys.executable,
                *command,
                stdout=asyncio.subprocess.PIPE,
                limit=2**20,
                start_new_session=True,
            )
            for _ in range(processes if rate else 0)
        ]
        listening = [asyncio.create_task(self._listen(program)) for program in self.programs]
        try:
            yield
        finally:
            for program in self.programs:
                with contextlib.suppress(ProcessLookupError):
                    program.terminate()
            await asyncio.gather(*listening)
            codes = {await program.wait() for program in self.programs}
            self.programs = []
        if codes - {0, -signal.SIGTERM}:
            raise RuntimeError("Readers ended in the middle; what they said is above.")

    def cpu_seconds(self) -> float:
        """Return what those who read now have taken so far, their generator's share included."""
        return sum(group_seconds(program.pid) for program in self.programs)

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
