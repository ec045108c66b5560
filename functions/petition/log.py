"""
The only module that writes log lines: JSON on stdout, as Cloud Logging reads it.

Numbers are added up and written once a minute, because the time of a line per signature would
tell when somebody signed. No line ever holds a name, an address, a receipt or a document id.
"""

import asyncio
import json
import signal
import sys
import time
import traceback
from contextlib import suppress
from contextvars import Context
from pathlib import Path
from types import FrameType

_Key = tuple[str, tuple[tuple[str, str], ...]]

_numbers: dict[_Key, dict[str, int]] = {}
_timer: asyncio.TimerHandle | None = None
_ending: bool | None = None  # None until somebody has asked to be told of the end


def add(event: str, labels: dict[str, str], **numbers: int) -> None:
    """
    Add numbers to this minute's line of an event.

    Args:
        labels: What tells this event's lines apart, for example function and petition.
        numbers: Added to those of the same name; the greatest is kept where a name begins
            with `largest_`.
    """
    sums = _line(event, labels)
    for name, number in numbers.items():
        before = sums.get(name, 0)
        sums[name] = max(before, number) if name.startswith("largest_") else before + number
    _write_through_at_the_end()


def note(event: str, labels: dict[str, str], **numbers: int) -> None:
    """Put numbers into this minute's line of an event in the place of earlier ones."""
    _line(event, labels).update(numbers)
    _write_through_at_the_end()


def internal_error(function: str, error: BaseException, id: str) -> None:
    """Write where an unexpected failure came from, but not its message, which can hold anything."""
    frames = traceback.extract_tb(error.__traceback__)
    stack = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames]
    labels = {"function": function, "exception": type(error).__name__}
    _write("ERROR", "internal-error", labels, stack=stack, id=id)


def flush() -> None:
    """Write the lines of this minute, and begin the next."""
    global _timer
    if _timer:
        _timer.cancel()
    _timer = None
    for (event, labels), numbers in _numbers.items():
        _write("INFO", event, dict(labels), **numbers)
    _numbers.clear()


def _line(event: str, labels: dict[str, str]) -> dict[str, int]:
    global _timer
    if _timer is None:
        _listen_for_the_end()
        # In a context of its own: the framework puts a request's id into the one at hand.
        wait = 60 - time.time() % 60
        _timer = asyncio.get_running_loop().call_later(wait, flush, context=Context())
    return _numbers.setdefault((event, tuple(labels.items())), {})


def _listen_for_the_end() -> None:
    # The server ends by the signal that it was sent, without the interpreter's own exit, so the
    # signal is the only notice; it must not write by itself, because it interrupts anything.
    global _ending
    handle = signal.getsignal(signal.SIGTERM)
    if _ending is not None or not callable(handle):
        return
    _ending = False
    loop = asyncio.get_running_loop()

    def end(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(_end)
        handle(number, frame)

    signal.signal(signal.SIGTERM, end)


def _end() -> None:
    global _ending
    _ending = True
    flush()


def _write_through_at_the_end() -> None:
    if _ending:
        flush()


def _write(severity: str, event: str, labels: dict[str, str], **more: object) -> None:
    line = {"severity": severity, "event": event, **labels, **more}
    # Not sys.stdout: there the framework adds to a line what a request calls itself.
    stream = sys.__stdout__
    assert stream is not None  # noqa: S101 – a server has one
    with suppress(OSError):  # A full disk costs a line, and nobody's signature.
        stream.write(json.dumps(line) + "\n")
        stream.flush()
