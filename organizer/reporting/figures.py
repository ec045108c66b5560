"""What a report says, gathered at one instant of the database, so that its numbers agree."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from petition.blur import OTHER
from petition.documents import Sums

from organizer import CannotDo
from organizer.reporting.phrases import FLOOR
from organizer.reporting.totals import fold
from organizer.signatures.database import Database
from organizer.signatures.decisions import write_contested
from organizer.signatures.export import count_boxes, count_people
from organizer.signatures.naming import Decision, Naming, name_signer
from organizer.signatures.opening import OpenedClaim, Opening
from organizer.signatures.proof import tell_time
from organizer.signatures.reading import list_claims, read_signers
from organizer.terminal import progress

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
        opened: Whether boxes were opened; else it names nobody.
        checked: Whether they were checked against the addresses that they count for.
        left_out: Boxes and names that are left out, by why; see `phrases.LEFT_OUT`.
        names: Of those who agreed, in the order of the alphabet.
        contested: What is to be decided, as `decisions.write_contested` writes it.
    """

    at: dt.datetime
    signatures: int
    countries: list[tuple[str, int]]
    referred: int
    networks: list[tuple[str, int]] = field(default_factory=list)
    hours: Counter[dt.datetime] = field(default_factory=Counter)
    kept: int = 0
    invalidated: int = 0
    opened: bool = False
    checked: bool = False
    left_out: Mapping[str, int] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    contested: list[str] = field(default_factory=list)

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


def gather(database: Database, opening: Opening, decisions: Mapping[str, Decision]) -> Figures:
    """
    Read everything that a report says.

    Who withdraws while it is read is in its numbers still, and is not named any more.

    Raises:
        CannotDo: The tally does not say what is stored; nobody should be handed such a number.
    """
    at = database.instant()
    figures = _count(database, at)
    figures.opened, figures.checked = bool(opening.keys), opening.checks is not None
    listed = list_claims(database, at)
    tell_time(opening, len(listed))
    networks: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    for signer, own in read_signers(database, opening, listed):
        first = min(own, key=_hour).stored.content
        if first.signed_hour:
            figures.hours[first.signed_hour] += 1
        if first.via:
            networks[first.via.partition(".")[2]] += 1
        if not opening.keys:
            continue
        person = name_signer(signer, own, decisions)
        left_out.update(count_people([person]))
        left_out.update(count_boxes([(signer, own)]))
        if person.naming is Naming.NAMED and person.contents:
            figures.names.append(person.contents.name)
        if person.naming is Naming.CONTESTED:
            figures.contested.append(write_contested(person))
    figures.networks = fold_networks(networks)
    figures.left_out = left_out
    figures.names.sort(key=str.casefold)
    return figures


def fold_networks(networks: Counter[str]) -> list[tuple[str, int]]:
    """Return the networks that may be shown, the greatest first, and all others as one."""
    shown = [(network, number) for network, number in networks.most_common() if number >= FLOOR]
    rest = networks.total() - sum(number for _, number in shown)
    # Few others would be told by what the rows lack of all that came through links.
    while shown and 0 < rest < FLOOR:
        rest += shown.pop()[1]
    return [*shown, *([(OTHER, rest)] if rest >= FLOOR else [])]


def _count(database: Database, at: dt.datetime) -> Figures:
    counted = database.tally(at)
    stored, kept = Sums(), 0
    with progress("Reading signers", counted.signatures) as advance:
        for page in database.signers(at):
            stored += Sums.of(signer.content for signer in page)
            kept += sum(s.content.kept and not s.content.claims for s in page)
            advance.by(len(page))
    if stored != counted:
        raise CannotDo("The tally is not what is stored: run `recount --repair`, and report then.")
    return Figures(
        at=at,
        signatures=counted.signatures,
        countries=fold(counted.countries, counted.signatures),
        referred=counted.referred,
        kept=kept,
        invalidated=database.invalidated(),
    )


def _hour(claim: OpenedClaim) -> tuple[dt.datetime, str]:
    stored = claim.stored
    return stored.content.signed_hour or dt.datetime.max.replace(tzinfo=dt.UTC), stored.id
