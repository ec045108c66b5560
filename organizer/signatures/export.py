"""Writing signatures into a file: all of them, or only what may be handed over."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from petition.seal import Words
from petition.tally import fold

from organizer.connection import Connection
from organizer.signatures import rows
from organizer.signatures.checkpoint import Growing
from organizer.signatures.database import Database
from organizer.signatures.drift import total
from organizer.signatures.opening import opened_pages
from organizer.signatures.rows import Format, write_header, write_rows
from organizer.signatures.stored import Stored
from organizer.terminal import progress, say


@dataclass(frozen=True)
class Export:
    """What is wanted: where, how, and how much of it."""

    output: Path
    format: Format
    bom: bool
    delivery: bool
    keys: list[ec.EllipticCurvePrivateKey]

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of what each row holds."""
        if self.delivery:
            return rows.DELIVERED
        return rows.OPENED if self.keys else rows.KNOWN

    @property
    def fields(self) -> list[str]:
        """Return what must be read of each document."""
        known = ["country", "language", "via", "signed_hour"]
        return [*known, "sealed"] if self.keys else known

    @property
    def unreadable(self) -> Path:
        """Return where the ids of boxes are listed that no key opens."""
        return self.output.with_name(f"{self.output.name}.unreadable.txt")


def write(export: Export, connection: Connection, database: Database) -> dict[str, int]:
    """
    Write the file, from the beginning or from where it was left.

    Returns:
        How many were `written`, `unreadable`, `emptied` (withdrawn, +1 kept) and `withheld`
        (without consent to a delivery).
    """
    files = {"output": export.output} | ({"unreadable": export.unreadable} if export.keys else {})
    growing = Growing(files, _options(export, connection))
    if growing.resumed:
        say(f"Going on with {export.output} where it was left.")
    else:
        growing.write("output", write_header(export.columns, export.format, bom=export.bom))
    numbers = growing.progress.numbers
    finished = False
    try:
        with progress("Writing", database.count()) as advance:
            advance.by(sum(numbers.values()))
            pages = database.pages(export.fields, after=growing.progress.after)
            for stored, opened in opened_pages(pages, connection.petition, export.keys):
                for name, number in _add(export, growing, stored, opened).items():
                    numbers[name] = numbers.get(name, 0) + number
                growing.note(stored[-1].id)
                advance.by(len(stored))
        finished = True
    finally:
        growing.close(finished=finished)
    if export.keys and not numbers.get("unreadable"):
        export.unreadable.unlink()
    return {name: numbers.get(name, 0) for name in ("written", "unreadable", "emptied", "withheld")}


def _options(export: Export, connection: Connection) -> dict[str, str]:
    return {
        "project": connection.project,
        "database": connection.database,
        "petition": connection.petition,
        "columns": ",".join(export.columns),
        "format": f"{export.format}{' bom' if export.bom else ''}",
    }


def _add(
    export: Export, growing: Growing, stored: Sequence[Stored], opened: Sequence[Words | None]
) -> dict[str, int]:
    kept = [(s, c) for s, c in zip(stored, opened, strict=True) if not s.emptied]
    emptied = len(stored) - len(kept)
    if not export.keys:
        growing.write("output", write_rows((rows.known_row(s) for s, _ in kept), export.format))
        return {"written": len(kept), "emptied": emptied}
    readable = [(s, c) for s, c in kept if c is not None]
    unreadable = [s.id for s, c in kept if c is None]
    growing.write("unreadable", "".join(f"{id}\n" for id in unreadable))
    if export.delivery:
        consented = [c for _, c in readable if c.consent.delivery]
        lines = write_rows((rows.delivered_row(c) for c in consented), export.format)
        written = len(consented)
    else:
        lines = write_rows((rows.opened_row(s, c) for s, c in readable), export.format)
        written = len(readable)
    growing.write("output", lines)
    return {
        "written": written,
        "unreadable": len(unreadable),
        "emptied": emptied,
        "withheld": len(readable) - written,
    }


def write_totals(export: Export, database: Database, named: int) -> None:
    """Write the numbers that go with a delivery: all who signed, and those who did so unnamed."""
    at = database.instant()
    counted = total(database.lanes(at))
    totals = {
        "signatures": counted.signatures,
        "named": named,
        "anonymous": counted.signatures - named,
        "countries": [
            {"country": code, "signatures": number}
            for code, number in fold(counted.countries, counted.signatures)
        ],
        "as_of": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    path = export.output.with_name(f"{export.output.name}.totals.json")
    path.write_text(json.dumps(totals, indent=2) + "\n", encoding="utf-8")
