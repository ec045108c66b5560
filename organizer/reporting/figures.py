"""What a report says, gathered at one instant of the database, so that its numbers agree."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec
from petition.store import Lane
from petition.tally import FLOOR, OTHER, fold

from organizer import CannotDo
from organizer.connection import Connection
from organizer.signatures.database import Database
from organizer.signatures.drift import total
from organizer.signatures.opening import opened_pages
from organizer.terminal import progress

MAX_COLUMNS = 120  # ours: as many columns as a page shows apart
STEPS = (1, 2, 3, 6, 12, 24, 48, 24 * 7, 24 * 28)  # hours


@dataclass
class Figures:
    """
    The numbers of a petition; none but a total, or what is left of one, is of fewer than FLOOR.

    Args:
        countries: Folded as the page folds them, the greatest first, `other` last.
        referred: Signatures that came through a shared link.
        networks: By the mark of the link, "" for none, `other` for those of few; greatest first.
        hours: Signatures by hour, UTC; never shown as they are, see `columns`.
        emptied: Withdrawn signatures whose +1 stays.
        invalidated: Signatures that were taken off the count as fraud.
        names: Of those who agreed, in the order of the alphabet.
    """

    at: dt.datetime
    signatures: int
    countries: list[tuple[str, int]]
    referred: int
    networks: list[tuple[str, int]] = field(default_factory=list)
    hours: Counter[dt.datetime] = field(default_factory=Counter)
    emptied: int = 0
    invalidated: int = 0
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


def gather(
    connection: Connection,
    database: Database,
    keys: list[ec.EllipticCurvePrivateKey],
) -> Figures:
    """
    Read everything that a report says.

    Raises:
        CannotDo: The tally does not say what is stored; nobody should be handed such a number.
    """
    at = database.instant()
    counted = total(database.lanes(at))
    figures = _begin(at, counted, database)
    networks: Counter[str] = Counter()
    stored = 0
    fields = ["country", "via", "signed_hour", *(["sealed"] if keys else [])]
    with progress("Reading signatures", counted.signatures) as advance:
        pages = opened_pages(database.pages(fields, at=at), connection.petition, keys)
        for page, opened in pages:
            stored += len(page)
            for signature in page:
                figures.emptied += signature.emptied
                if signature.signed_hour:
                    figures.hours[signature.signed_hour] += 1
                if signature.via:
                    networks[signature.via.partition(".")[2]] += 1
            figures.names += [c.name for c in opened if c and c.consent.delivery]
            advance.by(len(page))
    if stored != counted.signatures:
        raise CannotDo("The tally is not what is stored: run `recount --repair`, and report then.")
    figures.networks = fold_networks(networks)
    figures.names.sort(key=str.casefold)
    return figures


def fold_networks(networks: Counter[str]) -> list[tuple[str, int]]:
    """Return the networks that may be shown, the greatest first, and all others as one."""
    shown: Sequence[tuple[str, int]] = [
        (network, number) for network, number in networks.most_common() if number >= FLOOR
    ]
    rest = networks.total() - sum(number for _, number in shown)
    return [*shown, *([(OTHER, rest)] if rest >= FLOOR else [])]


def _begin(at: dt.datetime, counted: Lane, database: Database) -> Figures:
    return Figures(
        at=at,
        signatures=counted.signatures,
        countries=fold(counted.countries, counted.signatures),
        referred=counted.referred,
        invalidated=database.invalidated_in_all(),
    )
