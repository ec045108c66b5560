"""The measured services: each as it would be deployed, alone, on a database of its own."""

import asyncio
import contextlib
import http.client
import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from dev import HOST
from dev.bench.audit import Ledger, forget, read_firestore, read_postgres
from dev.bench.cpu import worker_kib
from dev.bench.postgres import Postgres
from dev.bench.relational import TABLES
from dev.emulator import Emulator
from dev.functions import COMMON, FUNCTIONS, MACHINE, launch, settings
from dev.keys import make_keys
from dev.ports import free_port
from dev.process import Process

HERE = Path(__file__).parent
RELATIONAL = ("insert", "exact")
START_SECONDS = 60


@dataclass(frozen=True)
class Service:
    """
    Running processes of one kind.

    Args:
        database: The program that stores for them.
        read_ledger: Reads what is stored so far.
    """

    urls: tuple[str, ...]
    processes: tuple[Process, ...]
    database: Process
    read_ledger: Callable[[], Ledger]

    def wait(self) -> None:
        """Return when all answer."""
        for url, process in zip(self.urls, self.processes, strict=True):
            process.wait_until_it_answers(f"{url}/robots.txt", seconds=START_SECONDS)

    def stop(self) -> None:
        """End all processes; what they took on is finished."""
        for process in self.processes:
            process.stop()

    def worker_kib(self) -> int:
        """Return the memory of the first process that answers, resident, in KiB."""
        return worker_kib(self.processes[0])


class Services:
    """
    Starts what is measured.

    Args:
        emulator: Where functions store.
        postgres: Where the others do; None when none of them is asked for.
        folder: For logs.
    """

    def __init__(self, emulator: Emulator, postgres: Postgres | None, folder: Path) -> None:
        self._emulator = emulator
        self._postgres = postgres
        self._folder = folder
        self._keys = make_keys()

    @contextlib.contextmanager
    def running(
        self,
        name: str,
        processes: int = 1,
        *,
        firestore: str | None = None,
        database: Process | None = None,
        extra: Mapping[str, str | None] | None = None,
    ) -> Iterator[Service]:
        """
        Run a service until the block ends, from before it listens.

        Args:
            name: As `Variant.server`.
            firestore: HOST:PORT of a relay to the emulator, or of its stand-in.
            database: The program there, when it is not the emulator.
            extra: Other settings of a function of ours; None takes one away.
        """
        ports = [free_port() for _ in range(processes)]
        project = f"demo-{uuid.uuid4().hex[:16]}"
        database = database or self._emulator.process
        read_ledger = self._firestore_ledger(name, project)
        if name in RELATIONAL:
            assert self._postgres  # noqa: S101 – as Bench starts it for these
            asyncio.run(_empty(self._postgres.url))
            database = self._postgres.process
            read_ledger = self._relational_ledger(name, self._postgres.url)
        started = [
            self._start(name, port, project, firestore or self._emulator.host, extra)
            for port in ports
        ]
        urls = tuple(f"http://{HOST}:{port}" for port in ports)
        assert database  # noqa: S101 – the bench's own, never somebody else's
        service = Service(urls, tuple(started), database, read_ledger)
        try:
            yield service
        finally:
            service.stop()
            forget(self._emulator.host, project)

    def _firestore_ledger(self, name: str, project: str) -> Callable[[], Ledger]:
        return lambda: read_firestore(project, claims=name == "sign")

    def _relational_ledger(self, name: str, url: str) -> Callable[[], Ledger]:
        return lambda: asyncio.run(read_postgres(url, name))

    def _start(
        self,
        name: str,
        port: int,
        project: str,
        firestore: str,
        extra: Mapping[str, str | None] | None,
    ) -> Process:
        log = self._folder / f"{name}-{port}.log"
        variables = settings(
            project=project,
            emulator=firestore,
            site="http://localhost:8000",
            share_link=f"http://{HOST}:{port}",
            keys=self._keys,
        )
        if name in FUNCTIONS:
            return launch(name, port, variables, log, extra=extra).program
        env = {key: os.environ[key] for key in MACHINE if key in os.environ}
        if name in RELATIONAL:
            assert self._postgres  # noqa: S101
            env |= {"SIGNATURES_COUNT": name, "DATABASE_URL": self._postgres.url}
            return _serve(name, port, env, log)
        return _launch_compared(name, port, env | {key: variables[key] for key in COMMON}, log)


async def _empty(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"DROP TABLE IF EXISTS signatures, tally; {TABLES}")
    finally:
        await connection.close()


def _serve(name: str, port: int, env: Mapping[str, str], log: Path) -> Process:
    command: list[str | Path] = [
        Path(sys.executable).with_name("uvicorn"),
        *("dev.bench.relational:app", "--host", HOST, "--port", str(port)),
        *("--no-access-log", "--log-level", "warning"),
    ]
    return Process(name, command, env, log)


def _launch_compared(name: str, port: int, env: Mapping[str, str], log: Path) -> Process:
    command: list[str | Path] = [
        Path(sys.executable).with_name("functions-framework"),
        *("--source", HERE / f"{name}.py", "--target", name),
        *("--host", HOST, "--port", str(port)),
    ]
    return Process(name, command, {**env, "PYTHONUNBUFFERED": "TRUE"}, log)


def ask(service: Service, method: str, path: str, body: str | None = None) -> float:
    """
    Ask until there is an answer, also while the first process is not yet listening.

    Returns:
        The moment of the answer, by time.monotonic.

    Raises:
        RuntimeError: The answer is an error, or there is none in START_SECONDS.
    """
    address, process = service.urls[0].removeprefix("http://"), service.processes[0]
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.is_running():
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
        raise RuntimeError(f"{process.name} answered {answer.status}")
    raise RuntimeError(f"{process.name} does not answer. {process.last_words()}")
