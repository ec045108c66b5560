"""
Signs that want a look: what suddenly dominates.

A sign is no proof. A newspaper's article looks like this too, and so does a bus full of friends;
what a sign is worth, its preview and the trustees' words tell.
"""

import datetime as dt
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from organizer.statistics.pace import HOUR
from organizer.statistics.traits import Trait, Traits

LEAST_OF_VALUE = 50  # ours: claims of one value in an hour; fewer are a family or a school
LEAST_OF_HOUR = 100  # ours: claims of an hour that stands out
HALF = 0.5  # ours: what dominates an hour has at least half of it
ELSEWHERE = 0.2  # ours: and at most a fifth of all other hours, or it does so always
TIMES = 5  # ours: how far an hour stands out of those around it
AROUND = 12  # ours: hours before and after; a day's rhythm fits into both


@dataclass(frozen=True)
class Sign:
    """
    A time in which one value, or the hour itself, dominates.

    Args:
        trait: What dominates; None for the hours themselves.
        value: The country, language, link or provider; "" for the hours themselves.
        since: The first of its hours; UTC.
        until: The hour behind the last.
        claims: How many it brought in that time, of `of`.
    """

    trait: Trait | None
    value: str
    since: dt.datetime
    until: dt.datetime
    claims: int
    of: int

    @property
    def options(self) -> list[str]:
        """Return the options with which `invalidate` previews it."""
        chosen = {
            None: [],
            Trait.COUNTRY: ["--country", self.value],
            Trait.LANGUAGE: ["--language", self.value],
            Trait.LINK: ["--via", self.value],
            Trait.PROVIDER: ["--address", f"@{re.escape(self.value)}$"],
        }[self.trait]
        window = ["--since", _write(self.since), "--until", _write(self.until)]
        return ["invalidate", "--reason", "bot", *chosen, *window]

    def line(self, before: Sequence[str] = ()) -> str:
        """Return the command line that previews it; `before` are options before the command."""
        return shlex.join(["organizer", *before, *self.options])


def find_signs(traits: Traits, hours: Mapping[dt.datetime, int]) -> list[Sign]:
    """Return what wants a look, the greatest first."""
    found = [*_outstanding(hours), *(s for trait in Trait for s in _dominant(traits, trait, hours))]
    return sorted(found, key=lambda sign: (-sign.claims, sign.since, sign.value))


def _outstanding(hours: Mapping[dt.datetime, int]) -> Iterator[Sign]:
    yield from _join(
        Sign(None, "", hour, hour + HOUR, claims, claims)
        for hour, claims in hours.items()
        if claims >= LEAST_OF_HOUR and _stands_out(hour, hours, hours)
    )


def _dominant(traits: Traits, trait: Trait, hours: Mapping[dt.datetime, int]) -> Iterator[Sign]:
    everything = sum(hours.values())
    for sign in _join(
        Sign(trait, value, hour, hour + HOUR, claims, hours[hour])
        for value, hour, claims in traits.greatest(trait, LEAST_OF_VALUE)
        if claims >= HALF * hours[hour]
    ):
        own = traits.by_hour(trait, sign.value)
        elsewhere = sum(own.values()) - sign.claims
        seldom = elsewhere <= ELSEWHERE * (everything - sign.of)
        busiest = max((h for h in own if sign.since <= h < sign.until), key=lambda h: own[h])
        if seldom and _stands_out(busiest, own, hours):
            yield sign


def _stands_out(
    hour: dt.datetime, own: Mapping[dt.datetime, int], hours: Mapping[dt.datetime, int]
) -> bool:
    # Before the first hour and behind the last there is nothing to compare with.
    first, last = min(hours), max(hours)
    around = [hour + i * HOUR for i in range(-AROUND, AROUND + 1) if i]
    known = [own.get(moment, 0) for moment in around if first <= moment <= last]
    return len(known) >= AROUND and own[hour] > TIMES * median(known)


def _join(signs: Iterable[Sign]) -> Iterator[Sign]:
    # Of each value in order of time; what goes on for hours is one sign.
    last: Sign | None = None
    for sign in signs:
        if last and (last.value, last.until) == (sign.value, sign.since):
            claims, of = last.claims + sign.claims, last.of + sign.of
            last = replace(last, until=sign.until, claims=claims, of=of)
            continue
        if last:
            yield last
        last = sign
    if last:
        yield last


def _write(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S")
