"""
The public numbers: each moves at a place that nobody can know or learn.

Pure. Nobody confirms an address, so whoever signs with somebody's address and watches an exact
number learns whether it rose. So `shown` grows by ten when the exact sum reaches `next`, and
`next` moves on by a secret number, drawn anew each time so that every further signature moves
`shown` with the same chance. Whatever was seen before says nothing about the next one: an
attacker who knows every other signer, and adds as many invented ones as they like, sees the same
whether or not one more was counted in all but about one of SHOWN_STEP tries.

(A number drawn evenly from 1 to 19 would not do: whoever sees eighteen inventions move nothing
knows that the nineteenth signature must.)

Source: docs/decisions/2026-11-public-numbers.md; `python -m dev.blur` simulates it.
"""

import datetime as dt
import math
import random
from collections.abc import Mapping
from dataclasses import replace

from petition.documents import Blur, Public, Sums

SHOWN_STEP = 10  # ours: numbers are told in tens
CORRECTION = 50  # ours: the share of its error that a step takes back, or `shown` would wander off
LEAST_MEAN = 5  # ours: whatever the error is, one signature moves `shown` once in five at most
FALLEN = 400  # ours: twice the farthest that `shown` was seen from the truth in 300,000 signatures
COUNTRY_FLOOR = 30  # ours: no country's number is shown below
OTHER = "other"

_random = random.SystemRandom()  # by whom nobody can foresee it


def follow(blur: Blur | None, exact: int) -> Blur:
    """
    Return what is shown of a number now.

    Args:
        blur: What was shown before; None begins.
        exact: The sum, 0 or more.
    """
    if blur is None or blur.shown - exact > FALLEN:
        blur = Blur(0, _draw(SHOWN_STEP))  # It walks up to the truth anew.
    shown, edge = blur.shown, blur.next
    while exact >= edge:
        shown += SHOWN_STEP
        edge += _draw(SHOWN_STEP + round((shown - edge) / CORRECTION))
    return Blur(shown, edge)


def move(public: Public, tally: Sums, now: dt.datetime) -> Public:
    """Move the public numbers on: the total always, the countries with the first count of a day."""
    total = follow(public.total, tally.signatures)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if public.countries_day == today:
        return replace(public, total=total)
    codes = sorted(public.countries.keys() | tally.countries.keys())
    countries = {c: follow(public.countries.get(c), tally.countries.get(c, 0)) for c in codes}
    return replace(public, total=total, countries=countries, countries_day=today)


def rank(countries: Mapping[str, int], total: int) -> list[tuple[str, int]]:
    """
    Return the countries from COUNTRY_FLOOR upwards, greatest first, and all others as one.

    Args:
        total: What is told beside them; what the rows lack of it is the others.
    """
    shown = [(code, number) for code, number in countries.items() if number >= COUNTRY_FLOOR]
    shown.sort(key=lambda row: (-row[1], row[0]))
    rest = total - sum(number for _, number in shown)
    return [*shown, (OTHER, rest)] if rest > 0 else shown


def _draw(mean: int) -> int:
    # Geometric: each further one ends it with the same chance, so that waiting teaches nothing.
    chance = 1 / max(LEAST_MEAN, mean)
    return 1 + int(math.log(1 - _random.random()) / math.log(1 - chance))
