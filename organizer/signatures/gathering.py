"""
What is handed over, gathered in one pass over the claims; what was opened stays in memory.

The report, the list of names, the addresses for news and the audit all come from it, so they agree
with each other, and trustees meet once.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from organizer import CannotDo
from organizer.signatures.audit import Audit, audit_claims
from organizer.signatures.database import Database
from organizer.signatures.naming import Decision, Naming, Person, name_signer
from organizer.signatures.opening import OpenedClaim, Opening, Verdict
from organizer.signatures.proof import tell_time
from organizer.signatures.reading import list_claims, read_signers
from organizer.signatures.withholding import Reason, Withheld
from organizer.trustees.fingerprint import fingerprint


@dataclass(frozen=True, slots=True)
class Subscriber:
    """
    Somebody who asked for news in every claim of theirs.

    Args:
        claim: The one that speaks for them, by its receipt's hash.
    """

    signer: str
    claim: str
    email: str
    language: str


@dataclass
class Gathered:
    """
    What one pass found.

    Args:
        found: Of the instant at which the claims were listed.
        hours: Signers by the hour of their first claim, UTC.
        networks: Those who came by a link, by its mark, "" for none.
        keys: The fingerprints of those that boxes were opened with; without any nobody is named.
        checked: Whether they were checked against the addresses that they count for.
        boxes: Those that hold nothing which counts, by why; see `Verdict`.
        names: Of those who agreed, in the order of the alphabet.
        unwilling: How many signers did not agree to be named, or were decided so.
        contested: Signers whose claims disagree, with nobody's decision.
        unread: Signers no box of whom could be read.
        withheld: Names that organizers withheld, by why.
    """

    found: Audit
    keys: tuple[str, ...] = ()
    checked: bool = False
    hours: Counter[dt.datetime] = field(default_factory=Counter)
    networks: Counter[str] = field(default_factory=Counter)
    boxes: Counter[str] = field(default_factory=Counter)
    names: list[str] = field(default_factory=list)
    unwilling: int = 0
    contested: list[Person] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    subscribers: list[Subscriber] = field(default_factory=list)
    withheld: Counter[Reason] = field(default_factory=Counter)

    @property
    def left_out(self) -> dict[str, int]:
        """Return how many boxes and names are left out, by why."""
        return {
            Naming.WITHHELD.value: self.unwilling,
            Naming.CONTESTED.value: len(self.contested),
            Naming.UNREAD.value: len(self.unread),
            **{v.value: self.boxes[v] for v in (Verdict.CLOSED, Verdict.JUNK, Verdict.OTHER)},
            **{reason.value: self.withheld[reason] for reason in Reason},
        }

    def add(self, person: Person) -> None:
        """Keep what a signer allows."""
        contents, speaker = person.contents, person.speaker
        if contents is None or speaker is None:
            self.unread.append(person.signer)
            return
        if contents.consent.news:
            claim = speaker.stored
            language = claim.content.language
            self.subscribers.append(Subscriber(person.signer, claim.id, contents.email, language))
        self._name(person, contents.name)

    def decide(self, decisions: Mapping[str, Decision]) -> None:
        """Name those contested signers whom organizers have decided by now."""
        contested, self.contested = self.contested, []
        for person in contested:
            decided = name_signer(person.signer, person.candidates, decisions)
            self._name(decided, decided.contents.name if decided.contents else "")
        self.names.sort(key=str.casefold)

    def withhold(self, withheld: Withheld) -> None:
        """Take off the list what organizers withhold, and count it."""
        reasons = [withheld.reason(name) for name in self.names]
        self.withheld.update(reason for reason in reasons if reason)
        self.names = [n for n, reason in zip(self.names, reasons, strict=True) if reason is None]

    def _name(self, person: Person, name: str) -> None:
        if person.naming is Naming.NAMED:
            self.names.append(name)
        elif person.naming is Naming.CONTESTED:
            self.contested.append(person)
        else:
            self.unwilling += 1


def gather(
    database: Database, opening: Opening, decisions: Mapping[str, Decision] | None = None
) -> Gathered:
    """
    Read and open everything.

    Who withdraws while it is read is in its numbers still, and is not named any more.

    Raises:
        CannotDo: What is counted is not what is stored; nobody should be handed such a number.
    """
    at = database.instant()
    listed = list_claims(database, at)
    found = audit_claims(database, at, listed)
    if not found.exact:
        raise CannotDo(
            "The count is not what is stored, so nothing is handed over: `recount --thorough` "
            "says what differs. Run `recount --repair`, and this again."
        )
    keys = tuple(fingerprint(key.public_key()) for key in opening.keys)
    gathered = Gathered(found, keys, opening.checks is not None)
    tell_time(opening, len(listed))
    for signer, own in read_signers(database, opening, listed):
        _note(gathered, own)
        if opening.keys:
            gathered.boxes.update(claim.verdict.value for claim in own)
            gathered.add(name_signer(signer, own, decisions or {}))
    gathered.names.sort(key=str.casefold)
    return gathered


def _note(gathered: Gathered, own: list[OpenedClaim]) -> None:
    first = min(own, key=_hour).stored.content
    if first.signed_hour:
        gathered.hours[first.signed_hour] += 1
    if first.via:
        gathered.networks[first.via.partition(".")[2]] += 1


def _hour(claim: OpenedClaim) -> tuple[dt.datetime, str]:
    stored = claim.stored
    return stored.content.signed_hour or dt.datetime.max.replace(tzinfo=dt.UTC), stored.id
