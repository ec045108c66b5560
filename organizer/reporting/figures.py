"""The numbers of a report, of one instant of the database, so that they agree."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from petition.blur import OTHER

from organizer.reporting.phrases import FLOOR
from organizer.reporting.totals import fold
from organizer.signatures.database import Database
from organizer.signatures.gathering import Gathered

MAX_COLUMNS = 120  # ours: as many columns as a page shows apart
STEPS = (1, 2, 3, 6, 12, 24, 48, 24 * 7, 24 * 28)  # hours


@dataclass
class Figures:
    """
    The numbers of a petition; none but a total, or what is left of one, is of fewer than FLOOR.

    Args:
        countries: Folded, the greatest first, `other` last.
        referred: Signatures that came through a shared link.
        networks: By the mark of the link, "" for none, `other` for those of few; greatest first.
        hours: Signatures by hour, UTC; never shown as they are, see `columns`.
        kept: Signers who withdrew and left their +1.
        invalidated: Signatures that were taken off the count as fraud.
        keys: The fingerprints of those that boxes were opened with; without any it names nobody.
        checked: Whether they were checked against the addresses that they count for.
        left_out: Boxes and names that are left out, by why; see `phrases.LEFT_OUT`.
        names: Of those who agreed, in the order of the alphabet.
    """

    at: dt.datetime
    signatures: int
    countries: list[tuple[str, int]]
    referred: int
    networks: list[tuple[str, int]] = field(default_factory=list)
    hours: Counter[dt.datetime] = field(default_factory=Counter)
    kept: int = 0
    invalidated: int = 0
    keys: tuple[str, ...] = ()
    checked: bool = False
    left_out: Mapping[str, int] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)

    @property
    def anonymous(self) -> int:
        """Return how many signed and are not named."""
        return self.signatures - len(self.names)

    def columns(self) -> tuple[int, list[tuple[dt.datetime, int]]]:
        """
        Return the hours in columns of equal width, from the first to the last signature.

        Returns:
            The width in hours, and each column's begin and number.
        """
        if not self.hours:
            return 1, []
        first, last = min(self.hours), max(self.hours)
        span = int((last - first).total_seconds() // 3600) + 1
        step = next((s for s in STEPS if span <= s * MAX_COLUMNS), STEPS[-1])
        sums = [0] * -(-span // step)
        for hour, number in self.hours.items():
            sums[int((hour - first).total_seconds() // 3600) // step] += number
        return step, [(first + dt.timedelta(hours=i * step), n) for i, n in enumerate(sums)]


def figure(database: Database, gathered: Gathered) -> Figures:
    """Return what a report says of what was gathered."""
    counted = gathered.found.counted
    return Figures(
        at=gathered.found.at,
        signatures=counted.signatures,
        countries=fold(counted.countries, counted.signatures),
        referred=counted.referred,
        networks=fold_networks(gathered.networks),
        hours=gathered.hours,
        kept=gathered.found.kept,
        invalidated=database.invalidated(),
        keys=gathered.keys,
        checked=gathered.checked,
        left_out=gathered.left_out,
        names=gathered.names,
    )


def fold_networks(networks: Counter[str]) -> list[tuple[str, int]]:
    """Return the networks that may be shown, the greatest first, and all others as one."""
    shown = [(network, number) for network, number in networks.most_common() if number >= FLOOR]
    rest = networks.total() - sum(number for _, number in shown)
    # Few others would be told by what the rows lack of all that came through links.
    while shown and 0 < rest < FLOOR:
        rest += shown.pop()[1]
    return [*shown, *([(OTHER, rest)] if rest >= FLOOR else [])]
