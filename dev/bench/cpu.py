"""What programs have taken of this machine, read from /proc (Linux)."""

import contextlib
import os
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dev.process import Process

TICKS = os.sysconf("SC_CLK_TCK")  # of /proc, a second
PAGE_KIB = os.sysconf("SC_PAGESIZE") // 1024
QUIET_SHARE = 0.1  # ours: of the machine, what others may take before and during a run


@dataclass(frozen=True)
class Clocks:
    """
    Seconds of CPU, in user and kernel, since each began.

    Args:
        mine: This process's and its ended children's, the load generator among them.
        busy: All of the machine's cores; total: what there has been of them.
    """

    mine: float
    busy: float
    total: float

    @classmethod
    def read(cls) -> "Clocks":
        """Read them now."""
        own, children = (
            resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        ticks = [int(text) for text in Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
        mine = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
        return cls(mine, (sum(ticks) - ticks[3] - ticks[4]) / TICKS, sum(ticks) / TICKS)


def cpu_seconds(*processes: Process) -> float:
    """Return what programs and their children have taken so far, in user and kernel."""
    return sum(group_seconds(process.popen.pid) for process in processes)


def group_seconds(pid: int) -> float:
    """Return what a program and its children have taken so far, in user and kernel."""
    return sum(int(ticks) for _, stat in _members(pid) for ticks in stat[11:13]) / TICKS


def worker_kib(process: Process) -> int:
    """Return the memory of a program's largest child, resident, in KiB."""
    # The framework's own process forks the one that answers, and is the larger one at first.
    parent = str(process.popen.pid)
    pages = max(int(stat[21]) for _, stat in _members(process.popen.pid) if stat[1] == parent)
    return pages * PAGE_KIB


def resident_kib(process: Process) -> int:
    """Return the memory of a program and its children together, resident, in KiB."""
    return sum(int(stat[21]) for _, stat in _members(process.popen.pid)) * PAGE_KIB


def open_files(process: Process) -> int:
    """Return how many files and connections a program and its children have open."""
    number = 0
    for folder, _ in _members(process.popen.pid):
        with contextlib.suppress(OSError):
            number += len(list((folder / "fd").iterdir()))
    return number


def members(process: Process) -> list[int]:
    """Return the ids of a program and its children."""
    return [int(folder.name) for folder, _ in _members(process.popen.pid)]


def wait_for_quiet(seconds: float) -> None:
    """Wait until others leave the machine mostly alone, or the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        before = Clocks.read()
        time.sleep(0.5)
        now = Clocks.read()
        if now.busy - before.busy <= QUIET_SHARE * (now.total - before.total):
            return


def _members(program: int) -> Iterator[tuple[Path, list[str]]]:
    # The fields of proc(5) from the third on; a program's name can hold anything. PostgreSQL's
    # children leave its process group, so their parent is looked at too.
    pid = str(program)
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            stat = path.read_text().rpartition(")")[2].split()
            if pid in (stat[1], stat[2]) or path.parent.name == pid:
                yield path.parent, stat
