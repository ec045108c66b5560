"""`export`: every signature, or only what may be handed over, streamed into a file."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from organizer import MISUNDERSTOOD, CannotDo
from organizer.pepper import SECRET, PepperOption, SecretOption
from organizer.reporting.phrases import PHRASES, remarks
from organizer.reporting.totals import write_totals
from organizer.session import connect
from organizer.signatures.decisions import DecisionsOption
from organizer.signatures.export import Export, write
from organizer.signatures.proof import CheckOption, prove
from organizer.signatures.rows import Format
from organizer.terminal import JsonOption, emit, say
from organizer.trustees.private_key import KeyOption, KeyShareOption, WordsOption, read_keys

OutputArgument = Annotated[Path, typer.Argument(help="The file to write, such as names.csv.")]
FormatOption = Annotated[
    Format | None,
    typer.Option("--format", help="Left out, it follows the file's ending; else csv."),
]
BomOption = Annotated[
    bool, typer.Option("--bom", help="Begin the CSV so that spreadsheets read it as UTF-8.")
]
DeliveryOption = Annotated[
    bool,
    typer.Option(
        "--delivery", help="Only the names whose owners agreed to it, and totals beside them."
    ),
]


def export(
    context: typer.Context,
    output: OutputArgument,
    format: FormatOption = None,
    bom: BomOption = False,
    delivery: DeliveryOption = False,
    key_files: KeyOption = None,
    key_share_files: KeyShareOption = None,
    words: WordsOption = False,
    check: CheckOption = None,
    pepper: PepperOption = None,
    secret: SecretOption = SECRET,
    decisions: DecisionsOption = None,
    as_json: JsonOption = False,
) -> None:
    """
    Write what was signed to a file that only you can read, as CSV or JSON Lines.

    Without a key it writes what the database itself knows, a row for each claim; with it, what
    was sealed as well, a row for each signer, who may have claimed several times. Where claims
    of one address disagree about a name, they are listed beside it for you to decide.
    Run the same command again after an interruption, and it goes on where it was.
    """
    if (delivery or check or decisions) and not (key_files or key_share_files or words):
        raise CannotDo("That needs the key: --key, --key-share or --words.", MISUNDERSTOOD)
    totals = output.with_name(f"{output.name}.totals.json")
    if delivery and totals.exists():
        raise CannotDo(f"{totals} exists and is not overwritten.")
    chosen = format or (Format.JSONL if output.suffix in (".jsonl", ".ndjson") else Format.CSV)
    connection, database = connect(context)
    keys = read_keys(key_files, key_share_files, words)
    opening = prove(connection, database, keys, check, pepper, secret)
    wanted = Export(output, chosen, bom, delivery, opening, decisions)
    numbers = write(wanted, connection, database)
    if delivery:
        write_totals(totals, database, numbers, checked=opening.checks is not None)
    if as_json:
        emit(numbers)
    for sentence in _summary(wanted, numbers):
        say(sentence)


def _summary(wanted: Export, numbers: Mapping[str, int]) -> Iterator[str]:
    yield f"{wanted.output} holds {numbers['written']:,} rows."
    if not wanted.opening.keys:
        return
    if number := numbers["withheld"]:
        yield f"{number:,} signers did not agree to be named, or you withheld them."
    if number := numbers["unread"]:
        yield f"{number:,} signers have no box that could be read; {wanted.unread} lists them."
    checked = wanted.opening.checks is not None
    yield from remarks(PHRASES["en"], numbers, "{:,}".format, checked=checked, floor=1)
    if numbers["contested"]:
        yield (
            f"Decide the contested names in {wanted.contested}, and run this again with "
            "--decisions and that file."
        )
