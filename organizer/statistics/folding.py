"""
Taking away what is too small to leave the organizer's screen, so that nothing left tells it.

A number that is taken away alone is told by what the others lack of their total. So the smallest
of the others goes with it, until what was taken away is together as great as what may be told.
"""

import datetime as dt
from collections.abc import Iterable, Mapping

from petition.blur import OTHER

from organizer.reporting.phrases import FLOOR

Series = dict[dt.datetime, int | None]


def tell(number: int) -> int | None:
    """Return a number that may leave the screen, or None; nobody at all may be told."""
    return number if not 0 < number < FLOOR else None


def tell_part(part: int, whole: int) -> int | None:
    """Return a part of a whole that is told, or None if it or the rest is too small."""
    return part if tell(part) is not None and tell(whole - part) is not None else None


def fold_rows(rows: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """
    Return the rows that may be told, the greatest first, and all others as one.

    The others go with the smallest of the rows if they would be too few alone, and are left out
    if nothing may be told.
    """
    ranked = sorted(rows, key=lambda row: (row[0] == OTHER, -row[1], row[0]))
    told = [row for row in ranked if row[1] >= FLOOR and row[0] != OTHER]
    rest = sum(number for _, number in ranked) - sum(number for _, number in told)
    while told and 0 < rest < FLOOR:
        rest += told.pop()[1]
    return [*told, (OTHER, rest)] if rest >= FLOOR else told


def fold_hours(hours: Mapping[dt.datetime, int]) -> tuple[Series, Series]:
    """
    Return days and hours, None for those that may not be told.

    Args:
        hours: In which there was a claim, in order; aware, UTC.
    """
    by_day: dict[dt.datetime, dict[dt.datetime, int]] = {}
    for hour, number in hours.items():
        by_day.setdefault(hour.replace(hour=0), {})[hour] = number
    days = _fold({day: sum(inside.values()) for day, inside in by_day.items()})
    told: Series = {}
    for day, inside in by_day.items():
        # The hours of a day that is not told would add up to it.
        told |= _fold(inside) if days[day] is not None else dict.fromkeys(inside)
    return days, told


def _fold(numbers: Mapping[dt.datetime, int]) -> Series:
    hidden = {moment for moment, number in numbers.items() if number < FLOOR}
    rising = sorted(numbers.keys() - hidden, key=lambda moment: (numbers[moment], moment))
    while rising and 0 < sum(numbers[m] for m in hidden) < FLOOR:
        hidden.add(rising.pop(0))
    return {moment: None if moment in hidden else number for moment, number in numbers.items()}
