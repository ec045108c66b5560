"""What a process holds: its memory, its environment, its command."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

from dev.functions import Running


def processes_of(function: Running) -> list[int]:
    """Return the framework's own process, and the worker that answers."""
    return [function.process.pid, worker_of(function)]


def worker_of(function: Running) -> int:
    """Return the process that answers; the framework's own only watches it."""
    children = Path(f"/proc/{function.process.pid}/task/{function.process.pid}/children")
    (worker,) = children.read_text().split()
    return int(worker)


def memory_of(process: int) -> Iterator[bytes]:
    """Return what a process has in memory, region by region, freed or not."""
    regions = re.findall(r"^(\w+)-(\w+) r", Path(f"/proc/{process}/maps").read_text(), re.MULTILINE)
    with open(f"/proc/{process}/mem", "rb", buffering=0) as memory:
        for first, end in regions:
            with contextlib.suppress(OSError, ValueError, OverflowError):
                memory.seek(int(first, 16))
                yield memory.read(int(end, 16) - int(first, 16))


def told_at_start(process: int) -> bytes:
    """Return the command and the environment that a process was started with."""
    return b"\0".join(Path(f"/proc/{process}/{name}").read_bytes() for name in _TOLD)


_TOLD = ("cmdline", "environ")
