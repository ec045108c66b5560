"""
What a petition costs: `python -m dev.bench.bill`.

A million signatures, and a hundred looks at the count for each, by what every call makes Firestore
do, counted on the wire (tests/functions/test_bill.py), and by Google's list prices, in
`prices`. At two paces: the record's, at which all of it takes less than three hours, and one
month, in which nothing is ever busy. docs/performance.md shows the table.
"""

import math
import sys
from dataclasses import dataclass

from petition.documents import SIGNING_LANES, WITHDRAWAL_LANES

from dev.bench.prices import (
    ARMOR_MONTH,
    ARMOR_REQUEST,
    CACHE_GIB,
    CACHE_LOOKUP,
    DELETE,
    EGRESS_GIB,
    MEMORY_GIB,
    READ,
    REQUEST,
    RULES_HOUR,
    STORAGE_READ,
    STORED_GIB_MONTH,
    WAITING_SECOND,
    WRITE,
    instance_second,
)
from dev.bench.scaling import CACHES, Sign, count_instances, table

SIGNATURES, LOOKS = 1_000_000, 100  # looks at the count for each signature
WITHDRAWN, LINKED = 0.01, 0.1  # assumed: of the signers, who withdraws, and who makes a link
LOOKS_EACH = 10  # assumed: of one reader, who stays for some two minutes
MONTH = 30 * 86_400

PUBLISH_SECONDS = 60  # petition/settings.py: publish_seconds
FRESH_SECONDS = 2  # count.py: FRESH_SECONDS, of one instance
EDGE_SECONDS = 5  # count.py: s-maxage, of one cache of the edge
STATUS_SECONDS = 3  # sign.py: STATUS_SECONDS, of one instance

ANSWER_GIB = 1 / 2**20  # estimated from the contract: 1 KiB, with its headers
PAGE_FILES = 9  # docs/performance.md, "The page": 10 requests, of which one is the count
PAGE_GIB = 49 / 2**20  # measured: docs/performance.md, "The page"
CLAIM_GIB = 2.5 / 2**20  # estimated: a claim of 2.2 KiB, its signer, names and their index
SHORT_SECONDS = 0.1  # Cloud Run pricing: what an instance takes is rounded up to it


@dataclass(frozen=True)
class Operations:
    """What Firestore bills, in documents."""

    reads: float = 0
    writes: float = 0
    deletes: float = 0

    def dollars(self, times: float) -> float:
        """Return what so many of it cost."""
        return times * (self.reads * READ + self.writes * WRITE + self.deletes * DELETE)


SIGN = Sign()  # as deployed

# Of one call each, as the test counts them; a lane's write is shared by a group.
CLAIM = Operations(reads=1, writes=2)
LANE = Operations(writes=1)
STATUS = Operations(reads=1)
REFRESH = Operations(reads=1)
# When every lane is in use.
PUBLICATION = Operations(reads=SIGNING_LANES + WITHDRAWAL_LANES, writes=1)
WITHDRAWAL = Operations(reads=1, writes=3)
LEAVING = Operations(reads=2, deletes=2)  # an entry and its signer; a lane for a hundred of them
SWEEP = Operations(reads=1)  # the query that finds nothing more
LINK = Operations(writes=1)


@dataclass(frozen=True)
class Pace:
    """
    How fast it comes.

    Args:
        seconds: That all of it takes.
        edge: Whether Cloud CDN is before the functions.
    """

    seconds: float
    edge: bool

    @property
    def signs(self) -> float:
        """Return the signatures a second."""
        return SIGNATURES / self.seconds

    @property
    def origin(self) -> float:
        """Return the looks a second that reach `count`."""
        looks = LOOKS * self.signs
        return min(looks, CACHES / EDGE_SECONDS) if self.edge else looks


PACES = {
    "the record, no edge": Pace(SIGNATURES / 100, edge=False),
    "the record, edge": Pace(SIGNATURES / 100, edge=True),
    "a month, no edge": Pace(MONTH, edge=False),
    "a month, edge": Pace(MONTH, edge=True),
}


