"""
What happens between the first signature and 5,000 a second: `python -m dev.bench.scaling`.

Pure arithmetic, no load: instances, group sizes, commits on a lane, Firestore's recommended ramp,
what the cache spares, and what it costs. docs/scaling.md explains the tables and says which of the
numbers below were measured, documented or assumed.
"""

import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from petition.documents import SIGNING_LANES

from dev.bench.prices import CACHE_GIB, CACHE_LOOKUP, READ, REQUEST, WRITE, instance_second

# The autoscaler adds instances above this share of CPU and of concurrency.
# Source: Cloud Run documentation, "About instance autoscaling".
SCALING_TARGET = 0.6

# The ramp that Firestore's documentation recommends: 500 a second, half as much again every
# five minutes. Source: Firestore documentation, "Best practices", "Ramping up traffic".
RAMP_START, RAMP_FACTOR, RAMP_SECONDS = 500, 1.5, 300

COUNT_CPU = 0.0002  # measured: an answer from memory, rounded up

# Assumed: places of the edge that each keep a copy of their own.
CACHES = 100


@dataclass(frozen=True)
class Sign:
    """How sign behaves; times in seconds."""

    cpu: float = 0.0004  # measured, one process with group commit, rounded up
    look: float = 0.015  # assumed: a batch read in the same region
    commit: float = 0.050  # assumed: a commit in the same region, any size
    per_claim: float = 0.001  # assumed: what each further claim, two documents, adds to a commit
    underway: int = 2  # petition/ledger.py: MAX_UNDERWAY
    largest: int = 100  # petition/ledger.py: MAX_GROUP
    grid: float = 0.25  # petition/settings.py: answer_grid_ms
    collect: float = 0.025  # sign.py: COLLECTED of the grid, in which claims wait for each other
    pause: float = 0.0375  # petition/retry.py: FIRST_PAUSE_SECONDS and its jitter, on average
    concurrency: int = 1000  # infra/functions.tf
    fewest: int = 1  # var.instances
    most: int = 4  # var.instances
    cold_start: float = 4.0  # assumed: from the decision to the first answer
    patience: float = 8.0  # petition/retry.py: BUDGET_SECONDS, after which sign answers 503

    def round_trip(self, group: float) -> float:
        """Return how long a group takes to look and commit."""
        return self.look + self.commit + self.per_claim * group

    def group(self, rate: float) -> float:
        """
        Return the size of the groups when one instance gets so many claims a second.

        A group holds what arrived while claims waited for each other, or while the group before
        it was under way: group = rate * round_trip(group) / underway.
        """
        growth = self.underway - rate * self.per_claim
        size = rate * (self.look + self.commit) / growth if growth > 0 else math.inf
        return min(max(size, rate * self.collect, 1.0), self.largest)

    def capacity(self) -> float:
        """Return the most signatures a second that one instance can record."""
        return min(self.underway * self.largest / self.round_trip(self.largest), 1 / self.cpu)

    def wait(self, rate: float) -> float:
        """
        Return how long a claim takes on average: for the next group to leave, and return.

        Where there is a grid to hide in, who was not refused is answered as late as who was
        refused once (petition/ledger.py).
        """
        there_and_back = self.round_trip(self.group(rate))
        until_it_leaves = max(self.collect, there_and_back / (2 * self.underway))
        hidden = there_and_back + self.pause if self.grid else 0.0
        return until_it_leaves + there_and_back + hidden

    def held(self, rate: float) -> float:
        """Return how long a request is open on average: until its answer leaves on the grid."""
        if not self.grid:
            return self.wait(rate)
        return self.grid * math.ceil(self.wait(rate) / self.grid)

    def instances(self, rate: float) -> int:
        """Return how many instances the autoscaler wants for a rate, within the limits."""
        by_cpu = rate * self.cpu / SCALING_TARGET
        wanted = max(self.fewest, math.ceil(by_cpu), math.ceil(rate / self.capacity()), 1)
        while wanted < self.most:
            waiting = rate / wanted * self.held(rate / wanted)
            if waiting <= SCALING_TARGET * self.concurrency:
                break
            wanted += 1
        return min(wanted, self.most)


# What the runbook sets before a spike ("Raise the limits").
RAISED = Sign(fewest=5, most=40)


