"""`invalidate`: taking signatures off the count that nobody made, a class at a time."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Annotated

import typer
from rich.table import Table

from organizer import MISUNDERSTOOD, CannotDo
from organizer.session import connect
from organizer.signatures.database import Database
from organizer.signatures.filter import Filter, read_country, read_pattern, read_via
from organizer.signatures.hours import check_window, read_hour, say_window
from organizer.signatures.invalidation import Reason, Search, Suspect, remove
from organizer.signatures.invalidation import search as find
from organizer.signatures.proof import prove
from organizer.terminal import JsonOption, ReallyOption, confirm, emit, say, show
from organizer.trustees.private_key import KeyOption, KeyShareOption, WordsOption, read_keys

MOST_ROWS = 15  # ours: a preview is read, not searched
MOST_SEEN = 5  # ours: as many as one takes in when the right one is among them


ReasonOption = Annotated[Reason, typer.Option(help="Why; kept with the number and the day.")]
SinceOption = Annotated[
    dt.datetime | None,
    typer.Option(
        parser=read_hour,
        metavar="TIME",
        help="Signed in this hour or later, as in 2026-11-24T10:00 (UTC) or …T19:00+09:00.",
    ),
]
UntilOption = Annotated[
    dt.datetime | None,
    typer.Option(parser=read_hour, metavar="TIME", help="Signed before this hour."),
]
CountryOption = Annotated[
    str | None,
    typer.Option(parser=read_country, metavar="CODE", help="Two letters, or ZZ for not said."),
]
LanguageOption = Annotated[
    str | None, typer.Option(help="Such as zh-Hans; zh means every language that begins so.")
]
ViaOption = Annotated[
    str | None,
    typer.Option(
        parser=read_via,
        metavar="LINK",
        help="A share link's code, or the code and a network, as in 0123456789.weibo.",
    ),
]
PatternOption = Annotated[
    re.Pattern[str] | None,
    typer.Option(
        parser=read_pattern, metavar="PATTERN", help="A regular expression; needs the key."
    ),
]
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
    wanted = Filter(since, until, country, language, via, name, address, unreadable)
    _check(wanted, keyed=bool(key_files or key_share_files or words))
    connection, database = connect(context)
    check_window(since, until, connection.read_campaign(), dt.datetime.now(dt.UTC))
    if since or until:
        say(say_window(since, until))
    keys = read_keys(key_files, key_share_files, words) if wanted.reads else []
    search = find(wanted, database, prove(connection, database, keys), some=some)
    found, total = search.suspects, database.count()
    if not as_json:
        show(_preview(found, total))
    for sentence in _why_not(search, wanted, some=some):
        say(sentence)
    removed = _remove(found, database, reason, confirmed) if really else 0
    if not really:
        say("Nothing was changed. To take them off the count, add --really.")
    if as_json:
        emit({"found": len(found), "removed": removed, "stored": total})


def _check(wanted: Filter, *, keyed: bool) -> None:
    if wanted.empty:
        raise CannotDo("Say which signatures: by time, country, link, …", MISUNDERSTOOD)
    if wanted.reads and not keyed:
        raise CannotDo("That needs the key: --key, --key-share or --words.", MISUNDERSTOOD)


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


def _why_not(search: Search, wanted: Filter, *, some: bool) -> Iterator[str]:
    if search.partly and not some:
        yield f"Signers of whom only some claims fit: {search.partly:,}; --any means those too."
    if search.kept:
        yield (
            f"Signers whose claims fit and who are not meant, because they left a +1 or somebody "
            f"claimed their address meanwhile: {search.kept:,}."
        )
    if search.suspects or search.partly or search.kept:
        return
    missing = [option for option in wanted.parts if not search.alone[option]]
    for option in missing:
        seen = search.values.get(option, Counter()).most_common(MOST_SEEN)
        others = ", ".join(f"{value} ({number:,})" for value, number in seen)
        yield f"No claim of {search.claims:,} fits {option}" + (
            f"; there is {others}." if seen else "."
        )
    if not missing:
        parts = ", ".join(f"{option} {search.alone[option]:,}" for option in wanted.parts)
        yield f"No claim of {search.claims:,} fits all of it, and some fit each part: {parts}."
