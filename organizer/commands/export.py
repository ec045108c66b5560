"""`export`: every signature, or only what may be handed over, streamed into a file."""

from pathlib import Path
from typing import Annotated

import typer

from organizer import MISUNDERSTOOD, CannotDo
from organizer.pepper import SECRET, PepperOption, SecretOption
from organizer.reporting.delivery import (
    explain,
    write_contested_names,
    write_names,
    write_totals,
    write_unread,
)
from organizer.reporting.figures import figure
from organizer.session import connect
from organizer.signatures.database import Database
from organizer.signatures.decisions import DecisionsOption, read_decisions
from organizer.signatures.export import STDOUT, Export, write
from organizer.signatures.gathering import gather
from organizer.signatures.proof import CheckOption, prove
from organizer.signatures.rows import Format
from organizer.signatures.withholding import WithholdOption, read_withheld
from organizer.terminal import JsonOption, emit, say
from organizer.trustees.private_key import KeyOption, KeyShareOption, WordsOption, read_keys

OutputArgument = Annotated[
    Path, typer.Argument(help="The file to write, such as names.csv; - is stdout.")
]
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
    withhold: WithholdOption = None,
    as_json: JsonOption = False,
) -> None:
    """
    Write what was signed to a file that only you can read, as CSV or JSON Lines.

    Without a key it writes what the database itself knows, a row for each claim; with it, what
    was sealed as well, a row for each signer, who may have claimed several times. Where claims
    of one address disagree about a name, they are listed beside it for you to decide.
    Run the same command again after an interruption, and it goes on where it was; a --delivery
    is written as a whole or not at all.
    """
    needs_key = bool(delivery or check or decisions or withhold)
    if needs_key and not (key_files or key_share_files or words):
        raise CannotDo("That needs the key: --key, --key-share or --words.", MISUNDERSTOOD)
    _refuse(output, delivery=delivery, withhold=withhold, as_json=as_json)
    chosen = format or (Format.JSONL if output.suffix in (".jsonl", ".ndjson") else Format.CSV)
    connection, database = connect(context)
    keys = read_keys(key_files, key_share_files, words)
    opening = prove(connection, database, keys, check, pepper, secret)
    wanted = Export(output, chosen, bom, opening, decisions)
    numbers = (
        _deliver(wanted, database, withhold) if delivery else write(wanted, connection, database)
    )
    place = "What went to stdout" if output == STDOUT else output
    say(f"{place} holds {numbers['written']:,} {'names' if delivery else 'rows'}.")
    if keys:
        checked = opening.checks is not None
        beside = (None, None) if output == STDOUT else (wanted.contested, wanted.unread)
        for sentence in explain(numbers, *beside, checked=checked):
            say(sentence)
    if as_json:
        emit(numbers)


def _refuse(output: Path, *, delivery: bool, withhold: Path | None, as_json: bool) -> None:
    if output == STDOUT and (delivery or as_json):
        raise CannotDo(
            "A delivery has totals beside it, and --json needs stdout for itself: name a file.",
            MISUNDERSTOOD,
        )
    if withhold and not delivery:
        raise CannotDo("Names are withheld from a --delivery.", MISUNDERSTOOD)


def _deliver(wanted: Export, database: Database, withhold: Path | None) -> dict[str, int]:
    totals = wanted.output.with_name(f"{wanted.output.name}.totals.json")
    for path in (wanted.output, totals, wanted.contested, wanted.unread):
        if path.exists():
            raise CannotDo(f"{path} exists and is not overwritten.")
    withheld = read_withheld(withhold)
    gathered = gather(database, wanted.opening, read_decisions(wanted.decisions))
    gathered.withhold(withheld)
    figures = figure(database, gathered)  # Nothing is written before all is known.
    write_names(wanted.output, gathered.names, wanted.format, bom=wanted.bom)
    write_totals(totals, figures)
    write_contested_names(wanted.contested, gathered)
    write_unread(wanted.unread, gathered)
    return {"written": len(gathered.names), **gathered.left_out}
