"""`export`: every signature, or only what may be handed over, streamed into a file."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives.asymmetric import ec
from petition.seal import Words
from petition.tally import fold

from organizer import MISUNDERSTOOD, CannotDo, rows
from organizer.checkpoint import Growing
from organizer.connection import Connection
from organizer.database import Database, Stored
from organizer.drift import total
from organizer.private_key import KeyOption, ShareOption, WordsOption, read_keys
from organizer.rows import Format, write_header, write_rows
from organizer.sealed import opened_pages
from organizer.session import connect
from organizer.terminal import JsonOption, emit, progress, say


@dataclass(frozen=True)
class Order:
    """What is wanted: where, how, and how much of it."""

    output: Path
    form: Format
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


def export(
    context: typer.Context,
    output: Annotated[Path, typer.Argument(help="The file to write, such as names.csv.")],
    form: Annotated[
        Format | None,
        typer.Option("--format", help="Left out, it follows the file's ending; else csv."),
    ] = None,
    bom: Annotated[
        bool, typer.Option("--bom", help="Begin the CSV so that spreadsheets read it as UTF-8.")
    ] = False,
    delivery: Annotated[
        bool,
        typer.Option(
            "--delivery", help="Only the names whose owners agreed to it, and totals beside them."
        ),
    ] = False,
    key_files: KeyOption = None,
    share_files: ShareOption = None,
    words: WordsOption = False,
    as_json: JsonOption = False,
) -> None:
    """
    Write all signatures to a file that only you can read, as CSV or JSON Lines.

    Without a key it writes what the database itself knows; with it, what was sealed as well.
    Boxes that do not open are listed beside it and stop nothing. The order tells nothing.
    Run the same command again after an interruption, and it goes on where it was.
    """
    keys = read_keys(key_files, share_files, words)
    if delivery and not keys:
        raise CannotDo("A delivery needs the key: --key, --share or --words.", MISUNDERSTOOD)
    chosen = form or (Format.JSONL if output.suffix in (".jsonl", ".ndjson") else Format.CSV)
    order = Order(output, chosen, bom, delivery, keys)
    connection, database = connect(context)
    numbers = write(order, connection, database)
    if delivery:
        write_totals(order, database, numbers["written"])
    if as_json:
        emit(numbers)
    say(_summary(order, numbers))


def write(order: Order, connection: Connection, database: Database) -> dict[str, int]:
    """
    Write the file, from the beginning or from where it was left.

    Returns:
        How many were `written`, `unreadable`, `emptied` (withdrawn, +1 kept) and `withheld`
        (without consent to a delivery).
    """
    files = {"output": order.output} | ({"unreadable": order.unreadable} if order.keys else {})
    growing = Growing(files, _options(order, connection))
    if growing.resumed:
        say(f"Going on with {order.output} where it was left.")
    else:
        growing.write("output", write_header(order.columns, order.form, bom=order.bom))
    numbers = growing.progress.numbers
    finished = False
    try:
        with progress("Writing", database.count()) as advance:
            advance.by(sum(numbers.values()))
            pages = database.pages(order.fields, after=growing.progress.after)
            for stored, opened in opened_pages(pages, connection.petition, order.keys):
                for name, number in _add(order, growing, stored, opened).items():
                    numbers[name] = numbers.get(name, 0) + number
                growing.note(stored[-1].id)
                advance.by(len(stored))
        finished = True
    finally:
        growing.close(finished=finished)
    if order.keys and not numbers.get("unreadable"):
        order.unreadable.unlink()
    return {name: numbers.get(name, 0) for name in ("written", "unreadable", "emptied", "withheld")}


def _options(order: Order, connection: Connection) -> dict[str, str]:
    return {
        "project": connection.project,
        "database": connection.database,
        "petition": connection.petition,
        "columns": ",".join(order.columns),
        "form": f"{order.form}{' bom' if order.bom else ''}",
    }


def _add(
    order: Order, growing: Growing, stored: Sequence[Stored], opened: Sequence[Words | None]
) -> dict[str, int]:
    kept = [(s, w) for s, w in zip(stored, opened, strict=True) if not s.emptied]
    emptied = len(stored) - len(kept)
    if not order.keys:
        growing.write("output", write_rows((rows.known_row(s) for s, _ in kept), order.form))
        return {"written": len(kept), "emptied": emptied}
    readable = [(s, w) for s, w in kept if w is not None]
    unreadable = [s.id for s, w in kept if w is None]
    growing.write("unreadable", "".join(f"{id}\n" for id in unreadable))
    if order.delivery:
        consented = [w for _, w in readable if w.consent.delivery]
        lines = write_rows((rows.delivered_row(w) for w in consented), order.form)
        written = len(consented)
    else:
        lines = write_rows((rows.opened_row(s, w) for s, w in readable), order.form)
        written = len(readable)
    growing.write("output", lines)
    return {
        "written": written,
        "unreadable": len(unreadable),
        "emptied": emptied,
        "withheld": len(readable) - written,
    }


def write_totals(order: Order, database: Database, named: int) -> None:
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
    path = order.output.with_name(f"{order.output.name}.totals.json")
    path.write_text(json.dumps(totals, indent=2) + "\n", encoding="utf-8")


def _summary(order: Order, numbers: dict[str, int]) -> str:
    parts = [f"{order.output} holds {numbers['written']:,} signatures."]
    if numbers["withheld"]:
        parts.append(f"{numbers['withheld']:,} did not agree to be named.")
    if numbers["emptied"]:
        parts.append(f"{numbers['emptied']:,} were withdrawn and left only their +1.")
    if numbers["unreadable"]:
        parts.append(
            f"{numbers['unreadable']:,} do not open with this key and are listed in "
            f"{order.unreadable}; `invalidate --unreadable` removes them if they are fraud."
        )
    return " ".join(parts)
