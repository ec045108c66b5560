"""`report`: one file to hand to an embassy or a newspaper, in every language of the petition."""

from pathlib import Path
from typing import Annotated

import typer

from organizer import CannotDo
from organizer.reporting.figures import gather
from organizer.reporting.report import print_pdf, write
from organizer.session import connect
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
) -> None:
    """
    Write a report to hand over: plea, total, countries, growth, sharing, and how it was counted.

    It is one HTML file that refers to nothing outside itself, and a PDF when a browser is there.
    With the key it names those who agreed to it, and nobody else; numbers under ten are folded.
    """
    keys = read_keys(key_files, key_share_files, words)
    if output.exists():
        raise CannotDo(f"{output} exists and is not overwritten.")
    connection, database = connect(context)
    figures = gather(connection, database, keys)
    page = write(connection.read_campaign(), figures, database.published())
    write_secret(output, page.encode())
    say(f"{output} reports {figures.signatures:,} signatures and {len(figures.names):,} names.")
    if pdf:
        print_pdf(output)
