"""
A PostgreSQL of the bench's own: from the system's package, in a temporary folder, on a free port.

It keeps its defaults, and so waits for the disk at each commit.
"""

import contextlib
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dev import HOST, CannotRun
from dev.ports import free_port
from dev.process import Process

USER = "postgres"  # what the system's package makes: the server refuses to be run by root


@dataclass(frozen=True)
class Postgres:
    """A running server, and the address of its one database."""

    url: str
    process: Process


@contextlib.contextmanager
def running_postgres(folder: Path) -> Iterator[Postgres]:
    """
    Run a server on a new database for as long as a block lasts.

    Args:
        folder: Need not exist; everybody must be allowed to enter the one it lies in.

    Raises:
        CannotRun: PostgreSQL is not installed, or does not start.
    """
    programs = find_programs()
    folder.mkdir()
    as_user: list[str | Path] = []
    if os.geteuid() == 0:
        owner = pwd.getpwnam(USER)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        as_user = ["setpriv", "--reuid", USER, "--regid", USER, "--clear-groups"]
    data, port = folder / "data", free_port()
    make = [*as_user, programs / "initdb", "--auth=trust", "--username", USER, "--pgdata", data]
    subprocess.run(make, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    serve = [*as_user, programs / "postgres", "-D", data, "-p", str(port), "-k", folder]
    process = Process("PostgreSQL", [*serve, "-h", HOST], os.environ, folder / "log")
    try:
        wait_until_ready(process, programs, port)
        yield Postgres(f"postgresql://{USER}@{HOST}:{port}/postgres", process)
    finally:
        process.stop()


def wait_until_ready(process: Process, programs: Path, port: int) -> None:
    """
    Return when the server takes connections.

    Raises:
        CannotRun: It ended.
    """
    ask: list[str | Path] = [programs / "pg_isready", "--quiet", "--timeout", "1"]
    ask += ["--host", HOST, "--port", str(port)]
    while subprocess.run(ask, check=False).returncode:
        if not process.is_running():
            raise CannotRun(f"PostgreSQL does not start. {process.last_words()}")
        time.sleep(0.02)


def find_programs() -> Path:
    """
    Return the folder of the server's programs.

    Raises:
        CannotRun: It is not installed.
    """
    own = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: path.parts)
    found = shutil.which("postgres") or (own[-1] if own else None)
    if found is None:
        raise CannotRun(
            "There is no PostgreSQL to compare with: install it, on Debian with "
            "`apt install postgresql`, or leave out what needs it with --only."
        )
    return Path(found).resolve().parent
