"""
How far the lanes are from the documents they count, and what must be added to make them equal.

Pure. A `Lane` stands here for the sum of all lanes, or of all documents.
"""

from collections.abc import Iterable, Mapping

from petition.country import NOT_SAID
from petition.store import Lane
from petition.tally import add_up

from organizer.signatures.stored import Stored


def total(lanes: Iterable[Lane]) -> Lane:
    """Add lanes up to one."""
    lanes = list(lanes)
    signatures, countries = add_up(lanes)
    return Lane(signatures, countries, sum(lane.referred for lane in lanes))


def sums_of(found: Iterable[Stored], step: int) -> Lane:
    """Return what signatures add to the count; with a step of -1, what it loses without them."""
    signatures = referred = 0
    countries: dict[str, int] = {}
    for signature in found:
        signatures += step
        referred += step if signature.via else 0
        if signature.country:
            countries[signature.country] = countries.get(signature.country, 0) + step
    return Lane(signatures, countries, referred)


def difference(stored: Lane, emptied: int, counted: Lane) -> Lane:
    """
    Return what must be added to the lanes so that they say what is stored.

    A withdrawn signature whose +1 stays is an empty document: nobody knows its country any more
    but the lanes, which are therefore believed as far as they can be true.

    Args:
        stored: The sum over all documents, the emptied ones included in `signatures` alone.
        counted: The sum of the lanes at the same instant.
    """
    countries = _countries(stored.countries, emptied, counted.countries)
    steps = {c: n - counted.countries.get(c, 0) for c, n in countries.items()}
    referred = min(max(counted.referred, stored.referred), stored.referred + emptied)
    return Lane(
        signatures=stored.signatures - counted.signatures,
        countries={c: step for c, step in sorted(steps.items()) if step},
        referred=referred - counted.referred,
    )


def _countries(
    stored: Mapping[str, int], emptied: int, counted: Mapping[str, int]
) -> dict[str, int]:
    # What the lanes have beyond the documents is of the emptied ones, and as much as they are.
    names = sorted({*stored, *counted})
    beyond = {c: max(counted.get(c, 0) - stored.get(c, 0), 0) for c in names}
    excess = sum(beyond.values()) - emptied
    while excess > 0:
        greatest = max(beyond, key=lambda c: beyond[c])
        others = sorted(beyond.values())[-2] if len(beyond) > 1 else 0
        step = min(excess, max(beyond[greatest] - others, 1))
        beyond[greatest] -= step
        excess -= step
    countries = {c: stored.get(c, 0) + beyond[c] for c in names}
    if excess < 0:
        countries[NOT_SAID] = countries.get(NOT_SAID, 0) - excess
    return countries
