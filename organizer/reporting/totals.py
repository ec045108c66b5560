"""The numbers that go with a delivery, and how small ones are folded away."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from petition.blur import OTHER, rank
from petition.country import NOT_SAID

from organizer.reporting.phrases import FLOOR, PHRASES, remarks
from organizer.signatures.database import Database
from organizer.trustees.private_key import write_secret


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


def write_totals(
    path: Path, database: Database, numbers: Mapping[str, int], *, checked: bool
) -> None:
    """
    Write what goes with a list of names: all who signed, those who are not named, and why.

    Args:
        numbers: What writing the names has counted.

    Raises:
        CannotDo: The file exists, or cannot be written.
    """
    at = database.instant()
    tally = database.tally(at)
    totals: dict[str, Any] = {
        "signatures": tally.signatures,
        "named": numbers["written"],
        "anonymous": tally.signatures - numbers["written"],
        "countries": [
            {"country": code, "signatures": number}
            for code, number in fold(tally.countries, tally.signatures)
        ],
        "remarks": list(remarks(PHRASES["en"], numbers, str, checked=checked)),
        "as_of": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    write_secret(path, (json.dumps(totals, indent=2) + "\n").encode())
