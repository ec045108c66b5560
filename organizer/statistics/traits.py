"""
What claims say of themselves, added up by hour in a temporary database.

A million claims can come by as many links, and a crowd of machines can make more: what is added up
lies in SQLite, which keeps little of it in memory and writes the rest to a file without a name.
"""

import datetime as dt
import sqlite3
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import Self

CACHE_KIB = 16_384  # ours: what of it stays in memory

_SCHEMA = f"""
PRAGMA journal_mode = OFF;
PRAGMA cache_size = -{CACHE_KIB};
CREATE TABLE seen (trait TEXT, value TEXT, mark TEXT, hour INTEGER, claims INTEGER,
  PRIMARY KEY (trait, value, mark, hour)) WITHOUT ROWID;
CREATE TABLE link (code TEXT PRIMARY KEY, parent TEXT) WITHOUT ROWID;
"""
_ADD = """
INSERT INTO seen VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET claims = claims + excluded.claims
"""
_TOTALS = """
SELECT value, sum(claims) FROM seen WHERE trait = ? GROUP BY value ORDER BY 2 DESC, 1 LIMIT ?
"""
_MARKS = """
SELECT mark, sum(claims) FROM seen WHERE trait = 'link' AND value = coalesce(?, value) GROUP BY 1
"""
_HOURS = "SELECT hour, sum(claims) FROM seen WHERE trait = 'country' GROUP BY hour ORDER BY hour"
_BY_HOUR = "SELECT hour, sum(claims) FROM seen WHERE trait = ? AND value = ? GROUP BY hour"
_GREATEST = """
SELECT value, hour, sum(claims) FROM seen WHERE trait = ? GROUP BY value, hour
HAVING sum(claims) >= ? ORDER BY value, hour
"""
# A link whose maker came by none, or by one that is not there, is of the first generation.
_GENERATIONS = """
WITH RECURSIVE made (code, depth) AS (
  SELECT code, 1 FROM link
  WHERE parent IS NULL OR NOT EXISTS (SELECT 1 FROM link AS maker WHERE maker.code = link.parent)
  UNION ALL
  SELECT link.code, depth + 1 FROM link JOIN made ON link.parent = made.code
)
SELECT depth, sum(claims) FROM made JOIN seen ON trait = 'link' AND value = code
GROUP BY depth ORDER BY depth
"""


class Trait(StrEnum):
    """What a claim says of itself."""

    COUNTRY = "country"
    LANGUAGE = "language"
    LINK = "link"  # its code; the mark beside it
    PROVIDER = "provider"  # of the address's mailbox; sealed in the box


# A trait, its value, the mark that a link was shared under or "", and the hour in UTC.
Row = tuple[Trait, str, str, dt.datetime]


class Traits:
    """
    How many claims have a value of a trait, by hour.

    Args:
        secret: Whether what comes from boxes is added; then nothing of it is written to a disk.
    """

    def __init__(self, *, secret: bool = False) -> None:
        self._connection = sqlite3.connect(":memory:" if secret else "")
        self._connection.executescript(_SCHEMA)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def add(self, page: Iterable[Row]) -> None:
        """Add what the claims of a page say; each has a country."""
        rows = Counter(page).items()
        self._connection.executemany(
            _ADD, ((*said[:3], int(said[3].timestamp()), claims) for said, claims in rows)
        )

    def add_links(self, page: Iterable[tuple[str, str | None]]) -> None:
        """Add links: each one's code, and the code by which its maker had come, if by any."""
        self._connection.executemany("INSERT OR IGNORE INTO link VALUES (?, ?)", page)

    def totals(self, trait: Trait, most: int = -1) -> Counter[str]:
        """Return the claims by value, the greatest first, and no more than `most` of them."""
        return Counter(dict(self._connection.execute(_TOTALS, (trait.value, most))))

    def marks(self, code: str | None = None) -> Counter[str]:
        """Return the claims that came by a link, or by all of them, by its mark; "" for none."""
        return Counter(dict(self._connection.execute(_MARKS, (code,))))

    def hours(self) -> dict[dt.datetime, int]:
        """Return the claims of each hour in which there was one, in order."""
        return {_moment(hour): claims for hour, claims in self._connection.execute(_HOURS)}

    def greatest(self, trait: Trait, least: int) -> list[tuple[str, dt.datetime, int]]:
        """Return values, hours and claims, where one value had at least so many in one hour."""
        found = self._connection.execute(_GREATEST, (trait.value, least))
        return [(value, _moment(hour), claims) for value, hour, claims in found]

    def by_hour(self, trait: Trait, value: str) -> dict[dt.datetime, int]:
        """Return the claims of one value by hour."""
        found = self._connection.execute(_BY_HOUR, (trait.value, value))
        return {_moment(hour): claims for hour, claims in found}

    def generations(self) -> list[tuple[int, int]]:
        """
        Return the claims by the generation of the link that they came by.

        A link is of generation 1 if its maker had come by none. A link that is no more, or never
        was, has none.
        """
        self._connection.execute("CREATE INDEX IF NOT EXISTS children ON link (parent)")
        return list(self._connection.execute(_GENERATIONS))


def _moment(hour: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(hour, dt.UTC)
