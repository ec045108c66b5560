"""A program ends when it is told to, and when the process that started it is gone."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dev import ROOT, CannotRun
from dev.ports import free_port, is_free
from dev.process import Process

# It starts a program, says its number, and dies as a crashed process does.
CRASHING = """
import os, pathlib, sys
from dev.process import Process
program = Process("sleep", ["sleep", "600"], os.environ, pathlib.Path(sys.argv[1]))
print(program.popen.pid, flush=True)
os.kill(os.getpid(), 9)
"""

Start = Callable[[str], Process]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a shell script by the name of "the program"."""
    started: list[Process] = []

    def start_script(script: str) -> Process:
        command = ["/bin/sh", "-c", script]
        started.append(Process("The program", command, os.environ, tmp_path / "log"))
        return started[-1]

    yield start_script
    for process in started:
        process.kill()


def is_alive(process_id: int) -> bool:
    """Tell whether a process runs; one that ended and was not buried yet does not."""
    state = subprocess.run(
        ["ps", "-o", "state=", "-p", str(process_id)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return bool(state) and not state.startswith("Z")


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for something that will happen; the limit is for a broken test only."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_program_does_not_outlive_a_parent_that_was_killed(tmp_path: Path) -> None:
    parent = subprocess.run(
        [sys.executable, "-c", CRASHING, tmp_path / "log"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert parent.returncode == -9
    wait_until(lambda: not is_alive(int(parent.stdout)))


def test_a_program_that_ignores_the_request_to_end_is_ended(start: Start) -> None:
    program = start("trap '' TERM; echo ready; while :; do sleep 1; done")
    wait_until(lambda: "ready" in program.log())

    program.stop(seconds=0.1)

    assert program.popen.returncode == -9


def test_a_program_takes_what_it_started_with_it(start: Start) -> None:
    program = start("sleep 600 & echo $!; wait")
    wait_until(lambda: program.log().endswith("\n"))

    program.kill()

    wait_until(lambda: not is_alive(int(program.log())))


def test_a_program_may_be_stopped_twice(start: Start) -> None:
    program = start("exit 0")

    program.stop()
    program.stop()

    assert not program.is_running()


def test_a_program_that_ends_while_starting_is_named_with_its_last_words(start: Start) -> None:
    program = start("echo out of memory; exit 3")

    with pytest.raises(CannotRun, match=r"(?s)The program ended while starting.*out of memory"):
        program.wait_until_it_answers(f"http://127.0.0.1:{free_port()}/", seconds=30)


def test_a_program_that_never_answers_is_named(start: Start) -> None:
    program = start("sleep 600")

    with pytest.raises(CannotRun, match="The program did not answer"):
        program.wait_until_it_answers(f"http://127.0.0.1:{free_port()}/", seconds=0.1)


def test_a_port_is_free_until_somebody_listens() -> None:
    port = free_port()
    assert is_free(port)

    with socket.create_server(("127.0.0.1", port)):
        assert not is_free(port)
