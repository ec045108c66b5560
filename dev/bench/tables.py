"""From measurements to medians, ratios and aims."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from rich.console import RenderableType
from rich.table import Table

# What is measured under load, in the order of the table.
VARIANTS = {
    "a": "(a) bare, POST",
    "b": "(b) sign",
    "b5": "(b5) 5 % repeats",
    "b50": "(b50) 50 % repeats",
    "c": "(c) usual counter",
    "get": "(get) bare, GET",
    "count": "(count) count",
}
BASE = {"count": "get"}  # what a variant is compared with, if not with a


@dataclass(frozen=True)
class Run:
    """
    One run of a variant.

    Args:
        rate: Answers per second.
        cpu: Microseconds of the function's CPU per answer; emulator: of the emulator's.
        others: The share of the machine that other programs took meanwhile.
        p50: Seconds, the median; p99 alike.
    """

    rate: float
    cpu: float
    emulator: float
    p50: float
    p99: float
    others: float


Runs = Mapping[str, Sequence[Run]]  # of each variant, one a round


def ratio(runs: Runs, variant: str, base: str, value: Callable[[Run], float]) -> float | None:
    """Return the median of the rounds' ratios: two runs of one round had the same neighbours."""
    pairs = list(zip(runs.get(variant, []), runs.get(base, []), strict=False))
    return median(value(mine) / value(other) for mine, other in pairs) if pairs else None


def load_table(runs: Runs) -> RenderableType:
    """Draw what was measured under load."""
    table = Table(title="Under load, medians of all rounds")
    table.add_column("", no_wrap=True)
    for heading in ("a second", "CPU µs", "emulator", "p50 ms", "rate:bare", "CPU:bare"):
        table.add_column(heading, justify="right")
    for variant, label in VARIANTS.items():
        if not runs.get(variant):
            continue
        base = BASE.get(variant, "a")
        table.add_row(
            label,
            f"{median(run.rate for run in runs[variant]):,.0f}",
            f"{median(run.cpu for run in runs[variant]):,.0f}",
            f"{median(run.emulator for run in runs[variant]):,.0f}",
            f"{median(run.p50 for run in runs[variant]) * 1000:.1f}",
            _number(ratio(runs, variant, base, lambda run: run.rate)),
            _number(ratio(runs, variant, base, lambda run: run.cpu)),
        )
    return table


def start_table(starts: Mapping[str, Sequence[float]]) -> RenderableType:
    """Draw how long it took from the start of each process to its first answer."""
    table = Table(title="From the start of the process to the first answer, medians")
    table.add_column("")
    table.add_column("seconds", justify="right")
    table.add_column("ratio to bare", justify="right")
    for name, seconds in starts.items():
        table.add_row(name, f"{median(seconds):.2f}", _number(start_ratio(starts, name)))
    return table


def start_ratio(starts: Mapping[str, Sequence[float]], name: str) -> float | None:
    """Return the median of the ratios to the bare function's start of the same round."""
    pairs = list(zip(starts.get(name, []), starts.get("bare", []), strict=False))
    return median(mine / bare for mine, bare in pairs) if pairs else None


def aims_table(
    runs: Runs, starts: Mapping[str, Sequence[float]], memory: float | None
) -> RenderableType:
    """
    Draw what was aimed at, and what was reached.

    Args:
        memory: After many signatures, as a ratio to that after few; None if not measured.
    """

    def rate(variant: str, base: str) -> float | None:
        return ratio(runs, variant, base, lambda run: run.rate)

    table = Table(title="Aims")
    for heading in ("", "aim", "measured", ""):
        table.add_column(heading, justify="left" if heading == "" else "right")
    for label, sign, aim, measured in (
        ("rate of sign : bare", "≥", 0.3, rate("b", "a")),
        ("CPU of sign : bare", "≤", 3.3, ratio(runs, "b", "a", lambda run: run.cpu)),
        ("rate of sign : distributed counter", "≥", 10, rate("b", "c")),
        ("rate of sign with 5 % repeats : without", "≥", 0.8, rate("b5", "b")),
        ("rate of sign with 50 % repeats : without", "≥", 0.8, rate("b50", "b")),
        ("rate of count : bare", "≥", 0.85, rate("count", "get")),
        ("start of sign : bare", "≤", 2.2, start_ratio(starts, "sign")),
        ("start of count : bare", "≤", 2.0, start_ratio(starts, "count")),
        ("start of share-link : bare", "≤", 2.0, start_ratio(starts, "share-link")),
        ("start of withdraw : bare", "≤", 2.0, start_ratio(starts, "withdraw")),
        ("memory of sign, after 100,000 : after 1,000", "≤", 1.2, memory),
    ):
        if measured is not None:
            reached = measured >= aim if sign == "≥" else measured <= aim
            table.add_row(label, f"{sign} {aim}", _number(measured), "" if reached else "missed")
    return table


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