def allowed(second: float) -> float:
    """Return the operations a second that the recommended ramp reaches after so many seconds."""
    return RAMP_START * math.pow(RAMP_FACTOR, max(second, 0) // RAMP_SECONDS)


@dataclass(frozen=True)
class Level:
    """A steady load."""

    rate: float
    instances: int
    group: float
    wait: float
    commits: float
    lane: float
    ramp_minutes: float
    dollars_per_million: float


def level(rate: float, sign: Sign) -> Level:
    """Work out one steady load, in claims a second, all of new signers."""
    instances = sign.instances(rate)
    each = min(rate / instances, sign.capacity())
    group = sign.group(each)
    commits = each * instances / group
    steps = max(0, math.ceil(math.log(rate / RAMP_START, RAMP_FACTOR)))
    # An instance is paid for while at least one request is under way.
    busy = instances * (1 - math.exp(-each * sign.held(each)))
    machines = busy * instance_second() / rate
    return Level(
        rate=rate,
        instances=instances,
        group=group,
        wait=sign.held(each),
        commits=commits,
        lane=commits / SIGNING_LANES,
        ramp_minutes=steps * RAMP_SECONDS / 60,
        # A claim, its signer, its part of a lane; a look.
        dollars_per_million=1e6 * (WRITE * (2 + 1 / group) + READ + machines + REQUEST),
    )


@dataclass(frozen=True)
class Spike:
    """What a growing crowd meets."""

    instances: int
    refused: float  # share of signers whose first try was answered with 503
    waiting: float  # most people at one time who were not recorded yet
    calm_minutes: float  # after the start, until nobody waits any more


def spike(rise: float, peak: float, sign: Sign, *, cold: bool, hours: float = 2) -> Spike:
    """
    Let a crowd grow in a straight line from nobody to its peak, second by second.

    Whoever is not recorded in time is refused and tries again a little later, for as long as it
    takes; nobody gives up.

    Args:
        rise: Seconds from nobody to the peak.
        peak: Signatures a second.
        cold: Whether the database takes no more than the recommended ramp, counted from the
            moment when the crowd first asks for more than its start.
        hours: How long the crowd stays.
    """
    running, starting = float(sign.fewest), [float(sign.fewest)] * math.ceil(sign.cold_start)
    queue = refused = offered = longest = calm = 0.0
    ramp_began = math.inf
    for second in range(int(hours * 3600)):
        arriving = peak * min(1.0, second / rise)
        offered += arriving
        demand = arriving + queue
        starting.append(sign.instances(demand))
        # Instances come after a cold start, and none leaves while the crowd is there.
        running = max(running, starting.pop(0))
        if arriving > RAMP_START:
            ramp_began = min(ramp_began, second)
        possible = running * sign.capacity()
        if cold:
            possible = min(possible, allowed(second - ramp_began))
        queue = demand - min(demand, possible)
        if queue:
            refused += arriving * max(0.0, 1 - sign.patience * possible / queue)
            longest, calm = max(longest, queue), second / 60
    return Spike(int(running), refused / offered, longest, calm)


def count_instances(rate: float) -> int:
    """Return how many instances of count the autoscaler wants for so many requests a second."""
    return max(1, math.ceil(rate * COUNT_CPU / SCALING_TARGET))


@dataclass(frozen=True)
class Readers:
    """What people cost who watch the number."""

    requests: float
    hit_rate: float
    origin: float
    dollars_per_hour: float


def readers(people: int, *, every: float = 10, places: int = 0, fresh: float = 5) -> Readers:
    """
    Work out the load of people who have the page open.

    Args:
        every: Seconds between two looks of one page.
        places: Caches of the edge, each of which asks once while its copy is fresh; 0 without one.
        fresh: Seconds for which the edge keeps the count (s-maxage).
    """
    requests = people / every
    origin = min(requests, places / fresh) if places else requests
    per_second = origin * REQUEST + count_instances(origin) * instance_second()
    if places:  # About 1 KiB an answer.
        per_second += requests * (CACHE_LOOKUP + CACHE_GIB / 2**20)
    return Readers(requests, 1 - origin / requests, origin, 3600 * per_second)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay out a table in Markdown, all columns to the right."""
    lines = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * (width - 1) + ":" for width in widths])
    padded = [[cell.rjust(w) for cell, w in zip(line, widths, strict=True)] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in padded)


def levels() -> str:
    """Return the table of steady loads."""
    head = ("claims/s", "instances", "group", "answer ms", "commits/s", "/s and lane")
    wide = Sign(most=RAISED.most)
    steady = [level(rate, wide) for rate in (1, 10, 100, 500, 1000, 2000, 5000, 10_000, 20_000)]
    return table(
        (*head, "ramp min", "USD per million"),
        (
            (
                f"{x.rate:,}",
                str(x.instances),
                f"{x.group:.1f}",
                f"{1000 * x.wait:.0f}",
                f"{x.commits:.0f}",
                f"{x.lane:.2f}",
                f"{x.ramp_minutes:.0f}",
                f"{x.dollars_per_million:.2f}",
            )
            for x in steady
        ),
    )


def spikes() -> str:
    """Return the table of growing crowds."""
    head = ("minutes to 5,000/s", "database", "instances", "refused at first %")
    rows = []
    for minutes in (1, 10, 30, 60):
        for cold in (False, True):
            met = spike(60 * minutes, 5000, RAISED, cold=cold)
            state, refused = "cold" if cold else "warm", f"{100 * met.refused:.0f}"
            told = (f"{met.waiting:,.0f}", f"{met.calm_minutes:.0f}")
            rows.append((str(minutes), state, str(met.instances), refused, *told))
    return table((*head, "most waiting", "calm after min"), rows)


def crowds() -> str:
    """Return the table of readers, without and with the edge."""
    head = ("readers", "edge", "requests/s", "from cache %", "requests/s at count")
    rows = []
    for people in (1000, 10_000, 100_000):
        for places in (0, CACHES):
            load = readers(people, places=places)
            asked = (f"{load.requests:,.0f}", f"{100 * load.hit_rate:.1f}", f"{load.origin:,.0f}")
            edge = "yes" if places else "no"
            rows.append((f"{people:,}", edge, *asked, f"{load.dollars_per_hour:.2f}"))
    return table((*head, "USD per hour"), rows)


if __name__ == "__main__":
    sys.stdout.write("\n\n".join((levels(), spikes(), crowds())) + "\n")
