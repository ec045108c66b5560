"""From measurements to medians, ratios and aims."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from statistics import median
from typing import Self

from dev.bench.load import Answers
from dev.bench.scaling import table
from dev.bench.variants import VARIANTS
from dev.bench.wire import Billed


@dataclass(frozen=True)
class Run:
    """
    One run of a variant.

    Args:
        rate: Answers per second.
        cpu: Microseconds of the service's CPU per answer; database: of the database's.
        p50: Seconds, the median; p99 alike.
        others: The share of the machine that other programs took meanwhile.
    """

    rate: float
    cpu: float
    database: float
    p50: float
    p99: float
    others: float


@dataclass(frozen=True)
class PerSignature:
    """
    What Firestore bills for each answer of sign, in documents.

    Args:
        rate: Answers a second, while it was counted.
    """

    rate: float
    reads: float
    writes: float
    deletes: float

    @classmethod
    def of(cls, billed: Billed, answers: Answers) -> Self:
        """Divide what has passed by what was answered."""
        each = max(1, answers.answers)
        return cls(answers.rate, billed.reads / each, billed.writes / each, billed.deletes / each)

    def __str__(self) -> str:
        return f"{self.reads:.2f} reads, {self.writes:.2f} writes, {self.deletes:.2f} deletes"


rate_of: Callable[[Run], float] = attrgetter("rate")
cpu_of: Callable[[Run], float] = attrgetter("cpu")

Runs = Mapping[str, Sequence[Run]]  # of each variant, one a round


def ratio(runs: Runs, variant: str, base: str, value: Callable[[Run], float]) -> float | None:
    """Return the median of the rounds' ratios: two runs of one round had the same neighbours."""
    pairs = list(zip(runs.get(variant, []), runs.get(base, []), strict=False))
    return median(value(mine) / value(other) for mine, other in pairs) if pairs else None


def load_table(runs: Runs, *, alone: bool = False) -> str:
    """
    Draw what was measured under load.

    Args:
        alone: Beside the stand-in for Firestore, or beside databases that store.
    """
    names = [name for name in VARIANTS if VARIANTS[name].alone == alone and runs.get(name)]
    head = ("", "a second", "CPU µs", "database", "p50 ms", "rate:bare", "CPU:bare", "others %")
    return table(head, (row_of_load(name, runs) for name in names)) if names else ""


def row_of_load(name: str, runs: Runs) -> Sequence[str]:
    """Return the medians of a variant's runs, and its ratios to what it is compared with."""
    variant = VARIANTS[name]

    def middle(value: str) -> float:
        return float(median(getattr(run, value) for run in runs[name]))

    return (
        variant.label,
        *(f"{middle(value):,.0f}" for value in ("rate", "cpu", "database")),
        f"{1000 * middle('p50'):.1f}",
        *(_number(ratio(runs, name, variant.base, which)) for which in (rate_of, cpu_of)),
        f"{100 * middle('others'):.0f}",
    )


def billed_table(billed: Mapping[str, PerSignature]) -> str:
    """Draw what Firestore would bill."""
    rows = [
        (
            VARIANTS[name].label,
            f"{each.rate:,.0f}",
            *map("{:.2f}".format, (each.reads, each.writes, each.deletes)),
        )
        for name, each in billed.items()
    ]
    return table(("", "a second", "reads", "writes", "deletes"), rows) if rows else ""


def start_table(starts: Mapping[str, Sequence[float]]) -> str:
    """Draw how long it took from the start of each process to its first answer."""
    rows = [
        (name, f"{median(seconds):.2f}", _number(start_ratio(starts, name)))
        for name, seconds in starts.items()
    ]
    return table(("", "seconds", "ratio to bare"), rows) if rows else ""


def start_ratio(starts: Mapping[str, Sequence[float]], name: str) -> float | None:
    """Return the median of the ratios to the bare function's start of the same round."""
    pairs = list(zip(starts.get(name, []), starts.get("bare", []), strict=False))
    return median(mine / bare for mine, bare in pairs) if pairs else None


def aims_table(
    runs: Runs,
    billed: Mapping[str, PerSignature],
    starts: Mapping[str, Sequence[float]],
    memory: float | None,
) -> str:
    """
    Draw what was aimed at, and what was reached.

    Args:
        memory: After many signatures, as a ratio to that after few; None if not measured.
    """
    rows = []
    for label, sign, aim, measured in _aims(runs, billed, starts, memory):
        if measured is not None:
            reached = measured >= aim if sign == "≥" else measured <= aim
            rows.append((label, f"{sign} {aim}", _number(measured), "" if reached else "missed"))
    return table(("", "aim", "measured", ""), rows) if rows else ""


def _aims(
    runs: Runs,
    billed: Mapping[str, PerSignature],
    starts: Mapping[str, Sequence[float]],
    memory: float | None,
) -> Iterator[tuple[str, str, float, float | None]]:
    def rate(variant: str, base: str) -> float | None:
        return ratio(runs, variant, base, rate_of)

    def cpu(variant: str, base: str) -> float | None:
        return ratio(runs, variant, base, cpu_of)

    again = [name for name, variant in VARIANTS.items() if variant.repeats]
    yield from (
        ("CPU of sign : bare", "≤", 2.5, cpu("sign", "bare")),
        ("CPU of sign : FastAPI, insert", "≤", 0.7, cpu("sign", "insert")),
        ("CPU of sign : FastAPI, insert and counter", "≤", 0.5, cpu("sign", "exact")),
        ("CPU of sign : distributed counter", "≤", 0.2, cpu("sign", "counter")),
        *(
            (f"rate of {VARIANTS[name].label} : sign", "≥", 0.8, rate(name, "sign"))
            for name in again
        ),
        ("rate of count : bare", "≥", 0.95, rate("count", "get")),
        ("reads of sign", "≤", 1.1, billed["sign"].reads if "sign" in billed else None),
        ("writes of sign", "≤", 2.1, billed["sign"].writes if "sign" in billed else None),
        *(
            (f"start of {name} : bare", "≤", 2.0, start_ratio(starts, name))
            for name in starts
            if name != "bare"
        ),
        ("memory of sign, after 100,000 : after 1,000", "≤", 1.2, memory),
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
