"""Taking back signatures that nobody made: searched by a filter, deleted batch by batch."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric import ec

from organizer import CannotDo
from organizer.connection import Connection
from organizer.signatures.database import MAX_DELETES, Database, new_record_id
from organizer.signatures.faults import Conflict
from organizer.signatures.filter import Filter
from organizer.signatures.opening import opened_pages
from organizer.signatures.stored import Stored
from organizer.terminal import progress, say

ATTEMPTS = 5  # ours: whoever withdraws one of a batch meanwhile is done by then


class Reason(StrEnum):
    """Why; it is kept with a number and a day, and never with who."""

    BOT = "bot"
    INVENTED = "invented"
    UNREADABLE = "unreadable"
    OTHER = "other"


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
            for signature, contents in zip(page, opened, strict=True):
                if wanted.fits(signature, contents):
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
        except Conflict:
            # Either it was done, or one of them has changed: what still stands is tried again.
            batch = [s for s in database.get(s.id for s in batch) if not s.emptied]
    raise CannotDo("Signatures keep changing; what was deleted so far is off the count.")
