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
from dev.soak.play import QUANTILES
from dev.soak.plot import Panel, draw
from dev.soak.scenarios import SCENARIOS
from dev.soak.verdict import verdicts

FEW = 6  # intervals that make no plot
LABELS = {"p50": "p50", "p99": "p99", "p999": "p99.9"}  # of the quantiles that are plotted
WRITTEN = "Written by `make soak`; docs/performance.md says how it is read, and what limits it."
TAKERS = ("sign", "count", "emulator", "signers", "readers")  # the wire is signers' own
BUSY = 0.1  # ours: of the machine, what others may take before figures are marked


def write_report(journal: Journal, folder: Path) -> Path:
    """Write report.md, and a plot for each scenario that was played long enough."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [name for name in SCENARIOS if journal.lines("end", name)]
    machine = f"Python {sys.version.split()[0]}, {os.cpu_count()} cores."
    parts = [f"# Soak\n\n{WRITTEN}\n{say_how(journal)} {machine}{say_busy(journal)}"]
    parts += [f"## {title}\n\n{told}" for title, told in tables(journal, names) if told]
    for name in names:
        lines = journal.lines("interval", name)
        if len(lines) >= FEW:
            (folder / f"{name}.svg").write_text(plot(name, lines), encoding="utf-8")
            parts.append(f"![{SCENARIOS[name].says}]({name}.svg)")
    path = folder / "report.md"
    path.write_text("\n\n".join(part for part in parts if part) + "\n", encoding="utf-8")
    return path


def tables(journal: Journal, names: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Return the titles and tables of some scenarios; a table may be empty."""
    yield "Who signed, from arrival to 201", people(journal, names)
    yield "Who read the count, from arrival to 200", readers(journal, names)
    yield "Whether others were served beside an attack", verdicts(journal, names)
    yield "Programs, at the start and the end of the last run", programs(journal, names)
    yield "What took the machine, % of all its cores", machine(journal, names)
    yield "What only some scenarios tell", more(journal, names)
    yield "What this machine lacks something for", not_played(journal, names)


def people(journal: Journal, names: Iterable[str]) -> str:
    """Return the table of what signers met."""
    head = ("scenario", "s", "signed", "p50 s", "p99 s", "p99.9 s", "worst s", "503", "broken")
    return table((*head, "audit"), (row_of_signers(journal, name) for name in names))


def row_of_signers(journal: Journal, name: str) -> Sequence[str]:
    """Put together what signers met in all runs of a scenario."""
    ends = journal.lines("end", name)
    waits, statuses = told(ends, "signing")
    faults = sum(len(end["audit"]["faults"]) for end in ends)
    return (
        name,
        f"{journal.seconds(name):.0f}",
        f"{len(waits):,}",
        *(f"{waits.quantile(share):.2f}" for share in QUANTILES.values()),
        f"{statuses['503']:,}",
        f"{statuses['0']:,}",
        "exact" if not faults else f"{faults} FAULTS",
    )


def readers(journal: Journal, names: Iterable[str]) -> str:
    """Return the table of what readers of the count met, where there were any."""
    rows = []
    for name in names:
        waits, statuses = told(journal.lines("end", name), "reading")
        if waits:
            times = (f"{1000 * waits.quantile(share):.1f}" for share in QUANTILES.values())
            rate = f"{len(waits) / journal.seconds(name):,.0f}"
            failed = len(waits) - statuses["200"]
            rows.append((name, f"{len(waits):,}", rate, *times, f"{failed:,}"))
    head = ("scenario", "reads", "a second", "p50 ms", "p99 ms", "p99.9 ms", "worst ms", "failed")
    return table(head, rows) if rows else ""


def told(ends: Iterable[Line], who: str) -> tuple[Latencies, Counter[str]]:
    """Put together what people were told in several runs: `signing` or `reading`."""
    waits, statuses = Latencies(), Counter[str]()
    for end in ends:
        waits.buckets.update(Latencies.unpack(end[who]["waits"]).buckets)
        statuses.update(end[who]["statuses"])
    return waits, statuses


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


