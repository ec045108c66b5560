"""Signers and readers go on, somebody does harm meanwhile, and the journal is kept."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from dev.bench.cpu import Clocks
from dev.soak.audit import audit
from dev.soak.crowd import Crowd, Told
from dev.soak.journal import Journal
from dev.soak.latencies import Latencies
from dev.soak.readers import Readers
from dev.soak.stage import Stage, Vitals

LATE_SECONDS = 600  # readers go on until the last signer is through, but end if we do not
SIGNERS, READERS = "signers", "readers"  # those who load the machine, among its programs
Harm = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True)
class Options:
    """
    How it is played.

    Args:
        folder: For the journal, logs and exports.
        seconds: How long people arrive.
        signs: Claims a second; reads: of the count, alike, by so many `reading_processes`.
        burst: Claims a second of a burst; stampede: clients of one.
        pace: Of faults and attackers: 1 as in an hour's soak, less in a test.
        every: Seconds that a line of the journal sums up.
        interrupted: Ends it early, and then it is audited all the same.
    """

    folder: Path
    seconds: float
    signs: float = 100
    reads: float = 1000
    reading_processes: int = 1
    burst: float = 1000
    stampede: int = 1000
    pace: float = 1.0
    every: float = 10
    interrupted: asyncio.Event = field(default_factory=asyncio.Event)


class Play:
    """
    One run of a scenario.

    Args:
        waits: Whether signers wait for a server that does not listen yet.
    """

    def __init__(
        self, scenario: str, stage: Stage, journal: Journal, options: Options, *, waits: bool
    ) -> None:
        self._scenario = scenario
        self._journal = journal
        self.options = options
        self.stage = stage
        self.crowd = Crowd(stage.signs, waits=waits)
        self._readers = Readers()
        self._first = self._look()
        self._begun = self._since = time.monotonic()
        self._vitals, self._clocks = self._first, Clocks.read()
        self._seconds = 0.0  # that people arrived

    async def go_on(
        self,
        harm: Harm | None = None,
        *,
        seconds: float | None = None,
        signs: float | None = None,
    ) -> Latencies:
        """
        Let people sign and read, and harm be done, until the time is over.

        Args:
            seconds: Other than the options'; signs: alike.

        Returns:
            How long those waited who came meanwhile.
        """
        options = self.options
        seconds = seconds or options.seconds
        self.crowd.cut()
        before, begun = Counter(self.crowd.total.waits.buckets), time.monotonic()
        self._vitals, self._clocks, self._since = self._look(), Clocks.read(), begun
        async with self._readers.reading(
            self.stage.functions["count-0"].url,
            options.reads,
            options.seconds + LATE_SECONDS,
            processes=options.reading_processes,
        ):
            with (
                self._meanwhile(self._keep_journal()),
                self._meanwhile(self._do(harm, begun + seconds)),
            ):
                await self.crowd.come(signs or options.signs, seconds, options.interrupted)
            await self._sum_up()
        self._seconds += time.monotonic() - begun
        return Latencies(self.crowd.total.waits.buckets - before)

    async def end(self, **more: object) -> None:
        """Audit what is stored, and write the last line with whatever else is to be told."""
        self.crowd.cut()
        self._readers.cut()
        await self.crowd.close()
        found = await audit(self.stage, self.crowd)
        wire = self.stage.wire
        self._journal.add(
            "end",
            self._scenario,
            seconds=round(self._seconds, 1),
            played={"signs": self.options.signs, "pace": self.options.pace},
            signing=whole(self.crowd.total),
            reading=whole(self._readers.total),
            before=asdict(self._first),
            after=asdict(self._look()),
            billed=asdict(wire.billed) if wire else None,
            harm=self._harm(),
            audit=asdict(found),
            more=more,
        )

    def _harm(self) -> Counter[str]:
        # Faults that never happened would prove nothing.
        stage = self.stage
        return sum((hurt.harm for hurt in (stage.wire, stage.cable) if hurt), Counter())

    def _look(self) -> Vitals:
        # Whoever loads the machine takes of it too.
        vitals = self.stage.vitals()
        load = {SIGNERS: time.process_time(), READERS: self._readers.cpu_seconds()}
        vitals.cpu |= {name: round(seconds, 2) for name, seconds in load.items()}
        return vitals

    async def _do(self, harm: Harm | None, end: float) -> None:
        # Whoever insists after the end shall be through at some time.
        while harm and time.monotonic() < end and not self.options.interrupted.is_set():
            await harm(self.stage)

    async def _keep_journal(self) -> None:
        while True:
            await asyncio.sleep(self.options.every)
            await self._sum_up()

    async def _sum_up(self) -> None:
        # What has happened since the last line, however long that is ago.
        now = await asyncio.to_thread(self._look)
        before, self._vitals = self._vitals, now
        machine, self._clocks = self._clocks, Clocks.read()
        since, self._since = self._since, time.monotonic()
        vitals, clocks, seconds = self._vitals, self._clocks, self._since - since
        self._journal.add(
            "interval",
            self._scenario,
            at=round(time.monotonic() - self._begun, 1),
            seconds=round(seconds, 2),
            signing=figures(self.crowd.cut(), seconds),
            reading=figures(self._readers.cut(), seconds),
            memory_kib=vitals.memory_kib,
            files=vitals.files,
            cores=cores(before, vitals, seconds),
            machine=round((clocks.busy - machine.busy) / max(1, clocks.total - machine.total), 3),
        )

    @contextlib.contextmanager
    def _meanwhile(self, doing: Awaitable[None]) -> Iterator[None]:
        task = asyncio.ensure_future(doing)
        try:
            yield
            if task.done():
                task.result()
        finally:
            task.cancel()


def figures(told: Told, seconds: float) -> dict[str, Any]:
    """Return what an interval's line says of people: rates and quantiles in seconds."""
    quantiles = {name: round(told.waits.quantile(share), 4) for name, share in QUANTILES.items()}
    statuses = {str(status): number for status, number in sorted(told.statuses.items())}
    return {"rate": round(len(told.waits) / seconds, 1), **quantiles, "statuses": statuses}


def whole(told: Told) -> dict[str, Any]:
    """Return what the last line says of people, so that lines can be put together."""
    statuses = {str(status): number for status, number in sorted(told.statuses.items())}
    return {"waits": told.waits.packed(), "statuses": statuses}


QUANTILES = {"p50": 0.5, "p99": 0.99, "p999": 0.999, "worst": 1.0}


def cores(before: Vitals, after: Vitals, seconds: float) -> dict[str, float]:
    """Return how many cores each program took; one that was started meanwhile, since then."""
    return {
        name: round(max(0.0, used - before.cpu.get(name, 0.0)) / seconds, 3)
        for name, used in after.cpu.items()
    }
