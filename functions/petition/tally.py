"""
The count: lanes added up, published in the petition's document, and read from memory.

However many instances and readers there are, the lanes are added up at most once in
PERIOD_SECONDS, because whoever does it writes the sum back for all others.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace

from petition import log
from petition.firestore import Conflict
from petition.problems import Unavailable
from petition.store import Lane, Published, Store

PERIOD_SECONDS = 5  # ours: how often the public count moves, in a batch that hides single signers
FLOOR = 10  # ours: no public number but the total is smaller (docs/threat-model.md)
OTHER = "other"


def add_up(lanes: Iterable[Lane]) -> tuple[int, dict[str, int]]:
    """Return the number of signatures, and those of each country that has any."""
    signatures = 0
    countries: dict[str, int] = {}
    for lane in lanes:
        signatures += lane.signatures
        for country, number in lane.countries.items():
            countries[country] = countries.get(country, 0) + number
    return signatures, {country: number for country, number in countries.items() if number}


def fold(countries: Mapping[str, int], signatures: int) -> list[tuple[str, int]]:
    """
    Return the countries that may be shown, greatest first, and all others as one.

    Args:
        signatures: The total; those without a country are among the others.
    """
    shown = [(country, number) for country, number in countries.items() if number >= FLOOR]
    shown.sort(key=lambda row: (-row[1], row[0]))
    rest = signatures - sum(number for _, number in shown)
    while shown and 0 < rest < FLOOR:  # The others would be told by the total.
        rest += shown.pop()[1]
    return [*shown, (OTHER, rest)] if rest > 0 else shown


async def count_up(store: Store, petition: str) -> Published:
    """
    Return the published count, after publishing a new one if it is older than PERIOD_SECONDS.

    Raises:
        Unavailable: The database does not answer in time.
    """
    now = dt.datetime.now(dt.UTC)
    published = await store.published(petition)
    age = (now - published.counted_at).total_seconds() if published.counted_at else None
    if age is None or age >= PERIOD_SECONDS:
        published = await _publish(store, petition, published, now)
    labels = {"function": "count", "petition": petition}
    log.note("tally", labels, signatures=published.signatures, age_seconds=round(age or 0))
    return published


async def _publish(store: Store, petition: str, before: Published, now: dt.datetime) -> Published:
    signatures, countries = add_up(await store.lanes(petition))
    counted = replace(before, signatures=signatures, countries=countries, counted_at=now)
    try:
        await store.publish(petition, counted)
    except Conflict:
        return await store.published(petition)  # Another instance was faster; agree with it.
    except Unavailable:
        pass  # The sum is right all the same, and the next reader publishes again.
    return counted
