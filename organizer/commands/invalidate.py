"""`invalidate`: taking signatures off the count that nobody made, a class at a time."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table

from organizer import MISUNDERSTOOD, CannotDo
from organizer.session import connect
from organizer.signatures.database import Database
from organizer.signatures.filter import Filter
from organizer.signatures.invalidation import Reason, Suspect, remove, search
from organizer.signatures.proof import prove
from organizer.terminal import JsonOption, confirm, emit, say, show
from organizer.trustees.private_key import KeyOption, KeyShareOption, WordsOption, read_keys

MOST_ROWS = 15  # ours: a preview is read, not searched


ReasonOption = Annotated[Reason, typer.Option(help="Why; kept with the number and the day.")]
SinceOption = Annotated[
    dt.datetime | None, typer.Option(help="Signed in this hour (UTC) or later.")
]
UntilOption = Annotated[dt.datetime | None, typer.Option(help="Signed before this hour (UTC).")]
CountryOption = Annotated[str | None, typer.Option(help="A two-letter code.")]
LanguageOption = Annotated[str | None, typer.Option(help="Such as zh-Hans.")]
ViaOption = Annotated[str | None, typer.Option(help="A share link's code.")]
PatternOption = Annotated[str | None, typer.Option(help="A regular expression; needs the key.")]
UnreadableOption = Annotated[
    bool,
    typer.Option(
        "--unreadable",
        help="Only boxes in which no key could find anything; needs the key.",
    ),
]
AnyOption = Annotated[
    bool,
    typer.Option(
        "--any", help="Also signers of whom only some claims fit; a stranger may have added those."
    ),
]
ReallyOption = Annotated[
    bool, typer.Option("--really", help="Do it; left out, only the preview is shown.")
]
ConfirmOption = Annotated[
    int | None, typer.Option("--confirm", help="How many, instead of typing the number.")
]


def invalidate(
    context: typer.Context,
    reason: ReasonOption,
    since: SinceOption = None,
    until: UntilOption = None,
    country: CountryOption = None,
    language: LanguageOption = None,
    via: ViaOption = None,
    name: PatternOption = None,
    address: PatternOption = None,
    unreadable: UnreadableOption = False,
    some: AnyOption = False,
    key_files: KeyOption = None,
    key_share_files: KeyShareOption = None,
    words: WordsOption = False,
    really: ReallyOption = False,
    confirmed: ConfirmOption = None,
    as_json: JsonOption = False,
) -> None:
    """
    Take signers off the count whose claims fit a filter, after showing how many.

    A signer is meant when all of their claims that stand fit, because anybody can add one to
    anybody's address; who left a +1 behind is not. Every batch is deleted and uncounted at once,
    so the count is right whenever you stop it with Ctrl-C. Their claims are emptied, and refused
    if they come again. Only the reason, the day and the number are kept.
    """
    patterns = (_pattern(name), _pattern(address))
    wanted = Filter(_utc(since), _utc(until), country, language, via, *patterns, unreadable)
    if wanted.empty:
        raise CannotDo("Say which signatures: by time, country, link, …", MISUNDERSTOOD)
    if wanted.reads and not (key_files or key_share_files or words):
        raise CannotDo("That needs the key: --key, --key-share or --words.", MISUNDERSTOOD)
    connection, database = connect(context)
    keys = read_keys(key_files, key_share_files, words)
    opening = prove(connection, database, keys if wanted.reads else [])
    found, total = list(search(wanted, database, opening, some=some)), database.count()
    if not as_json:
        show(_preview(found, total))
    removed = _remove(found, database, reason, confirmed) if really else 0
    if not really:
        say("Nothing was changed. To take them off the count, add --really.")
    if as_json:
        emit({"found": len(found), "removed": removed, "stored": total})


def _remove(
    found: Sequence[Suspect], database: Database, reason: Reason, confirmed: int | None
) -> int:
    if not found:
        return 0
    confirm(
        f"take {len(found)} signers off the count", str(len(found)), given=confirmed == len(found)
    )
    removed = remove(found, database, reason)
    say(f"{removed:,} signers are off the count; the page follows.", style="green")
    if left := len(found) - removed:
        say(f"{left:,} changed meanwhile and were left; look again.")
    return removed


def _preview(found: Sequence[Suspect], total: int) -> Table:
    claims = [claim.content for suspect in found for claim in suspect.claims]
    countries = Counter(claim.country for claim in claims)
    hours = Counter(c.signed_hour.strftime("%Y-%m-%d %H:00") for c in claims if c.signed_hour)
    table = Table(f"{len(found):,} of {total:,} signers fit", box=None, pad_edge=False)
    table.add_column("Claims", justify="right")
    for name, number in [*countries.most_common(MOST_ROWS), *hours.most_common(MOST_ROWS)]:
        table.add_row(name, f"{number:,}")
    return table


def _utc(moment: dt.datetime | None) -> dt.datetime | None:
    return moment.replace(tzinfo=dt.UTC) if moment else None


def _pattern(text: str | None) -> re.Pattern[str] | None:
    try:
        return re.compile(text, re.IGNORECASE) if text is not None else None
    except re.error:
        raise CannotDo(f"{text!r} is not a regular expression.", MISUNDERSTOOD) from None
