"""What a journal says, as tables in Markdown and plots."""

import os
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from dev.bench.scaling import table
from dev.soak.journal import Journal, Line
from dev.soak.latencies import Latencies
from dev.soak.plot import Panel, draw
from dev.soak.scenarios import SCENARIOS
from dev.soak.verdict import verdicts

FEW = 6  # intervals that make no plot
BUSY = 0.25  # ours: of the machine, what others may take before figures are marked


def write_report(journal: Journal, folder: Path) -> Path:
    """Write report.md, and a plot for each scenario that was played long enough."""
    names = [name for name in SCENARIOS if journal.lines("end", name)]
    machine = f"Python {sys.version.split()[0]}, {os.cpu_count()} cores."
    parts = [f"# Soak\n\n{machine}{say_busy(journal)}", people(journal, names)]
    parts += [verdicts(journal, names), programs(journal, names), more(journal, names)]
    parts.append(not_played(journal, names))
    for name in names:
        lines = journal.lines("interval", name)
        if len(lines) >= FEW:
            (folder / f"{name}.svg").write_text(plot(name, lines), encoding="utf-8")
            parts.append(f"![{SCENARIOS[name].says}]({name}.svg)")
    path = folder / "report.md"
    path.write_text("\n\n".join(part for part in parts if part) + "\n", encoding="utf-8")
    return path


def people(journal: Journal, names: Iterable[str]) -> str:
    """Return the table of what people met."""
    head = ("scenario", "s", "signed", "p50 s", "p99 s", "p99.9 s", "worst s", "503", "broken")
    return table((*head, "reads", "p99 ms", "audit"), (row_of_people(journal, n) for n in names))


def row_of_people(journal: Journal, name: str) -> Sequence[str]:
    """Put together what people met in all runs of a scenario."""
    ends = journal.lines("end", name)
    waits, reads = (
        Latencies.sum(Latencies.unpack(end[who]["waits"]) for end in ends)
        for who in ("signing", "reading")
    )
    statuses = Counter[str]()
    for end in ends:
        statuses.update(end["signing"]["statuses"])
    told = (f"{waits.quantile(share):.2f}" for share in (0.5, 0.99, 0.999, 1.0))
    faults = sum(len(end["audit"]["faults"]) for end in ends)
    return (
        name,
        f"{journal.seconds(name):.0f}",
        f"{len(waits):,}",
        *told,
        f"{statuses['503']:,}",
        f"{statuses['0']:,}",
        f"{len(reads):,}",
        f"{1000 * reads.quantile(0.99):.0f}",
        "exact" if not faults else f"{faults} FAULTS",
    )


def programs(journal: Journal, names: Iterable[str]) -> str:
    """Return the table of how programs were at the start and at the end of the last run."""
    head = ("scenario", "program", "MiB before", "after", "files before", "after", "CPU s")
    return table(
        head,
        (row for name in names for row in rows_of_programs(name, journal.lines("end", name)[-1])),
    )


def rows_of_programs(name: str, end: Line) -> Iterable[Sequence[str]]:
    """Compare the programs that lived through a run."""
    before, after = end["before"], end["after"]
    for program in before["memory_kib"]:
        taken = after["cpu"][program] - before["cpu"][program]
        if taken < 0:  # It was started anew meanwhile.
            continue
        memory = (f"{moment['memory_kib'][program] / 1024:.0f}" for moment in (before, after))
        files = (str(moment["files"][program]) for moment in (before, after))
        yield (name, program, *memory, *files, f"{taken:.1f}")


def more(journal: Journal, names: Iterable[str]) -> str:
    """Return the table of what only some scenarios tell, of their last runs, and what is billed."""
    rows = []
    for name in names:
        end = journal.lines("end", name)[-1]
        told = {**end["more"], **(end["refused"] or {}), **billed(end)}
        rows += [(name, key.replace("_", " "), f"{value:,}") for key, value in told.items()]
    return table(("scenario", "what", "number"), rows) if rows else ""


def not_played(journal: Journal, names: Iterable[str]) -> str:
    """List what this machine lacks something for."""
    missing = {line["scenario"]: line["why"] for line in journal.lines("missing")}
    why = [f"- `{name}`: {reason}." for name, reason in missing.items() if name not in names]
    return "\n".join(("Not played:\n", *why)) if why else ""


def billed(end: Line) -> dict[str, float]:
    """Return what Firestore would bill for each claim, where a wire has counted it."""
    if not end["billed"]:
        return {}
    claims = max(1, end["audit"]["claims"])
    return {f"{kind} a claim": round(n / claims, 2) for kind, n in end["billed"].items()}


def say_busy(journal: Journal) -> str:
    """Say whether others used the machine meanwhile."""
    lines = journal.lines("interval")
    cores = os.cpu_count() or 1
    others = [line["machine"] - sum(line["cores"].values()) / cores for line in lines]
    share = sum(others) / len(others) if others else 0.0
    if share <= BUSY:
        return ""
    return f" Measured on a busy machine: the load and other programs took {share:.0%} of it."


def plot(name: str, lines: Sequence[Line]) -> str:
    """Draw rates, waits and memory over the time of all runs, one after the other."""
    at, seconds = 0.0, []
    for line in lines:
        at += line["seconds"]
        seconds.append(at)

    def take(who: str, what: str, factor: float = 1.0) -> list[float]:
        return [factor * line[who][what] for line in lines]

    panels = [
        Panel("answers a second", {"claims": take("signing", "rate")}),
        Panel("reads a second", {"of the count": take("reading", "rate")}),
        Panel("a claim, s", {q: take("signing", q) for q in ("p50", "p99", "p999")}),
        Panel("a read, ms", {q: take("reading", q, 1000) for q in ("p50", "p99")}),
        Panel("memory, MiB", {p: memory(lines, p) for p in ("sign-0", "count-0", "emulator")}),
    ]
    return draw(SCENARIOS[name].says, seconds, panels)


def memory(lines: Sequence[Line], program: str) -> list[float]:
    """Return a program's memory at each interval, in MiB."""
    return [number_of(line, program) / 1024 for line in lines]


def number_of(line: Line, program: str) -> Any:
    """Return a program's memory in KiB, or 0 while it did not run."""
    return line["memory_kib"].get(program, 0)
