"""
How commands end that are stopped or killed: soon,
with their own exit code, and leaving nothing.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from organizer.signatures.database import Database
from tests.organizer.conftest import Command, Forged, counted

SOON = 60  # seconds; what never ends takes longer, on whatever machine

InProcess = tuple[list[str], dict[str, str]]
Start = Callable[[list[str]], "subprocess.Popen[str]"]


def children(pid: int) -> list[int]:
    """Return the processes that a process has started and not yet let go."""
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True)
    return [int(line) for line in found.stdout.split()]


def runs(pid: int) -> bool:
    """Tell whether a process runs; one that nobody has fetched from its end does not."""
    found = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return bool(found.stdout.strip()) and not found.stdout.startswith("Z")


def wait_until(holds: Callable[[], object]) -> None:
    """Wait until something holds."""
    end = time.monotonic() + SOON
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def export(in_process: InProcess, forged: Forged, key_file: Path, tmp_path: Path) -> list[str]:
    """Return the command line of an export that opens some thousands of boxes."""
    forged.add(3000)
    return [*in_process[0], "export", str(tmp_path / "names.csv"), "--key", str(key_file)]


@pytest.fixture
def start(in_process: InProcess) -> Iterator[Start]:
    """Start commands as a terminal does, each in a group of its own that Ctrl-C goes to."""
    with ExitStack() as ended:

        def start(command: list[str]) -> subprocess.Popen[str]:
            running = ended.enter_context(
                subprocess.Popen(
                    command,
                    env=in_process[1],
                    stderr=subprocess.PIPE,
                    text=True,
                    start_new_session=True,
                )
            )
            ended.callback(kill, running.pid)
            return running

        yield start


def kill(group: int) -> None:
    """End all processes of a group, if there are any left."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def test_what_opens_boxes_ends_when_its_parent_is_killed(start: Start, export: list[str]) -> None:
    """It holds the private key in its memory, and nobody would ever end it."""
    running = start(export)
    wait_until(lambda: len(children(running.pid)) > 1)  # the tracker of multiprocessing, and one
    started = children(running.pid)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()

    wait_until(lambda: not any(map(runs, started)))


@pytest.mark.parametrize("processes", [0, 1, 2, 3])
def test_ctrl_c_while_it_starts_ends_it_and_the_next_run_does_it_all(
    start: Start, export: list[str], in_process: InProcess, tmp_path: Path, processes: int
) -> None:
    running = start(export)
    wait_until(lambda: len(children(running.pid)) >= processes or running.poll() is not None)
    if not processes:  # From here on it catches what is sent to it.
        assert running.stderr
        running.stderr.readline()
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=SOON)

    assert running.returncode == 130, said
    assert "Interrupted." in said
    assert "Traceback" not in said
    done = subprocess.run(export, env=in_process[1], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "names.csv").read_text().count("\n") == 3001


def test_what_waits_for_ever_after_ctrl_c_is_ended(in_process: InProcess) -> None:
    """As gRPC was seen to, when its channel goes that an interruption left half used."""
    program = (
        "import organizer.command_line as commands, threading\n"
        "def run(arguments):\n"
        "    try:\n"
        "        print('ready', flush=True)\n"
        "        threading.Event().wait()\n"
        "    finally: threading.Event().wait()\n"
        "commands.run = run\n"
        "from organizer.__main__ import main\n"
        "main()\n"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, env=in_process[1], stdout=subprocess.PIPE) as running:
        assert running.stdout
        running.stdout.readline()
        running.send_signal(signal.SIGINT)
        try:
            assert running.wait(SOON) == 130
        finally:
            running.kill()


def test_an_invalidation_that_is_interrupted_says_so_by_its_exit_code(
    start: Start, in_process: InProcess, forged: Forged, organizer: Command, database: Database
) -> None:
    forged.add(3000)
    program, _ = in_process
    sure = ["--really", "--confirm", "3000"]
    command = [*program, "invalidate", "--reason", "bot", "--country", "KR", *sure]

    running = start(command)
    wait_until(lambda: database.invalidated() or running.poll() is not None)
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=SOON)

    assert running.returncode == 130, said
    assert counted(organizer) < 3000
