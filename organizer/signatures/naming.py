"""
Whose name is told: what the claims of one address say together.

Pure. Nobody confirms an address, so anybody can claim it. A name is told only if every claim that
opens, and is of the address that it counts for, gives the same name and agrees to its delivery:
who signed again without the tick is respected. Where claims disagree, organizers decide, so that
a stranger's claim cannot keep a name off the list.

Source: docs/decisions/2026-11-claims.md
"""

import datetime as dt
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from petition.seal import Consent, Contents
from petition.text import is_blank

from organizer.signatures.opening import OpenedClaim, Verdict

_LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)


class Naming(StrEnum):
    """What becomes of a signer's name."""

    NAMED = "named"
    WITHHELD = "withheld"  # they did not agree, or organizers decided so
    CONTESTED = "contested"  # claims disagree, and nobody has decided yet
    UNREAD = "unread"  # no box of theirs holds contents that count


@dataclass(frozen=True, slots=True)
class Decision:
    """
    What organizers decided of a signer.

    Args:
        claims: The claims that they saw; one more, and they are asked again.
        chosen: The claim whose name counts; None withholds.
    """

    claims: frozenset[str]
    chosen: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """
    A signer, as their claims have them.

    Args:
        speaker: The claim that speaks for them: the chosen one, or the newest; None if UNREAD.
        contents: Its contents, with the consents that all of them give.
        candidates: The claims that organizers have to choose from, if CONTESTED; oldest first.
    """

    signer: str
    naming: Naming
    speaker: OpenedClaim | None = None
    contents: Contents | None = None
    candidates: tuple[OpenedClaim, ...] = ()


def name_signer(
    signer: str, claims: Sequence[OpenedClaim], decisions: Mapping[str, Decision]
) -> Person:
    """Say what becomes of a signer's name."""
    good = sorted((claim for claim in claims if claim.verdict is Verdict.GOOD), key=_moment)
    read = {claim.stored.id: claim.contents for claim in good if claim.contents}
    if not read:
        return Person(signer, Naming.UNREAD)
    agreed = [contents.consent.delivery for contents in read.values()]
    names = {_same(contents.name) for contents in read.values()}
    if any(agreed) and not (all(agreed) and len(names) == 1):
        return _decide(signer, good, read, decisions.get(signer))
    contents = _together(read[good[-1].stored.id], read)
    naming = Naming.NAMED if all(agreed) and not is_blank(contents.name) else Naming.WITHHELD
    return Person(signer, naming, good[-1], contents)


def _decide(
    signer: str,
    good: Sequence[OpenedClaim],
    read: Mapping[str, Contents],
    decision: Decision | None,
) -> Person:
    together = _together(read[good[-1].stored.id], read)
    if decision is None or not read.keys() <= decision.claims:
        return Person(signer, Naming.CONTESTED, good[-1], together, tuple(good))
    chosen = [claim for claim in good if claim.stored.id == decision.chosen]
    if decision.chosen is None:
        return Person(signer, Naming.WITHHELD, good[-1], together)
    if not chosen or not read[decision.chosen].consent.delivery:  # It was withdrawn since.
        return Person(signer, Naming.CONTESTED, good[-1], together, tuple(good))
    contents = _together(read[decision.chosen], read)
    delivered = replace(contents, consent=Consent(True, contents.consent.news))
    return Person(signer, Naming.NAMED, chosen[0], delivered)


def _together(contents: Contents, read: Mapping[str, Contents]) -> Contents:
    consents = [other.consent for other in read.values()]
    consent = Consent(all(c.delivery for c in consents), all(c.news for c in consents))
    return replace(contents, consent=consent)


def _same(name: str) -> str:
    # What a person takes for the same: however it is spaced, and in whatever case.
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _moment(claim: OpenedClaim) -> tuple[dt.datetime, str]:
    return claim.stored.content.signed_hour or _LONG_AGO, claim.stored.id
