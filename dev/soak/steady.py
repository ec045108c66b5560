"""
Readers at a steady rate, more than Python could send: h2load, whose log tells of each of them.

h2load keeps the pace of every connection: whoever is due while an answer is outstanding is sent
as soon as it has come. Its log has the moment of sending, so `Arrivals` reckons from it when each
reader was due, and their wait from then on.
"""

import asyncio
import contextlib
import os
from bisect import bisect_left
from collections.abc import AsyncIterator, Iterator

EACH = 50.0  # ours: readers a second of one connection; within 20 ms it is free for the next one
# ours: between the first steps of two connections, so that they do not all ask at one moment; no
# part of the 20 ms between two questions of one.
APART_MS = 7
HELD_SECONDS = 1.0  # ours: for whoever is answered later, others wait by a place more, 1/rate
SECOND = 1_000_000  # microseconds, as in the log


def connections(rate: float) -> int:
    """Return how many connections share a rate."""
    return max(1, round(rate / EACH))


def ramp(rate: float) -> float:
    """Return the seconds until all connections are there; who reads before is not counted."""
    return connections(rate) * APART_MS / 1000


class Arrivals:
    """
    Answers in the order in which their readers were sent, and when those had been due.

    Readers are as like as two peas, so the n-th who was sent is the n-th who was due, n/rate
    after the first. Nobody is sent before they are due: when the first was due is what the
    earliest, reckoned like that, says.

    Args:
        rate: Of them a second.
    """

    def __init__(self, rate: float) -> None:
        self._apart = SECOND / rate
        self._ramp = ramp(rate) * SECOND
        self._answers: list[tuple[int, int, int]] = []  # sent, status, taken
        self._counted_from = 0.0
        self._number = 0
        self._newest = 0  # of all who were given out, when they were sent
        self._first = float("inf")

    def add(self, line: bytes) -> None:
        """Take a line of h2load's log: sent (microseconds), status, taken (microseconds)."""
        sent, status, taken = line.split(b"\t")[:3]
        self._answers.append((int(sent), int(status), int(taken)))

    def told(self, *, held: float = HELD_SECONDS) -> Iterator[tuple[int, float]]:
        """
        Give out status and wait, in seconds, of those before whom nobody is missing any more.

        Args:
            held: Seconds for which an answer is waited for that others have overtaken.
        """
        if not self._answers:
            return
        self._answers.sort()
        if not self._counted_from:
            self._counted_from = self._answers[0][0] + self._ramp
        ripe = bisect_left(self._answers, (self._answers[-1][0] - held * SECOND,))
        if not held:
            ripe = len(self._answers)
        for sent, status, taken in self._answers[:ripe]:
            if sent < self._counted_from:
                continue
            first = sent - self._number * self._apart
            if sent >= self._newest:  # Whoever was given up stands at a place that is not theirs.
                self._first, self._newest = min(self._first, first), sent
            self._number += 1
            yield max(0, status), (max(0, first - self._first) + taken) / SECOND
        del self._answers[:ripe]


@contextlib.asynccontextmanager
async def logging(url: str, rate: float, seconds: float) -> AsyncIterator[asyncio.StreamReader]:
    """
    Run h2load until the block ends, and give its log.

    Args:
        seconds: For which it would read if nobody ended it.
    """
    log, its_end = os.pipe()
    number = connections(rate)
    # All digits: of a rate that is rounded everybody would be late, the later the hour.
    command = ["h2load", "--h1", "--clients", str(number), "--rps", f"{rate / number:.12f}"]
    command += ["--requests", str(round(rate * (seconds + ramp(rate))))]
    # With --duration it would begin all connections at once.
    command += ["--rate", "1", "--rate-period", f"{APART_MS}ms", f"--log-file=/dev/fd/{its_end}"]
    quiet = asyncio.subprocess.DEVNULL
    program = await asyncio.create_subprocess_exec(
        *command, url, stdout=quiet, stderr=quiet, pass_fds=[its_end]
    )
    os.close(its_end)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(log, "rb")
    )
    try:
        yield reader
    finally:
        with contextlib.suppress(ProcessLookupError):
            program.terminate()
        await program.wait()


async def take(log: asyncio.StreamReader, arrivals: Arrivals) -> None:
    """Take lines of a log until it ends."""
    rest = b""
    while octets := await log.read(2**16):
        *lines, rest = (rest + octets).split(b"\n")
        for line in lines:
            arrivals.add(line)
