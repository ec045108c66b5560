"""`invalidate`: taking back signatures that nobody made, a class at a time."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import typer
from cryptography.hazmat.primitives.asymmetric import ec
from rich.table import Table

from organizer import MISUNDERSTOOD, CannotDo
from organizer.connection import Connection
from organizer.database import MAX_DELETES, Changed, Database, Stored, new_record_id
from organizer.filter import Filter
from organizer.private_key import KeyOption, ShareOption, WordsOption, read_keys
from organizer.sealed import opened_pages
from organizer.session import connect
from organizer.terminal import JsonOption, confirm, emit, progress, say, show

ATTEMPTS = 5  # ours: whoever withdraws one of a batch meanwhile is done by then
MOST_ROWS = 15  # ours: a preview is read, not searched


class Reason(StrEnum):
    """Why; it is kept with a number and a day, and never with who."""

    BOT = "bot"
    INVENTED = "invented"
    UNREADABLE = "unreadable"
    OTHER = "other"


def invalidate(
    context: typer.Context,
    reason: Annotated[Reason, typer.Option(help="Why; kept with the number and the day.")],
    since: Annotated[
        dt.datetime | None, typer.Option(help="Signed in this hour (UTC) or later.")
    ] = None,
    until: Annotated[
        dt.datetime | None, typer.Option(help="Signed before this hour (UTC).")
    ] = None,
    country: Annotated[str | None, typer.Option(help="A two-letter code.")] = None,
    language: Annotated[str | None, typer.Option(help="Such as zh-Hans.")] = None,
    via: Annotated[str | None, typer.Option(help="A share link's code.")] = None,
    name: Annotated[str | None, typer.Option(help="A regular expression; needs the key.")] = None,
    address: Annotated[
        str | None, typer.Option(help="A regular expression; needs the key.")
    ] = None,
    unreadable: Annotated[
        bool, typer.Option("--unreadable", help="Only what does not open; needs the key.")
    ] = False,
    key_files: KeyOption = None,
    share_files: ShareOption = None,
    words: WordsOption = False,
    really: Annotated[
        bool, typer.Option("--really", help="Do it; left out, only the preview is shown.")
    ] = False,
    confirmed: Annotated[
        int | None, typer.Option("--confirm", help="How many, instead of typing the number.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """
    Delete signatures that fit a filter and take them off the count, after showing how many.

    Every batch is deleted and uncounted at once, so the count is right whenever you stop it with
    Ctrl-C. Only the reason, the day and the number are kept.
    """
    wanted = Filter(
        _utc(since),
        _utc(until),
        country,
        language,
        via,
        _pattern(name),
        _pattern(address),
        unreadable,
    )
    keys = read_keys(key_files, share_files, words)
    if wanted.empty:
        raise CannotDo("Say which signatures: by time, country, link, …", MISUNDERSTOOD)
    if wanted.reads and not keys:
        raise CannotDo("That needs the key: --key, --share or --words.", MISUNDERSTOOD)
    connection, database = connect(context)
    total = database.count()
    found = list(search(wanted, connection, database, keys, total))
    if not as_json:
        show(_preview(found, total))
    removed = 0
    if not really:
        say("Nothing was changed. To delete them, add --really.")
    elif found:
        confirm(f"delete {len(found)} signatures", str(len(found)), given=confirmed == len(found))
        removed = remove(found, database, reason)
    if as_json:
        emit({"found": len(found), "removed": removed, "stored": total})


def search(
    wanted: Filter,
    connection: Connection,
    database: Database,
    keys: list[ec.EllipticCurvePrivateKey],
    total: int,
) -> Iterator[Stored]:
    """Return the signatures that a filter means, without their boxes."""
    fields = ["country", "language", "via", "signed_hour"] + (["sealed"] if wanted.reads else [])
    with progress("Searching", total) as advance:
        pages = opened_pages(
            database.pages(fields), connection.petition, keys if wanted.reads else []
        )
        for page, opened in pages:
            for signature, words in zip(page, opened, strict=True):
                if wanted.fits(signature, words):
                    yield replace(signature, sealed=None)
            advance.by(len(page))


def remove(found: Sequence[Stored], database: Database, reason: Reason) -> int:
    """
    Delete signatures batch by batch, each with its part of the count.

    Returns:
        How many are gone; fewer than found if some were withdrawn meanwhile, or it was stopped.
    """
    record = {
        "id": new_record_id(),
        "reason": reason.value,
        "day": dt.datetime.now(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0),
    }
    try:
        with progress("Deleting", len(found)) as advance:
            for start in range(0, len(found), MAX_DELETES):
                batch = found[start : start + MAX_DELETES]
                _remove_batch(batch, database, record)
                advance.by(len(batch))
    except KeyboardInterrupt:
        say("Stopped between two batches; what is deleted is off the count.")
    removed = database.invalidated(str(record["id"]))
    say(f"{removed:,} signatures are deleted; the count follows within seconds.", style="green")
    return removed


def _remove_batch(
    batch: Sequence[Stored], database: Database, record: Mapping[str, object]
) -> None:
    for _ in range(ATTEMPTS):
        if not batch:
            return
        try:
            database.erase(batch, record)
            return
        except Changed:
            # Either it was done, or one of them has changed: what still stands is tried again.
            batch = [s for s in database.get(s.id for s in batch) if not s.emptied]
    raise CannotDo("Signatures keep changing; what was deleted so far is off the count.")


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
