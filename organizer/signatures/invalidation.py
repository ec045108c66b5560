"""
Taking signatures off the count that nobody made: searched by a filter, deleted batch by batch.

Anybody can add a claim to anybody's address. So a signer is meant only if all of their claims
that stand fit, and nobody has left a +1: a stranger's claim that looks like fraud must not take
its victim off the count.
"""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from petition.documents import Claim, Invalidation, Signer, Sums

from organizer import CannotDo
from organizer.signatures.database import PAGE, Database
from organizer.signatures.faults import Conflict
from organizer.signatures.filter import VALUES, Filter
from organizer.signatures.opening import OpenedClaim, Opening
from organizer.signatures.reading import list_claims, read_signers
from organizer.signatures.stored import Stored
from organizer.terminal import progress, say

ATTEMPTS = 5  # ours: whoever withdraws one of a batch meanwhile is done by then
MAX_WRITES = 300  # ours: a commit stays small and its lane is busy for milliseconds


class Reason(StrEnum):
    """Why; it is kept with a number and a day, and never with who."""

    BOT = "bot"
    INVENTED = "invented"
    UNREADABLE = "unreadable"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Suspect:
    """A signer that a filter means, and all of their claims that stand."""

    signer: Stored[Signer]
    claims: list[Stored[Claim]]


@dataclass
class Search:
    """
    The signers that a filter means, and why it means no others.

    Args:
        claims: How many were looked at.
        alone: How many of them fit each part of the filter, by its option.
        values: What claims say where the filter asks: by option, then by what they say.
        partly: Signers of whom only some claims fit.
        kept: Signers whom a +1 that was left, or a claim that came meanwhile, keeps from it.
    """

    suspects: list[Suspect] = field(default_factory=list)
    claims: int = 0
    alone: Counter[str] = field(default_factory=Counter)
    values: dict[str, Counter[str]] = field(default_factory=dict)
    partly: int = 0
    kept: int = 0

    def look(self, wanted: Filter, own: Sequence[OpenedClaim]) -> list[bool]:
        """Note what a signer's claims are, and return which of them fit."""
        fitting = []
        for claim in own:
            fits = {option: part(claim) for option, part in wanted.parts.items()}
            self.alone.update(option for option, does in fits.items() if does)
            for option in VALUES.keys() & fits.keys():
                said = VALUES[option](claim.stored.content)
                self.values.setdefault(option, Counter())[said] += 1
            fitting.append(all(fits.values()))
        self.claims += len(own)
        self.partly += any(fitting) and not all(fitting)
        return fitting


def search(wanted: Filter, database: Database, opening: Opening, *, some: bool = False) -> Search:
    """
    Return the signers that a filter means.

    Args:
        some: Whether it is enough that some of a signer's claims fit, whatever else keeps them.
    """
    enough = any if some else all
    search = Search()
    listed = list_claims(database, database.instant())
    meant: dict[str, list[Stored[Claim]]] = {}

    def settle() -> None:
        found = list(_suspects(database, meant, some=some))
        search.suspects += found
        search.kept += len(meant) - len(found)
        meant.clear()

    for signer, own in read_signers(database, opening, listed):
        if enough(search.look(wanted, own)):
            meant[signer] = [claim.stored for claim in own]
        if len(meant) == PAGE:
            settle()
    settle()
    return search


def remove(found: Sequence[Suspect], database: Database, reason: Reason) -> int:
    """
    Take signers off the count batch by batch, each with its part of the tally.

    Returns:
        How many left; fewer than found if some changed meanwhile.

    Raises:
        KeyboardInterrupt: It was stopped, between two batches.
    """
    removal = _Removal(database, reason)
    with progress("Deleting", len(found)) as advance:
        try:
            for batch in _batches(found):
                removal.remove(batch)
                advance.by(len(batch))
        except KeyboardInterrupt:
            say("Stopped between two batches; what is deleted is off the count.")
            raise
    return database.invalidated(removal.id)


class _Removal:
    # One record says how many all of its batches took.

    def __init__(self, database: Database, reason: Reason) -> None:
        self.id = uuid.uuid4().hex
        self._database = database
        self._reason = reason
        self._day = dt.datetime.now(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)

    def remove(self, suspects: list[Suspect]) -> None:
        """Take a batch off the count, as far as it still stands as it was found."""
        for _ in range(ATTEMPTS):
            try:
                suspects = [self._shrink(suspect) for suspect in suspects]
                if suspects:
                    self._commit(suspects)
                return
            except Conflict:
                # Either it was done, or one of them has changed: what still stands is tried again.
                suspects = _again(self._database, suspects)
        raise CannotDo("Signers keep changing; what was deleted so far is off the count.")

    def _shrink(self, suspect: Suspect) -> Suspect:
        # Somebody who claimed one address thousands of times does not fit into one commit.
        while len(suspect.claims) >= MAX_WRITES:
            some, rest = suspect.claims[: MAX_WRITES - 1], suspect.claims[MAX_WRITES - 1 :]
            batch = self._database.batch()
            for claim in some:
                batch.empty_claim(claim)
            batch.change_signer(suspect.signer, claims=len(rest))
            batch.commit()
            (signer,) = self._database.get_signers([suspect.signer.id]) or [suspect.signer]
            suspect = Suspect(signer, rest)
        return suspect

    def _commit(self, suspects: Sequence[Suspect]) -> None:
        batch = self._database.batch()
        for suspect in suspects:
            batch.delete_signer(suspect.signer)
            for claim in suspect.claims:
                batch.empty_claim(claim)
        batch.count(-Sums.of(suspect.signer.content for suspect in suspects))
        batch.record(self.id, Invalidation(self._day, self._reason.value, len(suspects)))
        if self._database.published().public.final is not None:
            batch.tell_fewer(len(suspects))
        batch.commit()


def _batches(found: Sequence[Suspect]) -> Iterator[list[Suspect]]:
    batch: list[Suspect] = []
    writes = 0
    for suspect in found:
        more = 1 + len(suspect.claims)
        if batch and writes + more > MAX_WRITES:
            yield batch
            batch, writes = [], 0
        batch.append(suspect)
        writes += more
    if batch:
        yield batch


def _suspects(
    database: Database, meant: dict[str, list[Stored[Claim]]], *, some: bool
) -> Iterator[Suspect]:
    for signer in database.get_signers(meant):
        claims = meant[signer.id]
        # Another number means that a claim came that nobody has looked at.
        if signer.content.claims == len(claims) and (some or not signer.content.kept):
            yield Suspect(signer, claims)


def _again(database: Database, suspects: Sequence[Suspect]) -> list[Suspect]:
    claims = {claim.id: suspect.signer.id for suspect in suspects for claim in suspect.claims}
    kept = {suspect.signer.id for suspect in suspects if suspect.signer.content.kept}
    standing: dict[str, list[Stored[Claim]]] = {}
    for claim in database.get_claims(claims, ["signer"]):
        if claim.content.stands:
            standing.setdefault(claims[claim.id], []).append(claim)
    return [
        suspect
        for suspect in _suspects(database, standing, some=True)
        if not suspect.signer.content.kept or suspect.signer.id in kept
    ]
