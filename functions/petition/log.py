"""
The only module that writes log lines: JSON on stdout, as Cloud Logging reads it.

Numbers are added up and written once a minute, because the time of a line per signature would
tell when somebody signed. No line ever holds a name, an address, a receipt or a document id.
"""

import atexit
import json
import sys
import time
import traceback
from pathlib import Path

_Key = tuple[str, tuple[tuple[str, str], ...]]

_numbers: dict[_Key, dict[str, int]] = {}
_minute = 0


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


def note(event: str, labels: dict[str, str], **numbers: int) -> None:
    """Put numbers into this minute's line of an event in the place of earlier ones."""
    _line(event, labels).update(numbers)


def internal_error(function: str, error: BaseException, execution_id: str | None) -> None:
    """Write where an unexpected failure came from, but not its message, which can hold anything."""
    frames = traceback.extract_tb(error.__traceback__)
    stack = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames]
    labels = {"function": function, "exception": type(error).__name__}
    _write("ERROR", "internal-error", labels, stack=stack, execution_id=execution_id)


def _line(event: str, labels: dict[str, str]) -> dict[str, int]:
    global _minute
    now = int(time.time() // 60)
    if now != _minute:
        flush()
        _minute = now
    return _numbers.setdefault((event, tuple(labels.items())), {})


@atexit.register
def flush() -> None:
    """Write the lines of the minute that has passed."""
    for (event, labels), numbers in _numbers.items():
        _write("INFO", event, dict(labels), **numbers)
    _numbers.clear()


def _write(severity: str, event: str, labels: dict[str, str], **more: object) -> None:
    line = {"severity": severity, "event": event, **labels, **more}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
