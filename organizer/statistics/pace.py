"""How fast it goes: beside the records of other petitions, and to the next milestone."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from petition.campaign import Campaign

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
LONGEST = 366 * DAY  # ours: beyond a year it is no estimate


@dataclass(frozen=True)
class Record:
    """The highest rate of another petition: signatures a second over the `period`."""

    period: str
    per_second: float
    petition: str


# Source: docs/scaling.md. We know hours, so the record of a minute is compared with an hour.
DAY_RECORD = Record("day", 81.0, "Google's against SOPA, a day of January 2012")
MINUTE_RECORD = Record("minute", 33.0, "Revoke Article 50, a minute of March 2019")


@dataclass(frozen=True)
class Peak:
    """The time in which most was claimed, from `begin` on, and the record that it stands beside."""

    begin: dt.datetime
    claims: int
    length: dt.timedelta
    record: Record

    @property
    def per_second(self) -> float:
        """Return the claims a second."""
        return self.claims / self.length.total_seconds()


@dataclass(frozen=True)
class Milestone:
    """The next milestone, the signatures a day of late, and when it is reached at that pace."""

    signatures: int
    per_day: float
    reached: dt.datetime | None


def peaks(hours: Mapping[dt.datetime, int]) -> list[Peak]:
    """Return the busiest hour and the busiest day, beside the records; none of no claims."""
    days: Counter[dt.datetime] = Counter()
    for hour, claims in hours.items():
        days[hour.replace(hour=0)] += claims
    found = []
    for numbers, length, record in ((hours, HOUR, MINUTE_RECORD), (days, DAY, DAY_RECORD)):
        if numbers:
            begin = max(numbers, key=lambda moment: numbers[moment])
            found.append(Peak(begin, numbers[begin], length, record))
    return found


def next_milestone(
    campaign: Campaign, signatures: int, hours: Mapping[dt.datetime, int], at: dt.datetime
) -> Milestone:
    """
    Return when the next milestone is reached, if it goes on as in the last day.

    Args:
        hours: Claims; of each as many signatures are expected as of all together.
    """
    claims = sum(hours.values())
    late = sum(n for hour, n in hours.items() if at - DAY <= hour < at)
    per_day = late * signatures / claims if claims else 0.0
    goal = campaign.goal(signatures)
    missing = goal - signatures
    if missing <= 0 or per_day <= 0 or missing / per_day * DAY > LONGEST:
        return Milestone(goal, per_day, None)
    return Milestone(goal, per_day, at + missing / per_day * DAY)
