"""`report`: one file to hand to an embassy or a newspaper, in every language of the petition."""

from pathlib import Path
from typing import Annotated

import typer

from organizer import MISUNDERSTOOD, CannotDo
from organizer.pepper import SECRET, PepperOption, SecretOption
from organizer.reporting.delivery import explain, write_contested_names
from organizer.reporting.figures import figure
from organizer.reporting.report import print_pdf, write
from organizer.session import connect
from organizer.signatures.decisions import DecisionsOption, read_decisions
from organizer.signatures.gathering import gather
from organizer.signatures.proof import CheckOption, prove
from organizer.signatures.withholding import WithholdOption, read_withheld
from organizer.terminal import say
from organizer.trustees.private_key import (
    KeyOption,
    KeyShareOption,
    WordsOption,
    read_keys,
    write_secret,
)


def report(
    context: typer.Context,
    output: Annotated[Path, typer.Argument(help="The file to write, such as report.html.")],
    pdf: Annotated[
        bool, typer.Option("--pdf/--no-pdf", help="Print it as well, if Chromium is installed.")
    ] = True,
    key_files: KeyOption = None,
    key_share_files: KeyShareOption = None,
    words: WordsOption = False,
    check: CheckOption = None,
    pepper: PepperOption = None,
    secret: SecretOption = SECRET,
    decisions: DecisionsOption = None,
    withhold: WithholdOption = None,
) -> None:
    """
    Write a report to hand over: plea, total, countries, growth, sharing, and how it was counted.

    It is one HTML file that refers to nothing outside itself, and a PDF when a browser is there.
    With the key it names those who agreed to it, and nobody else, and says how many boxes were
    left out and why. Countries under thirty and other numbers under ten are folded.
    """
    if (check or decisions or withhold) and not (key_files or key_share_files or words):
        raise CannotDo("That needs the key: --key, --key-share or --words.", MISUNDERSTOOD)
    contested = output.with_name(f"{output.name}.contested.jsonl")
    _check_files(output, contested, *([output.with_suffix(".pdf")] if pdf else []))
    decided, withheld = read_decisions(decisions), read_withheld(withhold)
    connection, database = connect(context)
    keys = read_keys(key_files, key_share_files, words)
    opening = prove(connection, database, keys, check, pepper, secret)
    gathered = gather(database, opening, decided)
    gathered.withhold(withheld)
    figures = figure(database, gathered)
    page = write(connection.read_campaign(), figures, database.published())
    write_secret(output, page.encode())
    say(f"{output} reports {figures.signatures:,} signatures and {len(figures.names):,} names.")
    if keys:
        write_contested_names(contested, gathered)
        for sentence in explain(gathered.left_out, contested, checked=gathered.checked):
            say(sentence)
    if pdf:
        print_pdf(output)


def _check_files(output: Path, *others: Path) -> None:
    if output.suffix.lower() not in (".html", ".htm"):
        raise CannotDo(
            "A report is a page: name it as in report.html; the PDF beside it is then report.pdf.",
            MISUNDERSTOOD,
        )
    for path in (output, *others):
        if path.exists():
            raise CannotDo(f"{path} exists and is not overwritten.")
