"""`export`: every signature, or only what may be handed over, streamed into a file."""

from pathlib import Path
from typing import Annotated

import typer

from organizer import MISUNDERSTOOD, CannotDo
from organizer.session import connect
from organizer.signatures.export import Export, write, write_totals
from organizer.signatures.rows import Format
from organizer.terminal import JsonOption, emit, say
from organizer.trustees.private_key import KeyOption, KeyShareOption, WordsOption, read_keys


def export(
    context: typer.Context,
    output: Annotated[Path, typer.Argument(help="The file to write, such as names.csv.")],
    format: Annotated[
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
    key_share_files: KeyShareOption = None,
    words: WordsOption = False,
    as_json: JsonOption = False,
) -> None:
    """
    Write all signatures to a file that only you can read, as CSV or JSON Lines.

    Without a key it writes what the database itself knows; with it, what was sealed as well.
    Boxes that do not open are listed beside it and stop nothing. The order tells nothing.
    Run the same command again after an interruption, and it goes on where it was.
    """
    keys = read_keys(key_files, key_share_files, words)
    if delivery and not keys:
        raise CannotDo("A delivery needs the key: --key, --key-share or --words.", MISUNDERSTOOD)
    chosen = format or (Format.JSONL if output.suffix in (".jsonl", ".ndjson") else Format.CSV)
    wanted = Export(output, chosen, bom, delivery, keys)
    connection, database = connect(context)
    numbers = write(wanted, connection, database)
    if delivery:
        write_totals(wanted, database, numbers["written"])
    if as_json:
        emit(numbers)
    say(_summary(wanted, numbers))


def _summary(wanted: Export, numbers: dict[str, int]) -> str:
    parts = [f"{wanted.output} holds {numbers['written']:,} signatures."]
    if numbers["withheld"]:
        parts.append(f"{numbers['withheld']:,} did not agree to be named.")
    if numbers["emptied"]:
        parts.append(f"{numbers['emptied']:,} were withdrawn and left only their +1.")
    if numbers["unreadable"]:
        parts.append(
            f"{numbers['unreadable']:,} do not open with this key and are listed in "
            f"{wanted.unreadable}; `invalidate --unreadable` removes them if they are fraud."
        )
    return " ".join(parts)
