"""The measured functions: each started as the deployed ones are, alone, on its own database."""

import contextlib
import http.client
import os
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dev import HOST
from dev.functions import COMMON, FUNCTIONS, MACHINE, launch, settings
from dev.keys import make_keys
from dev.ports import free_port
from dev.process import Process

HERE = Path(__file__).parent
TICKS = os.sysconf("SC_CLK_TCK")  # of /proc, a second
START_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A running function; `project` is the database that nothing else writes to."""

    url: str
    project: str
    process: Process

    def wait(self) -> None:
        """Return when the function answers."""
        self.process.wait_until_it_answers(f"{self.url}/robots.txt", seconds=START_SECONDS)

    def worker_kib(self) -> int:
        """Return the memory of the process that answers, resident, in KiB."""
        # The framework's own process forks it, and is the larger one at first.
        parent = str(self.process.popen.pid)
        pages = max(int(stat[21]) for stat in _stats(self.process) if stat[1] == parent)
        return pages * os.sysconf("SC_PAGESIZE") // 1024


def cpu_seconds(process: Process) -> float:
    """Return what a program and its children have taken so far, in user and kernel."""
    return sum(int(ticks) for stat in _stats(process) for ticks in stat[11:13]) / TICKS


def machine_seconds() -> tuple[float, float]:
    """Return how long this machine's cores have been busy, and how long there have been."""
    ticks = [int(field) for field in Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) / TICKS, sum(ticks) / TICKS


def _stats(process: Process) -> Iterator[list[str]]:
    # The fields of proc(5) from the third on; a program's name can hold anything.
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            stat = path.read_text().rpartition(")")[2].split()
            if int(stat[2]) == process.popen.pid:
                yield stat


class Servers:
    """Starts functions against one emulator; their logs go into a folder."""

    def __init__(self, emulator: str, folder: Path) -> None:
        self._emulator = emulator
        self._folder = folder
        self._keys = make_keys()

    @contextlib.contextmanager
    def running(self, name: str) -> Iterator[Server]:
        """
        Run a function until the block ends, from before it listens.

        Args:
            name: One of the product's, or `bare` or `counter`.
        """
        port = free_port()
        project = f"demo-{uuid.uuid4().hex[:16]}"
        variables = settings(
            project=project,
            emulator=self._emulator,
            site="http://localhost:8000",
            share_link=f"http://{HOST}:{port}",
            keys=self._keys,
        )
        log = self._folder / f"{name}.log"
        if name in FUNCTIONS:
            process = launch(name, port, variables, log).program
        else:
            process = _launch_compared(name, port, variables, log)
        try:
            yield Server(f"http://{HOST}:{port}", project, process)
        finally:
            process.stop()


def _launch_compared(name: str, port: int, variables: Mapping[str, str], log: Path) -> Process:
    command: list[str | Path] = [
        Path(sys.executable).with_name("functions-framework"),
        *("--source", HERE / f"{name}.py", "--target", name),
        *("--host", HOST, "--port", str(port)),
    ]
    env = {key: os.environ[key] for key in MACHINE if key in os.environ}
    env |= {key: variables[key] for key in COMMON}
    return Process(name, command, env | {"PYTHONUNBUFFERED": "TRUE"}, log)


def ask(server: Server, method: str, path: str, body: str | None = None) -> float:
    """
    Ask until there is an answer, also while the function is not yet listening.

    Returns:
        The moment of the answer, by time.monotonic.

    Raises:
        RuntimeError: The answer is an error, or there is none in START_SECONDS.
    """
    address = server.url.removeprefix("http://")
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.process.is_running():
        connection = http.client.HTTPConnection(address, timeout=START_SECONDS)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
        except OSError:
            time.sleep(0.002)
            continue
        finally:
            connection.close()
        if answer.status < 400:
            return time.monotonic()
        raise RuntimeError(f"{server.process.name} answered {answer.status}")
    raise RuntimeError(f"{server.process.name} does not answer. {server.process.last_words()}")
