"""`python -m dev` starts everything, says where it is, keeps the data, leaves nothing behind."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from dev import ROOT, CannotRun
from dev.__main__ import DEFAULT_PORTS, read_ports, variable, watch
from dev.emulator import Emulator
from dev.functions import Running
from dev.keys import make_keys
from dev.ports import free_port, is_free
from dev.process import Process
from dev.stack import Stack

PETITION = "savemyfriend"
PATIENCE_SECONDS = 60  # For a busy machine; httpx alone would give up after 5.
LAST_LINE = "Ctrl-C stops everything."


@dataclass
class LocalRun:
    """A started `python -m dev` and what it has printed until everything answered."""

    process: subprocess.Popen[str]
    printed: str

    def stop(self, number: signal.Signals) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        try:
            self.process.communicate(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
        return self.process.returncode


def command() -> list[str]:
    """Return what `make run` calls."""
    return [sys.executable, "-m", "dev"]


def environment(ports: Mapping[str, int], folder: Path) -> dict[str, str]:
    """Return an environment with these ports, and without an emulator that is running already."""
    env = {name: value for name, value in os.environ.items() if name != "FIRESTORE_EMULATOR_HOST"}
    numbers = {variable(name): str(port) for name, port in ports.items()}
    return env | numbers | {"RUN_FOLDER": str(folder), "COLUMNS": "80"}


def start(ports: Mapping[str, int], folder: Path) -> LocalRun:
    """Start everything and return when everything answers."""
    process = subprocess.Popen(
        command(),
        cwd=ROOT,
        env=environment(ports, folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # As a script's shell starts what is in its background.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    assert process.stdout
    printed = ""
    for line in process.stdout:
        printed += line
        if line.strip() == LAST_LINE:
            return LocalRun(process, printed)
    process.communicate()
    raise AssertionError(printed)


def test_a_signature_is_there_after_the_next_start(tmp_path: Path) -> None:
    ports = {name: free_port() for name in DEFAULT_PORTS}
    run = start(ports, tmp_path)
    try:
        for name, port in ports.items():
            assert f"127.0.0.1:{port}" in run.printed, name
        assert "functions" in ask(f"http://127.0.0.1:{ports['site']}/config.json")
        line = next(line for line in run.printed.splitlines() if line.startswith("Sign:"))
        signed = patiently(lambda: answer_of(line.removeprefix("Sign:")))
        assert signed["accepted"] is True
        assert_taken_ports_are_named(ports, tmp_path)
    finally:
        code = run.stop(signal.SIGINT)

    assert code == 0
    assert_free(ports)

    run = start(ports, tmp_path)
    try:
        count = patiently(lambda: ask(f"http://127.0.0.1:{ports['count']}/{PETITION}"))
        organizers = answer_of(organizer_line(tmp_path))
    finally:
        code = run.stop(signal.SIGTERM)
    assert count["signatures"] == organizers["signatures"] == 1
    assert code == 0
    assert_free(ports)


def assert_free(ports: dict[str, int]) -> None:
    """Find nobody at any port, soon: what was killed last may take a moment to be gone."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while taken := [name for name, port in ports.items() if not is_free(port)]:
        assert time.monotonic() < deadline, taken
        time.sleep(0.1)


def organizer_line(folder: Path) -> str:
    """Return the line that counts in the local run of a folder, whatever else is set."""
    others = "-u FIRESTORE_EMULATOR_HOST -u GOOGLE_CLOUD_PROJECT"
    return f"env {others} RUN_FOLDER={folder} {sys.executable} -m organizer count --json"


def ask(url: str) -> dict[str, Any]:
    """Get an answer in JSON, however long it takes."""
    answer: dict[str, Any] = httpx.get(url, timeout=PATIENCE_SECONDS).json()
    return answer


def answer_of(line: str) -> dict[str, Any]:
    """Type a line into a shell and return the JSON that it prints."""
    typed = ["/bin/sh", "-c", line]
    said = subprocess.run(typed, capture_output=True, text=True, check=True).stdout
    answer: dict[str, Any] = json.loads(said)
    return answer


def patiently(call: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Do what 503 asks for and try again: on a busy machine the first query may take too long."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    answer = call()
    while answer.get("status") == 503 and time.monotonic() < deadline:
        time.sleep(1)
        answer = call()
    return answer


def assert_taken_ports_are_named(ports: Mapping[str, int], folder: Path) -> None:
    """Start everything a second time on the same ports, but the page on another."""
    again = {**ports, "site": free_port()}
    second = subprocess.run(
        command(),
        cwd=ROOT,
        env=environment(again, folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    for name, port in again.items():
        assert (f"{port} ({variable(name)})" in second.stderr) == (name != "site")
    assert "Traceback" not in second.stderr


def test_a_part_that_ends_by_itself_ends_the_run_with_its_last_words(tmp_path: Path) -> None:
    dying = ["/bin/sh", "-c", "echo no space left; exit 3"]
    program = Process("sign", dying, os.environ, tmp_path / "log")
    stack = Stack(Emulator("127.0.0.1:1"), "demo-test", make_keys(), "http://127.0.0.1:8000")
    # It may be called once, if the machine is slow to start what dies; nobody listens there.
    for name in ("sign", "sweep"):
        stack.functions[name] = Running(name, "http://127.0.0.1:1", program)

    with (
        contextlib.ExitStack() as stopping,
        pytest.raises(CannotRun, match=r"(?s)sign ended by itself \(exit code 3\).*no space left"),
    ):
        stopping.callback(program.stop)
        watch(stack)


def test_help_names_every_port_and_its_variable() -> None:
    said = subprocess.run(
        [*command(), "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout

    for name, port in DEFAULT_PORTS.items():
        assert re.search(rf"{variable(name)} +{port}\b", said)


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"SIGN_PORT": "eighty"}, "SIGN_PORT must be a port"),
        ({"SIGN_PORT": "0"}, "SIGN_PORT must be a port"),
        ({"SHARE_LINK_PORT": "65536"}, "SHARE_LINK_PORT must be a port"),
        ({"COUNT_PORT": "8081"}, "COUNT_PORT is 8081, but another part"),
    ],
)
def test_a_port_that_cannot_be_is_named(env: dict[str, str], said: str) -> None:
    with pytest.raises(CannotRun, match=said):
        read_ports(env)
