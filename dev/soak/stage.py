"""What a scenario plays on: an emulator of its own, wires, and functions that come and go."""

import asyncio
import contextlib
import os
import resource
import signal
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dev import HOST
from dev.bench.cpu import cpu_seconds, open_files, resident_kib
from dev.bench.wire import running_wire
from dev.emulator import Emulator, start_emulator
from dev.functions import Running, launch, settings
from dev.keys import DevelopmentKeys, make_keys
from dev.ports import free_port
from dev.process import Process
from dev.soak.clock import Clock
from dev.soak.crowd import Crowd
from dev.soak.disk import Disk
from dev.soak.wire import BreakingWire, Cable

PROJECT = "demo-soak"
WARM_SECONDS = 25  # until Java has compiled what the emulator does, as in dev.bench
WARM_CLAIMS = 50  # at once

# As deployed, but that the count is added up each second, so that the end is soon told.
AS_DEPLOYED: Mapping[str, str | None] = {
    "ANSWER_GRID_MS": None,
    "OPEN_FORM": None,
    "BLUR": None,
    "PUBLISH_SECONDS": "1",
}


@dataclass
class Vitals:
    """
    How the programs are, by name.

    Args:
        memory_kib: Resident, with their children.
        files: Open files and connections.
        cpu: Seconds since they began.
    """

    memory_kib: dict[str, int] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)


class Stage:
    """
    The running parts; made by `set_stage`.

    Args:
        folder: For logs and exports.
    """

    def __init__(self, folder: Path, emulator: Emulator, keys: DevelopmentKeys) -> None:
        self._folder = folder
        self.emulator = emulator
        self.keys = keys
        self.functions: dict[str, Running] = {}  # by a name of ours, as sign-0
        self.firestore = emulator.host
        self.wire: BreakingWire | None = None
        self.cable: Cable | None = None
        self.clock: Clock | None = None
        self.disk: Disk | None = None

    def start(self, name: str, *, port: int | None = None, **extra: str | None) -> Running:
        """
        Start a function without waiting for it.

        Args:
            name: As `sign-0`: the function, and which of its processes.
            port: Where it was before; a free one when left out.
        """
        port = port or free_port()
        variables = settings(
            project=PROJECT,
            emulator=self.firestore,
            site="http://localhost:8000",
            share_link=f"http://{HOST}:{port}",
            keys=self.keys,
        )
        log_path = self._folder / f"{name}-{time.monotonic_ns()}.log"
        function = name.rpartition("-")[0]
        running = launch(function, port, variables, log_path, extra={**AS_DEPLOYED, **extra})
        self.functions[name] = running
        return running

    async def open(self, signs: int) -> None:
        """Start `count` and so many processes of `sign`, and return when all answer."""
        moved: dict[str, str | None] = {**self.clock.variables} if self.clock else {}
        starting = [self.start(name, port=None, **moved) for name in ("count-0", "sign-0")]
        starting += [self.start(f"sign-{number}") for number in range(1, signs)]
        for running in starting:
            await asyncio.to_thread(running.wait)

    def restart(self, name: str) -> Running:
        """Start a function that has ended where it was before."""
        return self.start(name, port=int(self.functions[name].url.rpartition(":")[2]))

    @property
    def signs(self) -> list[str]:
        """Return the addresses of all sign processes."""
        return [running.url for name, running in self.functions.items() if "sign" in name]

    def processes(self) -> dict[str, Process]:
        """Return what runs, by name."""
        assert self.emulator.process  # noqa: S101 – the stage's own
        running = {name: running.program for name, running in self.functions.items()}
        return {**running, "emulator": self.emulator.process}

    def vitals(self) -> Vitals:
        """Look at all that runs."""
        vitals = Vitals()
        for name, process in self.processes().items():
            vitals.memory_kib[name] = resident_kib(process)
            vitals.files[name] = open_files(process)
            vitals.cpu[name] = round(cpu_seconds(process), 2)
        return vitals

    async def save_and_restart_emulator(self) -> None:
        """Kill the emulator when nothing is on its way, and start it from its export."""
        assert self.wire and self.emulator.process  # noqa: S101 – as the scenario asked for
        await self.wire.go_away()
        saved, port = self._folder / "saved", int(self.emulator.host.rpartition(":")[2])
        await asyncio.to_thread(self.emulator.save, PROJECT, saved)
        self.emulator.process.kill()
        log = self._folder / f"emulator-{time.monotonic_ns()}.log"
        self.emulator = await asyncio.to_thread(start_emulator, log, port=port, seed=saved)
        self.wire.away = False

    def stop(self) -> None:
        """End the functions; what they took on is finished."""
        for running in self.functions.values():
            running.stop()


@contextlib.asynccontextmanager
async def set_stage(
    folder: Path,
    *,
    signs: int = 1,
    wired: bool = False,
    cabled: bool = False,
    clocked: bool = False,
    on_disk: bool = False,
    warm: float = 1.0,
) -> AsyncIterator[Stage]:
    """
    Run an emulator, `count` and so many processes of `sign` until the block ends.

    Args:
        wired: Whether calls pass a wire that can break; cabled: whether octets do.
        clocked: Whether the first process of each function has a clock that can be moved.
        on_disk: Whether the emulator has a disk that can be filled.
        warm: For how much of WARM_SECONDS it is played warm.

    Raises:
        Missing: This machine lacks what is asked for.
    """
    allow_files()
    clock = Clock(folder / "clock") if clocked else None
    disk = Disk(folder / "disk") if on_disk else None
    within = disk.prefix if disk else ()
    log = folder / "emulator.log"
    emulator = await asyncio.to_thread(start_emulator, log, within=within)
    stage = Stage(folder, emulator, make_keys())
    stage.clock, stage.disk = clock, disk
    if disk and emulator.process:
        disk.find(emulator.process)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(lambda: stage.emulator.stop())
        if wired:
            wire = running_wire(stage.firestore, BreakingWire)
            stage.firestore, stage.wire = stack.enter_context(wire)
        if cabled:
            stage.cable = await stack.enter_async_context(Cable(stage.firestore).laid())
            stage.firestore = stage.cable.host
        stack.callback(stage.stop)
        await stage.open(signs)
        await warm_up(stage, warm * WARM_SECONDS)
        yield stage


async def warm_up(stage: Stage, seconds: float) -> None:
    """
    Sign another petition for so long: the first commits take seconds on a busy machine.

    Raises:
        RuntimeError: Nobody could sign.
    """
    crowd, end = Crowd(stage.signs, petition="canary"), time.monotonic() + seconds
    while True:
        await asyncio.gather(*(crowd.sign_once() for _ in range(WARM_CLAIMS)))
        if not crowd.acknowledged:
            raise RuntimeError(f"Nobody could sign the canary: {dict(crowd.told.statuses)}")
        if time.monotonic() >= end:
            break
    await crowd.close()


def allow_files() -> None:
    """Let this process, and what it starts, have as many connections open as the system lets it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@contextlib.contextmanager
def standing_still(process: Process) -> Iterator[None]:
    """Freeze a program and its children for as long as a block lasts."""
    os.killpg(process.popen.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.popen.pid, signal.SIGCONT)
