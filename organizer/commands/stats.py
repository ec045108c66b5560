"""`stats`: numbers to look at while people sign, and signs that want a look."""

from pathlib import Path
from typing import Annotated

import typer

from organizer.connection import DEFAULT, Connection
from organizer.session import connect
from organizer.signatures.proof import prove
from organizer.statistics.numbers import Numbers, gather
from organizer.statistics.page import write
from organizer.statistics.rules import read_rules, save_rules
from organizer.statistics.screen import draw, list_signs
from organizer.statistics.told import fold_all
from organizer.terminal import JsonOption, emit, say, screen, show
from organizer.trustees.private_key import (
    KeyOption,
    KeyShareOption,
    WordsOption,
    read_keys,
    write_secret,
)

HtmlOption = Annotated[
    Path | None, typer.Option("--html", help="Write them as one page for a browser too.")
]
SaveOption = Annotated[
    Path | None,
    typer.Option("--save", help="Add the lines of all signs to this file of rules."),
]
RulesOption = Annotated[
    Path | None,
    typer.Option("--rules", help="Count again what fits the rules of this file, as --save made."),
]


def stats(
    context: typer.Context,
    html: HtmlOption = None,
    save: SaveOption = None,
    rules: RulesOption = None,
    key_files: KeyOption = None,
    key_share_files: KeyShareOption = None,
    words: WordsOption = False,
    as_json: JsonOption = False,
) -> None:
    """
    Show days, hours, countries, languages, networks, links, the pace, and what wants a look.

    It reads every claim without its box, a billed read for each: about 0.30 dollars per million.
    With the key it opens the boxes and shows the providers of the mailboxes too.
    What leaves the screen (--json, --html) tells no number under ten.
    """
    connection, database = connect(context)
    campaign = connection.read_campaign()
    saved = read_rules(rules, campaign.petition)
    opening = prove(connection, database, read_keys(key_files, key_share_files, words))
    numbers = gather(database, campaign, opening, saved)
    before = _before(connection)
    if html:
        write_secret(html, write(fold_all(numbers), campaign.hashtag, before).encode())
        say(f"{html} shows the same in a browser, without numbers under ten.")
    if save:
        _save(save, numbers, before)
    if as_json:
        emit(fold_all(numbers).describe(before))
    else:
        show(draw(numbers, screen().width))
        for line in list_signs(numbers, before):
            show(line)


def _save(path: Path, numbers: Numbers, before: list[str]) -> None:
    remark = f"as of {numbers.at:%Y-%m-%d %H:%M} UTC"
    added = save_rules(path, [sign.line(before) for sign in numbers.signs], remark)
    say(f"{added} rules were added to {path}; `stats --rules {path}` counts again what fits them.")


def _before(connection: Connection) -> list[str]:
    # What a line must say so that it means the same petition, wherever it is typed.
    place = [] if connection.local else ["--project", connection.project]
    if connection.database != DEFAULT:
        place += ["--database", connection.database]
    return [*place, "--petition", connection.petition]