def database(pace: Pace) -> dict[str, float]:
    """Return what Firestore bills, in dollars, by what for."""
    groups = SIGNATURES / SIGN.group(pace.signs)
    statuses = SIGN.instances(pace.signs) * pace.seconds / STATUS_SECONDS
    refreshes = count_instances(pace.origin) * pace.seconds / FRESH_SECONDS
    taken_back = WITHDRAWN * SIGNATURES
    return {
        "Firestore: claims, signers, lanes": CLAIM.dollars(SIGNATURES)
        + LANE.dollars(groups)
        + STATUS.dollars(min(SIGNATURES, statuses)),
        "Firestore: the published count": REFRESH.dollars(refreshes)
        + PUBLICATION.dollars(pace.seconds / PUBLISH_SECONDS),
        "Firestore: one in a hundred withdraws": WITHDRAWAL.dollars(taken_back)
        + LEAVING.dollars(taken_back)
        + SWEEP.dollars(MONTH / 3600),
        "Firestore: a link for one in ten": LINK.dollars(LINKED * SIGNATURES),
        "Firestore: stored for a month": SIGNATURES * CLAIM_GIB * STORED_GIB_MONTH,
    }


def functions(pace: Pace) -> dict[str, float]:
    """Return what Cloud Run bills, in dollars, by function."""
    held, rare = SIGN.held(pace.signs), (WITHDRAWN + LINKED) * SIGNATURES
    sign = busy(pace.signs, held, SIGN.instances(pace.signs))
    count = busy(pace.origin, SHORT_SECONDS, count_instances(pace.origin))
    return {
        "`sign`": SIGNATURES * REQUEST + pace.seconds * sign,
        "`count`": pace.seconds * (pace.origin * REQUEST + count),
        "`withdraw` and `share-link`": rare * (REQUEST + held * instance_second()),
    }


def busy(rate: float, held: float, instances: int) -> float:
    """Return dollars a second of instances that are paid for while a request is under way."""
    return instances * (1 - math.exp(-rate / instances * held)) * instance_second()


def way_out(pace: Pace) -> dict[str, float]:
    """Return what it costs that readers get their answers, in dollars."""
    looks = LOOKS * SIGNATURES
    files = PAGE_FILES * looks / LOOKS_EACH
    size = PAGE_GIB * looks / LOOKS_EACH
    passed = pace.seconds * pace.origin + SIGNATURES  # What no cache answers.
    count, page = looks * ANSWER_GIB * EGRESS_GIB, files * STORAGE_READ + size * EGRESS_GIB
    if pace.edge:
        count = looks * (CACHE_LOOKUP + ANSWER_GIB * CACHE_GIB) + passed * ARMOR_REQUEST
        page = files * (CACHE_LOOKUP + ARMOR_REQUEST) + size * CACHE_GIB
    return {"looks at the count": count, "the page, for every tenth look": page}


def standing(pace: Pace) -> dict[str, float]:
    """Return what a month costs in which nothing happens, in dollars."""
    edge = RULES_HOUR * MONTH / 3600 + ARMOR_MONTH if pace.edge else 0.0
    warm = MONTH * (1 + MEMORY_GIB) * WAITING_SECOND
    return {"a warm instance of `sign`, and the edge, for a month": warm + edge}


def dollars(pace: Pace) -> dict[str, float]:
    """Return the whole bill, line by line, in dollars."""
    return database(pace) | functions(pace) | way_out(pace) | standing(pace)


def bill() -> str:
    """Return the table of what it all costs."""
    bills = [dollars(pace) for pace in PACES.values()]
    rows = [(line, *(f"{each[line]:,.2f}" for each in bills)) for line in bills[0]]
    rows.append(("together", *(f"{sum(each.values()):,.2f}" for each in bills)))
    return table(("US dollars", *PACES), rows)


if __name__ == "__main__":
    sys.stdout.write(bill() + "\n")
