"""The signers against the lanes that count them and the claims that they stand for."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from petition.blur import is_drawn
from petition.documents import Claim, Signer, Sums

from organizer import CannotDo
from organizer.signatures.database import PAGE, Database
from organizer.signatures.faults import Conflict
from organizer.signatures.reading import group_claims, list_claims
from organizer.signatures.stored import Stored
from organizer.terminal import progress, say

ATTEMPTS = 5  # ours: somebody else who changes the organizers' lane is done by then
ALL_FIELDS = tuple(name for name in Claim.__slots__ if name not in ("receipt_hash", "sealed"))


@dataclass(frozen=True)
class Audit:
    """
    What one instant of the database says, twice.

    Args:
        stored: The signers added up; without `thorough`, only their number is known.
        counted: The sum of the lanes.
        drift: What must be added to the lanes.
        lane_version: The organizers' lane at that instant, for a guarded repair.
        claims: How many stand.
        kept: Signers who withdrew and left their +1; they stand for no claim.
        leaving: Signers who withdrew, and whom the sweep will count off when it is due.
        miscounted: Signers who say another number of claims than stand, with that number.
        stranded: Signers for whom nothing stands, and whom no sweep will look at.
        orphaned: Claims that stand, by the signer who should be there and is not.
    """

    at: dt.datetime
    stored: Sums
    counted: Sums
    drift: Sums
    lane_version: Any
    thorough: bool
    claims: int = 0
    kept: int = 0
    leaving: int = 0
    miscounted: list[tuple[Stored[Signer], int]] = field(default_factory=list)
    stranded: list[str] = field(default_factory=list)
    orphaned: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def exact(self) -> bool:
        """Tell whether every signer is counted once, and stands for what was claimed."""
        return not (self.drift or self.miscounted or self.stranded or self.orphaned)


def audit(database: Database, *, thorough: bool) -> Audit:
    """
    Compare signers, lanes and claims at one instant.

    Every commit of the functions changes them alike, so what differs at any instant differs at
    every later one, until it is repaired.
    """
    at = database.instant()
    if thorough:
        return audit_claims(database, at, list_claims(database, at))
    counted = database.tally(at)
    stored = Sums(database.count(at))
    drift = Sums(stored.signatures - counted.signatures)
    return Audit(at, stored, counted, drift, database.own_lane_version(at), thorough=False)


def audit_claims(database: Database, at: dt.datetime, listed: list[str]) -> Audit:
    """
    Compare everything at an instant at which the claims are listed already.

    Args:
        listed: As `list_claims` returns them.
    """
    counted = database.tally(at)
    reading = _Reading(database, at, listed)
    stored = Sums.of(signer.content for signer in reading.signers(database.count(at)))
    return Audit(
        at,
        stored,
        counted,
        stored - counted,
        database.own_lane_version(at),
        thorough=True,
        claims=len(listed),
        kept=reading.kept,
        leaving=reading.leaving,
        miscounted=reading.miscounted,
        stranded=reading.stranded,
        orphaned=reading.orphaned,
    )


def describe(found: Audit, *, repaired: bool = False) -> dict[str, object]:
    """
    Return an audit as `--json` prints it.

    `drift` is what the lanes lack; `kept` and `leaving` are signers for whom no claim stands.
    """
    numbers = {
        "claims": found.claims,
        "kept": found.kept,
        "leaving": found.leaving,
        "miscounted": len(found.miscounted),
        "stranded": len(found.stranded),
        "orphaned": sum(map(len, found.orphaned.values())),
    }
    return {
        "as_of": found.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "stored": found.stored.signatures,
        "counted": found.counted.signatures,
        **(numbers if found.thorough else {}),
        "drift": asdict(found.drift),
        "thorough": found.thorough,
        "exact": found.exact,
        "repaired": repaired,
    }


class _Reading:
    """All signers, each compared with the claims that stand for it; both come in one order."""

    def __init__(self, database: Database, at: dt.datetime, listed: list[str]) -> None:
        self._database = database
        self._at = at
        self._groups = group_claims(listed)
        self._swept = {entry.signer for entry in database.leaving(at)}
        self.kept = self.leaving = 0
        self.miscounted: list[tuple[Stored[Signer], int]] = []
        self.stranded: list[str] = []
        self.orphaned: dict[str, list[str]] = {}

    def signers(self, number: int) -> Iterator[Stored[Signer]]:
        """Return every signer, after looking at it."""
        group = next(self._groups, None)
        with progress("Reading signers", number) as advance:
            for page in self._database.signers(self._at):
                for signer in page:
                    while group and group[0] < signer.id:
                        self.orphaned[group[0]] = group[1]
                        group = next(self._groups, None)
                    own: list[str] = []
                    if group and group[0] == signer.id:
                        own = group[1]
                        group = next(self._groups, None)
                    self._look(signer, len(own))
                    yield signer
                advance.by(len(page))
        while group:
            self.orphaned[group[0]] = group[1]
            group = next(self._groups, None)

    def _look(self, signer: Stored[Signer], standing: int) -> None:
        if signer.content.claims != standing:
            self.miscounted.append((signer, standing))
        elif not standing and signer.content.kept:
            self.kept += 1
        elif not standing and signer.id in self._swept:
            self.leaving += 1
        elif not standing:
            self.stranded.append(signer.id)


def repair(database: Database, found: Audit) -> Audit:
    """
    Make lanes and signers say what is stored, also while people sign.

    The lanes follow the signers: the difference is added as an increment, and whoever signs
    meanwhile counts. The signers follow the claims, because those are what people sent: one who
    is missing is counted again, another number of claims is put right, and whom nothing keeps is
    shown to the sweep. So nobody is lost, and whoever must not count is taken off by
    `invalidate` or `withdraw`, which erase their claims too.

    Returns:
        The audit that was repaired.

    Raises:
        CannotDo: Somebody else kept changing what was to be repaired.
    """
    for _ in range(ATTEMPTS):
        try:
            if found.drift:
                batch = database.batch()
                batch.correct(found.drift, found.lane_version)
                batch.commit()
            _repair_signers(database, found)
        except Conflict:
            say("Somebody else changed something meanwhile; looking again.")
            found = audit(database, thorough=True)
            continue
        return found
    raise CannotDo("It keeps changing; what was repaired so far is right. Try again later.")


def _repair_signers(database: Database, found: Audit) -> None:
    now = dt.datetime.now(dt.UTC)
    for signer, standing in found.miscounted:
        batch = database.batch()
        batch.change_signer(signer, claims=standing)
        if not standing and not signer.content.kept:
            batch.leave(signer.id, now)
        batch.commit()
    for id in found.stranded:
        batch = database.batch()
        batch.leave(id, now)
        batch.commit()
    for id, receipts in found.orphaned.items():
        _restore(database, id, receipts)


def _restore(database: Database, id: str, receipts: list[str]) -> None:
    claims = [c.content for c in _read_standing(database, receipts)]
    if not claims:  # They were withdrawn meanwhile.
        return
    first = min(claims, key=lambda claim: str(claim.signed_hour))
    signer = Signer(len(claims), False, first.country, first.via is not None, is_drawn(id))
    batch = database.batch()
    batch.create_signer(id, signer)
    batch.count(Sums.of([signer]))
    batch.commit()


def _read_standing(database: Database, receipts: list[str]) -> Iterator[Stored[Claim]]:
    for start in range(0, len(receipts), PAGE):
        for claim in database.get_claims(receipts[start : start + PAGE], ALL_FIELDS):
            if claim.content.stands:
                yield claim
