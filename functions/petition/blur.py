"""
The public numbers: each moves at a place that nobody can know or learn.

Pure. Nobody confirms an address, so whoever signs with somebody's address and watches an exact
number learns whether it rose. So `shown` grows by ten when the exact sum reaches `next`, and
`next` moves on by a secret number, drawn anew each time: an attacker who knows every other
signer, and adds as many invented ones as they like, sees the same whether or not one more was
counted in all draws but one of STEP_MOST.

Source: docs/decisions/2026-11-public-numbers.md; `python -m dev.blur` simulates it.
"""

import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import replace

from petition.documents import Blur, Public, Sums

SHOWN_STEP = 10  # ours: numbers are told in tens
STEP_MOST = 19  # ours: draws from 1 to 19 have the mean that SHOWN_STEP needs
CORRECTION = 50  # ours: the share of its error that a step takes back, or `shown` would wander off
FALLEN = 200  # ours: twice the farthest that `shown` was seen from the truth in 300,000 steps
BEGIN_WITHIN = 30  # ours: how far from the truth a number begins anew, as far as it usually is
COUNTRY_FLOOR = 30  # ours: no country's number is shown below
OTHER = "other"


def follow(blur: Blur | None, exact: int) -> Blur:
    """
    Return what is shown of a number now.

    Args:
        blur: What was shown before; None begins.
        exact: The sum, 0 or more.
    """
    if blur is None or blur.shown - exact > FALLEN:
        blur = _begin(exact)
    shown, edge = blur.shown, blur.next
    while exact >= edge:
        shown += SHOWN_STEP
        drift = round((shown - edge) / CORRECTION)
        edge += max(1, _draw(STEP_MOST) + drift)
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


def _begin(exact: int) -> Blur:
    near = max(0, exact - BEGIN_WITHIN + secrets.randbelow(2 * BEGIN_WITHIN + 1)) if exact else 0
    return Blur(near // SHOWN_STEP * SHOWN_STEP, exact + _draw(STEP_MOST))


def _draw(most: int) -> int:
    return 1 + secrets.randbelow(most)
