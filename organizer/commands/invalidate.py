"""`invalidate`: taking back signatures that nobody made, a class at a time."""

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
from organizer.signatures.invalidation import Reason, remove, search
from organizer.signatures.stored import Stored
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
    bool, typer.Option("--unreadable", help="Only what does not open; needs the key.")
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
    key_files: KeyOption = None,
    key_share_files: KeyShareOption = None,
    words: WordsOption = False,
    really: ReallyOption = False,
    confirmed: ConfirmOption = None,
    as_json: JsonOption = False,
) -> None:
    """
    Delete signatures that fit a filter and take them off the count, after showing how many.

    Every batch is deleted and uncounted at once, so the count is right whenever you stop it with
    Ctrl-C. Only the reason, the day and the number are kept.
    """
    names, addresses = _pattern(name), _pattern(address)
    wanted = Filter(_utc(since), _utc(until), country, language, via, names, addresses, unreadable)
    keys = read_keys(key_files, key_share_files, words)
    if wanted.empty:
        raise CannotDo("Say which signatures: by time, country, link, …", MISUNDERSTOOD)
    if wanted.reads and not keys:
        raise CannotDo("That needs the key: --key, --key-share or --words.", MISUNDERSTOOD)
    connection, database = connect(context)
    total = database.count()
    found = list(search(wanted, connection, database, keys, total))
    if not as_json:
        show(_preview(found, total))
    removed = _remove(found, database, reason, confirmed) if really else 0
    if not really:
        say("Nothing was changed. To delete them, add --really.")
    if as_json:
        emit({"found": len(found), "removed": removed, "stored": total})


def _remove(
    found: Sequence[Stored], database: Database, reason: Reason, confirmed: int | None
) -> int:
    if not found:
        return 0
    confirm(f"delete {len(found)} signatures", str(len(found)), given=confirmed == len(found))
    return remove(found, database, reason)


def _preview(found: Sequence[Stored], total: int) -> Table:
    countries = Counter(signature.country or "" for signature in found)
    hours = Counter(s.signed_hour.strftime("%Y-%m-%d %H:00") for s in found if s.signed_hour)
    table = Table(f"{len(found):,} of {total:,} signatures fit", box=None, pad_edge=False)
    table.add_column("Signatures", justify="right")
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
