"""
Claims with what was sealed in them, all of one signer together.

Claims are stored by their receipts' hashes, so it is listed first whose they are: at one instant,
in about 150 bytes of memory for each. Then they are read in the order of their signers, as they
stand by then: what was withdrawn meanwhile is not seen any more.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from petition.documents import Claim

from organizer.signatures.database import PAGE, Database
from organizer.signatures.opening import OpenedClaim, Opening, open_pages
from organizer.signatures.stored import Stored
from organizer.terminal import progress

CHECKED_PAGE = 100  # ours: where each box takes some hundredths of a second, a bar still moves

# What the database itself knows of a claim.
KNOWN = ("signer", "country", "language", "via", "signed_hour")

_signer_of = attrgetter("stored.content.signer")


def list_claims(database: Database, at: dt.datetime) -> list[str]:
    """Return every claim that stands at an instant as `signer receipt_hash`, sorted."""
    listed: list[str] = []
    with progress("Listing claims", database.count_claims(at)) as advance:
        for page in database.claims(["signer"], at):
            listed += [f"{c.content.signer} {c.id}" for c in page if c.content.stands]
            advance.by(len(page))
    listed.sort()
    return listed


def group_claims(listed: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Return each signer with the hashes of the receipts of their standing claims."""
    for signer, lines in groupby(listed, key=lambda line: line.partition(" ")[0]):
        yield signer, [line.partition(" ")[2] for line in lines]


def read_signers(
    database: Database, opening: Opening, listed: Sequence[str]
) -> Iterator[tuple[str, list[OpenedClaim]]]:
    """Return each signer of a list with the claims that still stand, opened."""
    fields = [*KNOWN, "sealed"] if opening.keys else KNOWN
    size = CHECKED_PAGE if opening.checks else PAGE
    deed = "Checking boxes" if opening.checks else "Reading claims"

    def pages() -> Iterator[list[Stored[Claim]]]:
        for start in range(0, len(listed), size):
            receipts = [line.partition(" ")[2] for line in listed[start : start + size]]
            found = {claim.id: claim for claim in database.get_claims(receipts, fields)}
            page = [found[receipt] for receipt in receipts if receipt in found]
            yield [claim for claim in page if claim.content.stands]

    with progress(deed, len(listed)) as advance:

        def claims() -> Iterator[OpenedClaim]:
            for page in open_pages(pages(), opening):
                yield from page
                advance.by(len(page))

        for signer, own in groupby(claims(), key=_signer_of):
            yield signer, list(own)
