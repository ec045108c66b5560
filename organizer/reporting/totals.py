"""Which countries may be told, and how small numbers are folded away."""

from collections.abc import Mapping

from petition.blur import OTHER, rank
from petition.country import NOT_SAID

from organizer.reporting.phrases import FLOOR


def fold(countries: Mapping[str, int], total: int) -> list[tuple[str, int]]:
    """
    Return the countries that may be told, greatest first, and all others as one.

    Args:
        countries: Exact; who did not say where they are is among the others.
        total: What is told beside them.
    """
    rows = rank({code: n for code, n in countries.items() if code != NOT_SAID}, total)
    # Few others would be told by what the rows lack of the total.
    while len(rows) > 1 and rows[-1][0] == OTHER and rows[-1][1] < FLOOR:
        rest = rows.pop()[1]
        rows[-1] = (OTHER, rows[-1][1] + rest)
    return rows
