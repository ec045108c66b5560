"""The database: credentials, documents, index, clock, count and sweep."""

import datetime as dt
from collections.abc import Iterator

from petition.campaign import Campaign
from petition.documents import Leaving

from organizer import CannotDo
from organizer.checkup.finding import Finding
from organizer.connection import Connection
from organizer.signatures.audit import audit
from organizer.signatures.database import Database
from organizer.signatures.forgetting import Duty, find_duty

MAX_SKEW_SECONDS = 60  # ours: beyond, hours and days would be wrong ones
MAX_OVERDUE = dt.timedelta(hours=3)  # ours: the sweep comes hourly, and may fail once


def examine_database(connection: Connection) -> Iterator[Finding]:
    """Look at the petition's file, credentials, documents, index, clock, count and sweep."""
    campaign = None
    try:
        campaign = connection.read_campaign()
    except CannotDo as problem:
        yield Finding("petition", False, str(problem))
    else:
        yield Finding("petition", True, "its file is valid.")
    try:
        yield from _examine(Database(connection), campaign)
    except CannotDo as problem:  # It answered before, perhaps, and does not any more.
        yield Finding("database", False, str(problem))


def _examine(database: Database, campaign: Campaign | None) -> Iterator[Finding]:
    published = database.published()
    yield Finding("database", True, f"it answers; the petition is {published.status}.")
    yield _index(database)
    skew = (database.instant() - dt.datetime.now(dt.UTC)).total_seconds()
    yield Finding(
        "clock",
        abs(skew) < MAX_SKEW_SECONDS,
        f"this machine is {abs(skew):.0f} seconds {'behind' if skew > 0 else 'ahead of'} it.",
    )
    found = audit(database, thorough=False)
    yield Finding(
        "count",
        found.exact,
        f"{found.stored.signatures} signers, {found.counted.signatures} counted."
        + ("" if found.exact else " `recount --repair` puts it right."),
    )
    yield _sweep(database)
    if campaign:
        yield _duty(find_duty(campaign, published, dt.datetime.now(dt.UTC)))


def _index(database: Database) -> Finding:
    try:
        database.count_through("0" * 10)
    except CannotDo:
        raise
    except Exception as error:  # Whatever Firestore says, the index is not usable.
        kind = type(error).__name__
        return Finding("index", False, f"a query fails ({kind}); run `terraform apply` again.")
    return Finding("index", True, "claims are found by their links.")


def _sweep(database: Database) -> Finding:
    late = Leaving.first_id(dt.datetime.now(dt.UTC) - MAX_OVERDUE)
    overdue = sum(entry.id < late for entry in database.leaving())
    if not overdue:
        return Finding("sweep", True, "no withdrawal waits longer than it should.")
    return Finding(
        "sweep",
        False,
        f"{overdue} withdrawals should have left the count hours ago; look at sweep's log and "
        "whether the scheduler calls it.",
    )


def _duty(duty: Duty) -> Finding:
    now = dt.datetime.now(dt.UTC)
    nothing = "nothing is due; the campaign says when by `closes` and `forget_after_days`."
    return Finding("forgetting", not duty.overdue(now), duty.describe(now) or nothing)
