"""
Withdrawing, as the function withdraw does it: what was written is erased at once, and the +1
leaves the count with the sweep, a day to three days later, so that nobody can use organizers to
find out whether an address has signed.
"""

import datetime as dt
import random
from collections.abc import Sequence

from petition.documents import Claim
from petition.settings import LEAVE_AFTER_SECONDS, LEAVE_WITHIN_SECONDS

from organizer import CannotDo
from organizer.connection import Connection
from organizer.signatures.database import Database
from organizer.signatures.faults import Conflict
from organizer.signatures.stored import Stored
from organizer.terminal import progress

ATTEMPTS = 5  # ours: whoever else changes the same claims is done by then
TOGETHER = 200  # ours: claims of one address that are emptied in one commit

KEEPS_CHANGING = "It keeps changing; try again, or look at it with `recount --thorough` first."


def draw_due(connection: Connection) -> dt.datetime:
    """Return from when a +1 may leave: at random, as the function draws it."""
    now = dt.datetime.now(dt.UTC)
    if connection.local:  # There nothing waits in order to hide when it was done.
        return now
    seconds = LEAVE_AFTER_SECONDS + random.SystemRandom().uniform(0, LEAVE_WITHIN_SECONDS)
    return now + dt.timedelta(seconds=seconds)


def withdraw_claim(
    database: Database, receipt_hash: str, *, keep_count: bool, due: dt.datetime
) -> bool:
    """
    Empty the claim under a receipt for ever, and see to its +1.

    One that is not there is stored empty, so that it is refused if it is still on its way.

    Returns:
        Whether it stood.

    Raises:
        CannotDo: It kept changing.
    """
    for _ in range(ATTEMPTS):
        found = database.get_claims([receipt_hash], ["signer"])
        standing = [claim for claim in found if claim.content.stands]
        try:
            if standing:
                _empty(database, standing, keep_count=keep_count, due=due)
            elif not found:
                batch = database.batch()
                batch.refuse_claim(receipt_hash)
                batch.commit()
        except Conflict:
            continue
        return bool(standing)
    raise CannotDo(KEEPS_CHANGING)


def withdraw_signer(database: Database, id: str, *, keep_count: bool, due: dt.datetime) -> bool:
    """
    Empty all claims of a signer, whoever made them, and see to the +1.

    Nothing leads from a signer to their claims but looking through all of them.

    Returns:
        Whether there was anything to withdraw.

    Raises:
        CannotDo: It kept changing; what was emptied stays so.
    """
    changed = False
    for _ in range(ATTEMPTS):
        found = _find_claims(database, id)
        try:
            for start in range(0, len(found), TOGETHER):
                some = found[start : start + TOGETHER]
                _empty(database, some, keep_count=keep_count, due=due)
                changed = True
            released = not keep_count and _release(database, id, due)
        except Conflict:
            continue
        return changed or released
    raise CannotDo(KEEPS_CHANGING)


def _find_claims(database: Database, id: str) -> list[Stored[Claim]]:
    found: list[Stored[Claim]] = []
    with progress("Looking through all claims", database.count_claims()) as advance:
        for page in database.claims(["signer"]):
            found += [claim for claim in page if claim.content.signer == id]
            advance.by(len(page))
    return found


def _empty(
    database: Database, claims: Sequence[Stored[Claim]], *, keep_count: bool, due: dt.datetime
) -> None:
    signer = claims[0].content.signer
    batch = database.batch()
    for claim in claims:
        batch.empty_claim(claim)
    batch.release_signer(signer, len(claims), **({"kept": True} if keep_count else {}))
    batch.leave(signer, due)
    batch.commit()


def _release(database: Database, id: str, due: dt.datetime) -> bool:
    # A +1 that somebody left before goes too: it is the address's own wish now.
    kept = [signer for signer in database.get_signers([id]) if signer.content.kept]
    for signer in kept:
        batch = database.batch()
        batch.change_signer(signer, kept=False)
        batch.leave(id, due)
        batch.commit()
    return bool(kept)
