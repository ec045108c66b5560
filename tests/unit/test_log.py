"""
The log: one line a minute for each kind of number, and of a failure its place alone.

The processes' own lines, at their end and under load, are read in tests/functions/test_log.py.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextvars import Context, ContextVar
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from petition import log

ID = "6b9a1f9e-5d0f-4f8f-9a53-3d2b9d2c8f11"
LABELS = {"function": "sign", "petition": "savemyfriend"}

Timers = list[tuple[float, Callable[[], None]]]


@dataclass
class Timer:
    """The handle of one of them."""

    timers: Timers
    entry: tuple[float, Callable[[], None]]

    def cancel(self) -> None:
        """Take it away, unless it has gone off."""
        if self.entry in self.timers:
            self.timers.remove(self.entry)


@pytest.fixture(autouse=True)
async def timers(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Timers]:
    """A clock that stands at half past a minute, and timers that go off when a test says so."""
    timers: Timers = []

    def call_later(delay: float, callback: Callable[[], None], *, context: Context) -> Timer:
        timers.append((delay, partial(context.run, callback)))
        return Timer(timers, timers[-1])

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "call_later", call_later)
    monkeypatch.setattr("petition.log.time.time", lambda: 60_000_030.0)
    log._numbers.clear()
    log._timer = None
    yield timers
    log._numbers.clear()
    log._timer = None


def lines(capfd: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """Return what has been written since the last time."""
    return [json.loads(line) for line in capfd.readouterr().out.splitlines()]


async def test_nothing_is_written_before_the_minute_is_over(
    capfd: pytest.CaptureFixture[str], timers: Timers
) -> None:
    for _ in range(100):
        log.add("minute", LABELS, accepted=1)

    assert [delay for delay, _ in timers] == [30]
    assert lines(capfd) == []


async def test_minute_is_one_line_of_sums_and_greatest_numbers(
    capfd: pytest.CaptureFixture[str], timers: Timers
) -> None:
    log.add("minute", LABELS, accepted=3, largest_group=3)
    log.add("minute", LABELS, accepted=7, largest_group=7)
    log.add("minute", LABELS, accepted=5, largest_group=5)
    timers.pop()[1]()

    assert lines(capfd) == [
        {"severity": "INFO", "event": "minute", **LABELS, "accepted": 15, "largest_group": 7}
    ]


async def test_next_minute_begins_at_nothing_and_with_a_timer_of_its_own(
    capfd: pytest.CaptureFixture[str], timers: Timers
) -> None:
    log.add("minute", LABELS, accepted=3)
    timers.pop()[1]()
    log.add("minute", LABELS, accepted=1)
    timers.pop()[1]()

    assert [line["accepted"] for line in lines(capfd)] == [3, 1]


async def test_line_that_is_written_at_once_leaves_no_timer(
    capfd: pytest.CaptureFixture[str], timers: Timers
) -> None:
    log.add("sweep", LABELS, left=3)
    log.flush()

    assert [line["left"] for line in lines(capfd)] == [3]
    assert timers == []


async def test_minute_is_written_in_a_context_of_its_own(
    monkeypatch: pytest.MonkeyPatch, timers: Timers
) -> None:
    """Whatever the first request of a minute brought along would else stand in its line."""
    seen: list[str] = []
    brought = ContextVar[str]("brought")
    monkeypatch.setattr(log, "flush", lambda: seen.append(brought.get("nothing")))
    brought.set("a stranger's words")

    log.add("minute", LABELS, accepted=1)
    timers.pop()[1]()

    assert seen == ["nothing"]


async def test_quiet_minute_writes_nothing_and_needs_no_timer(
    capfd: pytest.CaptureFixture[str], timers: Timers
) -> None:
    log.add("minute", LABELS, accepted=3)
    timers.pop()[1]()
    lines(capfd)
    log.flush()

    assert (lines(capfd), timers) == ([], [])


async def test_events_and_labels_have_lines_of_their_own(
    capfd: pytest.CaptureFixture[str],
) -> None:
    log.add("problem", {"function": "sign", "slug": "not-found"}, number=1)
    log.add("problem", {"function": "sign", "slug": "unavailable"}, number=1)
    log.add("problem", {"function": "sign", "slug": "not-found"}, number=1)
    log.add("minute", LABELS, accepted=1)
    log.flush()

    assert [(line.get("slug"), line.get("number")) for line in lines(capfd)] == [
        ("not-found", 2),
        ("unavailable", 1),
        (None, None),
    ]


async def test_noted_number_takes_the_place_of_the_one_before(
    capfd: pytest.CaptureFixture[str],
) -> None:
    log.note("tally", LABELS, signatures=3, age_seconds=1)
    log.note("tally", LABELS, signatures=9, age_seconds=0)
    log.flush()

    assert [(line["signatures"], line["age_seconds"]) for line in lines(capfd)] == [(9, 0)]


def fail(secret: str) -> None:
    """Raise with a secret in the message, in the cause, and in a variable."""
    try:
        raise KeyError(secret)
    except KeyError as error:
        raise RuntimeError(f"cannot store {secret}") from error


async def test_failure_is_told_by_its_place_and_never_by_its_message(
    capfd: pytest.CaptureFixture[str],
) -> None:
    try:
        fail("ann@example.org")
    except RuntimeError as error:
        log.internal_error("sign", error, ID)

    text = capfd.readouterr().out
    line = json.loads(text)
    assert "ann@" not in text
    assert line.pop("stack")[-1].startswith("test_log.py:")
    assert line == {
        "severity": "ERROR",
        "event": "internal-error",
        "function": "sign",
        "exception": "RuntimeError",
        "id": ID,
    }


async def test_failure_is_written_at_once_and_on_one_line(
    capfd: pytest.CaptureFixture[str],
) -> None:
    log.internal_error("sign", ValueError("line\nline"), ID)

    assert capfd.readouterr().out.count("\n") == 1


async def test_a_line_that_cannot_be_written_is_lost_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A full disk under the log must not take a signature with it."""
    with Path("/dev/full").open("w", buffering=1, encoding="utf-8") as full:  # noqa: ASYNC230 – a device
        monkeypatch.setattr("sys.__stdout__", full)
        log.add("claims", LABELS, claims=1)
        log.flush()
        log.internal_error("sign", RuntimeError(), ID)
        monkeypatch.undo()
        with contextlib.suppress(OSError):
            full.close()  # It tries once more.

    log.add("claims", LABELS, claims=2)
    log.flush()

    assert [line["claims"] for line in lines(capfd)] == [2]
