"""
The count: lanes added up, published in the petition's document, and read from memory.

However many instances and readers there are, the lanes are added up about once in a period,
because whoever does it writes the sum back for all others.
"""

import datetime as dt
from dataclasses import dataclass, replace

from petition import blur, log
from petition.campaign import Campaign
from petition.documents import Public, Published, Status, Sums
from petition.firestore import Conflict
from petition.problems import Unavailable
from petition.store import Reading, Store

# Whoever withdrew before the end has left by then. Always as long, whether or not anybody did:
# an exact number that comes early would tell that nobody has withdrawn.
SETTLED_AFTER = dt.timedelta(hours=73)  # a withdrawal waits 72 hours at most, and for the sweep


@dataclass(frozen=True)
class Numbers:
    """
    What readers are told.

    Args:
        countries: Greatest first; the last may be blur.OTHER.
        exact: Whether the total is exact, and not about right.
    """

    signatures: int
    countries: list[tuple[str, int]]
    exact: bool

    @property
    def leading_percent(self) -> int:
        """The share of the country that leads, 0 to 100; 0 while none is told."""
        largest = max((n for country, n in self.countries if country != blur.OTHER), default=0)
        return min(100, 100 * largest // max(1, self.signatures))


async def count_up(
    store: Store, campaign: Campaign, *, period_seconds: int, blurred: bool
) -> Reading:
    """
    Return the published count, after publishing a new one if it is older than a period.

    All by the database's clock, which all instances have in common.

    Raises:
        Unavailable: The database does not answer in time.
    """
    reading = await store.published(campaign.petition)
    published, now = reading.published, reading.at
    age = (now - published.counted_at).total_seconds() if published.counted_at else None
    # A count from the future would stand until it is past.
    if age is None or not 0 <= age < period_seconds:
        public = published.public
        tally = sum(await store.lanes(campaign.petition), Sums())
        if blurred:
            public = _move(campaign, reading, tally)
        counted = replace(published, tally=tally, counted_at=now, public=public)
        reading = await _publish(store, campaign.petition, counted, reading)
    # What readers are told and no more: exact numbers by the minute are for the database alone.
    numbers = tell(reading.published, blurred=blurred)
    log.note(
        "tally",
        {"function": "count", "petition": campaign.petition},
        signatures=numbers.signatures,
        leading_percent=numbers.leading_percent,
        age_seconds=round(max(age or 0, 0)),
    )
    return reading


def tell(published: Published, *, blurred: bool) -> Numbers:
    """Return what readers are told of a count."""
    tally, public = published.tally, published.public
    if not blurred:
        countries = blur.rank(tally.countries, tally.signatures)
        return Numbers(tally.signatures, countries, exact=True)
    exact = public.final is not None
    total = blur.total(tally) if public.final is None else public.final
    return Numbers(total, blur.rank(public.countries, total), exact)


def status(published: Published, campaign: Campaign, now: dt.datetime) -> Status:
    """Return whether a petition takes signatures: until organizers or its own date close it."""
    over = campaign.closes is not None and now >= campaign.closes
    return Status.CLOSED if over else published.status


def _move(campaign: Campaign, reading: Reading, tally: Sums) -> Public:
    told, now = reading.published.public, reading.at
    if status(reading.published, campaign, now) is Status.OPEN:
        return replace(blur.move(told, tally, now), closed_at=None, final=None)
    if told.final is not None:
        return told
    public = blur.move(told, tally, now)
    if public.closed_at is None:  # What sign has accepted by now is counted by the next time.
        return replace(public, closed_at=now)
    # Told once, and nothing moves any more: who withdraws later is not to be seen.
    if now - public.closed_at >= SETTLED_AFTER:
        return replace(public, final=tally.signatures)
    return public


async def _publish(store: Store, petition: str, counted: Published, reading: Reading) -> Reading:
    try:
        await store.publish(petition, counted, reading.version)
    except Conflict:
        return await store.published(petition)  # Another was faster; agree with it.
    except Unavailable:
        # The sum is right all the same, and the next reader publishes again; but an exact number
        # is told only once it is stored, because it is told once.
        if counted.public.final != reading.published.public.final:
            raise
    return replace(reading, published=counted)
