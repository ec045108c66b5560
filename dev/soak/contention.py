"""
The write path under Firestore's own rules, at rates that no machine of ours could send:
`python -m dev.soak.contention`.

`petition.ledger` and `petition.store` themselves run, as many of them as the autoscaler would
start, in virtual time: nobody waits, and a second at 10,000 claims takes as long as its own work.
The database stands in their place with the times that `dev.bench.scaling` assumes, and `rules`
says what it refuses; it keeps documents apart by existence, which is all that the ledger asks.
So this is about groups, lanes and tries; that it is exact is proved elsewhere, by the emulator.
"""

import asyncio
import itertools
import math
import random
import secrets
import selectors
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from unittest.mock import patch

from petition.documents import Claim
from petition.firestore import Batch, Conflict, Firestore
from petition.ledger import Ledger
from petition.problems import Unavailable
from petition.store import Store

from dev.bench.audit import PETITION
from dev.bench.scaling import RAISED, Level, Sign, level, table
from dev.soak.latencies import Latencies
from dev.soak.rules import Rules, name_of

RATES = (500, 2000, 10_000)
SECONDS = 20
SIGN = Sign(most=RAISED.most)
BURST = 5  # ours: writes of one document at once that a milder database lets through

KINDS: dict[str, Callable[[], Rules]] = {
    "nothing": partial(Rules, seconds_between=0),
    "a document twice a second": Rules,
    "the same, after bursts of 5": partial(Rules, burst=BURST),
    "more than a cold ramp": partial(Rules, seconds_between=0, ramp=True),
}
HEAD = (
    *("claims/s", "the database refuses", "instances", "group (simulated)"),
    *("commits/s (simulated)", "aborted %", "exhausted %", "p50 ms", "p99", "p99.9", "503 %"),
)


class _NoWaiting(selectors.DefaultSelector):
    """Files that are ready now; whoever would wait for a timer has waited already."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.passed += timeout or 0.0
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to what comes next."""

    def __init__(self) -> None:
        self._files = _NoWaiting()
        super().__init__(self._files)

    def time(self) -> float:
        """Return the seconds that have passed for those who run in it."""
        return self._files.passed


class Database(Firestore):
    """Which documents exist, for all instances together; it refuses what the rules say."""

    def __init__(self, rules: Rules) -> None:
        self._root = ""
        self._rules = rules
        self._documents: set[str] = set()
        self.commits = 0  # that were applied
        self.refused: Counter[str] = Counter()

    async def existing(self, names: Iterable[str]) -> set[str]:
        """Tell which exist, after the time of a batch read."""
        await asyncio.sleep(around(SIGN.look))
        return self._documents.intersection(names)

    async def commit(self, batch: Batch) -> None:
        """Apply all or nothing, after the time of a commit."""
        writes = batch.message.writes
        claims = sum("/claims/" in name_of(write) for write in writes)
        await asyncio.sleep(around(SIGN.commit) + SIGN.per_claim * claims)
        names = [name_of(write) for write in writes]
        reason = self._rules.refuse(names, asyncio.get_running_loop().time())
        if reason:
            self.refused[reason] += 1
            raise Unavailable
        if any(self._breaks(write) for write in writes):
            raise Conflict
        self.commits += 1
        self._documents.update(names)

    def claims(self) -> int:
        """Count the claims that are stored."""
        return sum("/claims/" in name for name in self._documents)

    def _breaks(self, write: Any) -> bool:
        condition = write.current_document
        if condition.WhichOneof("condition_type") != "exists":
            return False
        return bool(condition.exists != (name_of(write) in self._documents))


class ContendedStore(Store):
    """The store's own requests, made of that database."""

    def __init__(self, database: Database) -> None:
        self._firestore = database


@dataclass
class Seen:
    """
    What happened at one rate.

    Args:
        numbers: What the ledgers have told of themselves: groups, retries, refused.
        waits: Until an answer leaves on the grid, of those who were told that they have signed.
        turned_away: How many were told 503: by a group that failed, or before there was a group.
    """

    rate: float
    seconds: float
    instances: int
    numbers: Counter[str] = field(default_factory=Counter)
    waits: Latencies = field(default_factory=Latencies)
    database: Database | None = None
    turned_away: int = 0

    def add(self, event: str, labels: dict[str, str], **numbers: int) -> None:
        """Take a ledger's line in the place of the log."""
        self.numbers.update(numbers)


def around(seconds: float) -> float:
    """Return a time that is as long on average, and now and then twice: assumed, as the mean."""
    return seconds * random.uniform(0.5, 1.5)  # noqa: S311 – no secret


def contend(rate: float, seconds: float, rules: Rules) -> Seen:
    """Let people arrive for so long, in virtual time, and return what happened to them."""
    seen = Seen(rate, seconds, SIGN.instances(rate), database=Database(rules))
    with patch("petition.log.add", seen.add), asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(_arrive(seen))
    return seen


async def _arrive(seen: Seen) -> None:
    loop = asyncio.get_running_loop()
    assert seen.database  # noqa: S101 – as made by `contend`
    stores = (ContendedStore(seen.database) for _ in range(seen.instances))
    collect = SIGN.collect
    ledgers = itertools.cycle([Ledger(s, PETITION, collect_seconds=collect) for s in stores])
    waiting: set[asyncio.Task[None]] = set()
    run = secrets.token_hex(4)
    for number in itertools.count():
        await asyncio.sleep(random.expovariate(seen.rate))
        if loop.time() > seen.seconds:
            break
        claim = Claim(f"{run}{number:035}", f"{run}{number:044}", b"", "KR", "ko")
        task = loop.create_task(_record(next(ledgers), claim, seen))
        waiting.add(task)
        task.add_done_callback(waiting.discard)
    await asyncio.gather(*waiting)


async def _record(ledger: Ledger, claim: Claim, seen: Seen) -> None:
    clock = asyncio.get_running_loop().time
    arrived = clock()
    try:
        await ledger.record(claim)
    except Unavailable:
        seen.turned_away += 1
        return
    seen.waits.add(SIGN.grid * math.ceil((clock() - arrived) / SIGN.grid))


def row(name: str, seen: Seen, expected: Level) -> tuple[str, ...]:
    """Lay out what happened beside what the simulation says."""
    assert seen.database  # noqa: S101 – as made by `contend`
    groups, refused = max(1, seen.numbers["groups"]), seen.database.refused
    tried = seen.database.commits + refused.total()
    told = [f"{seen.waits.quantile(share) * 1000:,.0f}" for share in (0.5, 0.99, 0.999)]
    return (
        f"{seen.rate:,.0f}",
        name,
        f"{seen.instances}",
        f"{seen.numbers['claims'] / groups:.1f} ({expected.group:.1f})",
        f"{seen.database.commits / seen.seconds:.0f} ({expected.commits:.0f})",
        f"{100 * refused['ABORTED'] / tried:.1f}",
        f"{100 * refused['RESOURCE_EXHAUSTED'] / tried:.1f}",
        *told,
        f"{100 * seen.turned_away / (seen.turned_away + len(seen.waits)):.2f}",
    )


def compare(seconds: float) -> str:
    """Return the table of all rates and rules."""
    rows = [
        row(name, contend(rate, seconds, make_rules()), level(rate, SIGN))
        for rate in RATES
        for name, make_rules in KINDS.items()
    ]
    return table(HEAD, rows)


if __name__ == "__main__":
    sys.stdout.write(compare(float(sys.argv[1]) if sys.argv[1:] else SECONDS) + "\n")