def machine(journal: Journal, names: Iterable[str]) -> str:
    """Return the table of what took the machine while people arrived."""
    rows = []
    for name in names:
        lines = journal.lines("interval", name)
        cells = (f"{100 * shares(lines)[who]:.0f}" for who in TAKERS)
        if lines:
            rows.append((name, *cells, f"{100 * busy_with_others(lines):.0f}"))
    return table(("scenario", *TAKERS, "others"), rows) if rows else ""


def shares(lines: Sequence[Line]) -> Counter[str]:
    """Return the share of the machine that programs of each kind took, from 0 to 1."""
    taken = Counter[str]()
    for line in lines:
        for program, cores in line["cores"].items():
            taken[program.rpartition("-")[0] or program] += cores * line["seconds"]
    whole = (os.cpu_count() or 1) * sum(line["seconds"] for line in lines)
    return Counter({program: seconds / whole for program, seconds in taken.items()})


def busy_with_others(lines: Sequence[Line]) -> float:
    """Return the share of the machine that programs took which are no part of the soak."""
    seconds = sum(line["seconds"] for line in lines)
    busy = sum(line["machine"] * line["seconds"] for line in lines) / max(seconds, 1e-9)
    return max(0.0, busy - shares(lines).total()) if lines else 0.0


def more(journal: Journal, names: Iterable[str]) -> str:
    """Return the table of what only some scenarios tell, of their last runs, and what is billed."""
    rows = []
    for name in names:
        end = journal.lines("end", name)[-1]
        told = {**end["more"], **end["harm"], **billed(end)}
        rows += [(name, key.replace("_", " "), f"{value:,}") for key, value in told.items()]
    return table(("scenario", "what", "number"), rows) if rows else ""


def not_played(journal: Journal, names: Iterable[str]) -> str:
    """List what this machine lacks something for."""
    missing = {line["scenario"]: line["why"] for line in journal.lines("missing")}
    why = [f"- `{name}`: {reason}." for name, reason in missing.items() if name not in names]
    return "\n".join(why)


def billed(end: Line) -> dict[str, float]:
    """Return what Firestore would bill for each claim, where a wire has counted it."""
    if not end["billed"]:
        return {}
    claims = max(1, end["audit"]["claims"])
    return {f"{kind} a claim": round(n / claims, 2) for kind, n in end["billed"].items()}


def say_how(journal: Journal) -> str:
    """Say at what rate and pace it was played, or at what different ones."""
    played = (end["played"].values() for end in journal.lines("end") if "played" in end)
    how = dict.fromkeys(map(tuple, played))
    return (
        "; ".join(f"{signs:g} claims a second, faults at pace {pace:g}" for signs, pace in how)
        + "."
    )


def say_busy(journal: Journal) -> str:
    """Say whether others used the machine meanwhile."""
    share = busy_with_others(journal.lines("interval"))
    if share <= BUSY:
        return ""
    return f" Measured on a busy machine: other programs took {share:.0%} of it."


def plot(name: str, lines: Sequence[Line]) -> str:
    """Draw rates, waits and memory over the time of all runs, one after the other."""
    at, seconds = 0.0, []
    for line in lines:
        at += line["seconds"]
        seconds.append(at)

    def take(who: str, what: str, factor: float = 1.0) -> list[float]:
        return [factor * line[who][what] for line in lines]

    reads = {label: take("reading", q, 1000) for q, label in LABELS.items()}
    panels = [
        Panel("signed, a second", {"claims": take("signing", "rate")}),
        Panel("reads of the count, a second", {"reads": take("reading", "rate")}),
        Panel("from arrival to 201, s", {label: take("signing", q) for q, label in LABELS.items()}),
        Panel("from arrival to the count, ms", reads),
        Panel("memory, MiB", {p: memory(lines, p) for p in ("sign-0", "count-0", "emulator")}),
    ]
    return draw(SCENARIOS[name].says, seconds, panels)


def memory(lines: Sequence[Line], program: str) -> list[float]:
    """Return a program's memory at each interval, in MiB."""
    return [number_of(line, program) / 1024 for line in lines]


def number_of(line: Line, program: str) -> Any:
    """Return a program's memory in KiB, or 0 while it did not run."""
    return line["memory_kib"].get(program, 0)
