"""
The public numbers: twenty for each signer whom the lot fell on, and nothing for all others.

Pure. Nobody confirms an address, so whoever signs with somebody's address and watches an exact
number learns whether it rose. So one address in ONE_IN is drawn, by its id and for ever, and the
public numbers are made of drawn signers alone: right on average, and off by about the square
root of ONE_IN times the truth. An address that is not drawn moves nothing that is public, in
total or by country, whoever signs with it, how often, and whatever else an attacker invents,
withdraws or knows; so whether it has signed shows with one address in ONE_IN and no other.

Source: docs/decisions/2026-11-public-numbers.md; `python -m dev.blur` simulates it.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import replace

from petition.documents import Public, Sums

ONE_IN = (
    20  # ours: half of what the threat model allows, 0.1; with 10 numbers were 1.4 times nearer
)
COUNTRY_FLOOR = 30  # ours: no country's number is shown below
OTHER = "other"
LABEL = b"savemyfriend/drawn/1\0"


def is_drawn(signer: str) -> bool:
    """
    Tell whether the lot falls on an address; only who has the pepper can know.

    Args:
        signer: The id, which the pepper makes random and an address has for ever.
    """
    digest = hashlib.sha256(LABEL + signer.encode()).digest()
    return int.from_bytes(digest[:8]) % ONE_IN == 0


def total(tally: Sums) -> int:
    """Return the total that is shown, 0 or more."""
    return ONE_IN * sum(tally.drawn.values())


def move(public: Public, tally: Sums, now: dt.datetime) -> Public:
    """Move the countries that are shown, with the first count of a day."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if public.countries_day == today:
        return public
    countries = {code: ONE_IN * number for code, number in tally.drawn.items()}
    return replace(public, countries=countries, countries_day=today)


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
