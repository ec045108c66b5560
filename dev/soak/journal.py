"""What a soak has seen so far, as lines of JSON: whoever is interrupted goes on from here."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Line = dict[str, Any]


class Journal:
    """
    A file that only grows.

    Args:
        path: Its folder is made.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def add(self, kind: str, scenario: str, **fields: object) -> None:
        """
        Write a line.

        Args:
            kind: `interval` or `end`.
        """
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"kind": kind, "scenario": scenario, **fields}) + "\n")

    def lines(self, kind: str, scenario: str | None = None) -> list[Line]:
        """Return the lines of a kind, of one scenario or of all."""
        return [
            line
            for line in self._all()
            if line["kind"] == kind and scenario in (None, line["scenario"])
        ]

    def seconds(self, scenario: str) -> float:
        """Return for how long a scenario has been played to an end, audit included."""
        return float(sum(line["seconds"] for line in self.lines("end", scenario)))

    def _all(self) -> Iterator[Line]:
        if not self._path.exists():
            return
        for text in self._path.read_text(encoding="utf-8").splitlines():
            try:
                yield json.loads(text)
            except ValueError:  # The line that was being written when the machine went down.
                continue
