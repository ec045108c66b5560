"""The stored signatures against the lanes that claim to count them, at one instant."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from petition.store import Lane

from organizer import CannotDo
from organizer.signatures.database import Database
from organizer.signatures.drift import difference, total
from organizer.signatures.faults import Conflict
from organizer.terminal import progress, say

ATTEMPTS = 5  # ours: somebody else who changes the organizers' lane is done by then


@dataclass(frozen=True)
class Audit:
    """
    What one instant of the database says, twice.

    Args:
        stored: The documents; without `thorough`, only their number is known.
        emptied: How many of them were withdrawn and left their +1.
        counted: The sum of the lanes.
        drift: What must be added to the lanes.
        lane_version: The organizers' lane at that instant, for a guarded repair.
    """

    at: dt.datetime
    stored: Lane
    emptied: int
    counted: Lane
    drift: Lane
    lane_version: Any
    thorough: bool

    @property
    def exact(self) -> bool:
        """Tell whether the lanes say what is stored."""
        return not (self.drift.signatures or self.drift.referred or self.drift.countries)


def audit(database: Database, *, thorough: bool) -> Audit:
    """
    Compare documents and lanes at one instant.

    Every commit of the functions changes both alike, so what differs at any instant differs at
    every later one, until it is repaired.
    """
    at = database.instant()
    counted = total(database.lanes(at))
    version = database.own_lane_version(at)
    number = database.count(at)
    if thorough:
        stored, emptied = _read_all(database, at, number)
        drift = difference(stored, emptied, counted)
    else:
        stored, emptied = Lane(number, {}, 0), 0
        drift = Lane(number - counted.signatures, {}, 0)
    return Audit(at, stored, emptied, counted, drift, version, thorough)


def repair(database: Database, found: Audit) -> Audit:
    """
    Add the difference to the organizers' lane: an increment, so whoever signs meanwhile counts.

    Returns:
        The audit whose difference was added.

    Raises:
        CannotDo: Somebody else kept changing that lane.
    """
    for _ in range(ATTEMPTS):
        if found.exact:
            return found
        try:
            database.repair(found.drift, found.lane_version)
            return found
        except Conflict:
            say("Somebody else corrected the count meanwhile; looking again.")
            found = audit(database, thorough=True)
    raise CannotDo("The organizers' lane keeps changing; nothing was repaired. Try again later.")


def _read_all(database: Database, at: dt.datetime, number: int) -> tuple[Lane, int]:
    signatures = referred = emptied = 0
    countries: dict[str, int] = {}
    with progress("Reading signatures", number) as advance:
        for page in database.pages(["country", "via"], at=at):
            for signature in page:
                signatures += 1
                referred += signature.via is not None
                if signature.country is None:
                    emptied += 1
                else:
                    countries[signature.country] = countries.get(signature.country, 0) + 1
            advance.by(len(page))
    return Lane(signatures, countries, referred), emptied
