"""
The rules of signing, withdrawing and sweeping as a model: documents, preconditions, and no I/O.

It says what `petition.store` must do, a second time and in the fewest words, so that every order
in which steps can meet is tried in no time (test_model.py). Each guard can be left out, to see
what it is for.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

# What each guard refuses, as far as the database checks it while it commits.
GUARDS = {
    "claim is new": "a claim that is stored already, standing or withdrawn",
    "signer is new": "a signer who has come since the look",
    "signer is there": "a signer who has gone since the look",
    "claim is unchanged": "a claim that was withdrawn since it was read",
    "claim is still missing": "a claim that was stored since it was found missing",
    "signer is unchanged": "a signer who has claimed again since the sweep read it",
    "emptied claims stay": "a commit of what was withdrawn, arriving late",
}


class Refused(Exception):
    """A precondition does not hold; nothing was applied."""


@dataclass(frozen=True)
class Signer:
    """An address that counts."""

    claims: int = 0
    kept: bool = False

    @property
    def stays(self) -> bool:
        """Tell whether the sweep leaves it."""
        return self.claims > 0 or self.kept


@dataclass
class Database:
    """
    Documents, each with the number of the commit that wrote it last.

    A claim is the name of its signer, or "" once it is withdrawn.
    """

    claims: dict[str, tuple[str, int]] = field(default_factory=dict)
    signers: dict[str, tuple[Signer, int]] = field(default_factory=dict)
    leaving: dict[int, str] = field(default_factory=dict)
    tally: int = 0
    commits: int = 0
    without: str = ""


Commit = Callable[[Database], None]


def commit(database: Database, change: Commit) -> None:
    """
    Apply a change whose guards all hold, or nothing of it.

    Raises:
        Refused: One does not.
    """
    draft = replace(
        database,
        claims=dict(database.claims),
        signers=dict(database.signers),
        leaving=dict(database.leaving),
        commits=database.commits + 1,
    )
    change(draft)
    vars(database).update(vars(draft))


def _guard(database: Database, name: str, holds: bool) -> None:
    assert name in GUARDS
    if not holds and database.without != name:
        raise Refused(name)


def look(database: Database, claims: Iterable[tuple[str, str]]) -> tuple[frozenset[str], ...]:
    """Tell which signers of a group are counted, and which of its claims are stored."""
    receipts, signers = zip(*claims, strict=True)
    return frozenset(signers) & database.signers.keys(), frozenset(
        receipts
    ) & database.claims.keys()


def adding(claims: Iterable[tuple[str, str]], known: frozenset[str]) -> Commit:
    """Store claims (receipt and signer); known signers grow, the others begin and are counted."""
    by_signer: dict[str, list[str]] = {}
    for receipt, signer in claims:
        by_signer.setdefault(signer, []).append(receipt)

    def change(database: Database) -> None:
        for signer, receipts in by_signer.items():
            for receipt in receipts:
                _guard(database, "claim is new", receipt not in database.claims)
                database.claims[receipt] = signer, database.commits
            there = signer in database.signers
            if signer in known:
                _guard(database, "signer is there", there)
                old = database.signers[signer][0] if there else Signer()
                new = replace(old, claims=old.claims + len(receipts))
            else:
                _guard(database, "signer is new", not there)
                new = Signer(len(receipts))
                database.tally += 1
            database.signers[signer] = new, database.commits

    return change


def withdrawing(database: Database, receipt: str, *, keep: bool) -> Commit:
    """Empty a claim as it stands at this moment, or store it empty."""
    signer, version = database.claims.get(receipt, ("", None))

    def change(database: Database) -> None:
        now = database.claims.get(receipt)
        if version is None:
            _guard(database, "claim is still missing", now is None)
        else:
            _guard(database, "claim is unchanged", now is not None and now[1] == version)
        if database.without == "emptied claims stay":
            database.claims.pop(receipt, None)
        else:
            database.claims[receipt] = "", database.commits
        if signer:
            old = database.signers[signer][0]
            new = Signer(old.claims - 1, old.kept or keep)
            database.signers[signer] = new, database.commits
            database.leaving[database.commits] = signer

    return change


def sweeping(database: Database) -> Commit:
    """Take off whom nothing keeps at this moment, and forget why they were looked at."""
    entries = dict(database.leaving)
    found = {signer: database.signers.get(signer) for signer in entries.values()}
    gone = {signer: read[1] for signer, read in found.items() if read and not read[0].stays}

    def change(database: Database) -> None:
        for signer, version in gone.items():
            now = database.signers.get(signer)
            _guard(database, "signer is unchanged", now is not None and now[1] == version)
            database.signers.pop(signer, None)
            database.tally -= 1
        for entry in entries:
            database.leaving.pop(entry, None)

    return change
