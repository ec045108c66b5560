"""Measure what the functions cost on this machine: `make bench`, or `make bench ARGS=--help`."""

import argparse
import contextlib
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from dev import CannotRun
from dev.bench.bench import Bench
from dev.bench.generator import generator
from dev.bench.load import CONNECTIONS
from dev.bench.postgres import running_postgres
from dev.bench.record import play_record, record_tables
from dev.bench.services import RELATIONAL, Services
from dev.bench.tables import aims_table, billed_table, load_table, start_table
from dev.bench.variants import VARIANTS
from dev.emulator import running_emulator


def main() -> None:
    """Measure everything that the options ask for, and print the tables."""
    options = read_options()
    os.environ.pop("FIRESTORE_EMULATOR_HOST", None)  # An emulator of our own, to be measured too.
    console = Console(stderr=True)  # What is printed beside is the tables alone.
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # PostgreSQL runs as somebody else.
        console.print(f"Playing {options.record:.0f} s of the record", highlight=False)
        record = play_record(folder / "record", options.record)
        bench = measure(options, folder, console)
        machine = f"Python {sys.version.split()[0]}, {os.cpu_count()} cores"
        sys.stdout.write(f"{machine}, {CONNECTIONS} connections, load by {generator()}.\n")
        for title, told in (*record_tables(record), *bench_tables(bench)):
            sys.stdout.write(f"\n### {title}\n\n{told}\n" if told else "")
        if not bench.exact or any(end["audit"]["faults"] for end in record.lines("end")):
            sys.exit("A tally did not equal its documents.")


def measure(options: argparse.Namespace, folder: Path, console: Console) -> Bench:
    """Play every round, beside an emulator and a PostgreSQL that end with it."""
    with contextlib.ExitStack() as stack:
        emulator = stack.enter_context(running_emulator(folder / "emulator.log"))
        os.environ["FIRESTORE_EMULATOR_HOST"] = emulator.host
        postgres = None
        if any(VARIANTS[name].server in RELATIONAL for name in options.only):
            postgres = stack.enter_context(running_postgres(folder / "postgres"))
        progress = stack.enter_context(Progress(console=console))
        services = Services(emulator, postgres, folder)
        bench = Bench(services, emulator.host, folder, options, progress)
        bench.measure_loads()
        bench.measure_billed()
        bench.measure_starts()
        if options.memory:
            bench.measure_memory()
    return bench


def bench_tables(bench: Bench) -> Iterable[tuple[str, str]]:
    """Return titles and tables in Markdown, as docs/performance.md shows them."""
    yield "Under load, medians of all rounds", load_table(bench.runs)
    alone = "Beside a stand-in that answers at once: for speed only, nothing stored or audited"
    yield alone, load_table(bench.runs, alone=True)
    yield "Billed for each answer, counted on the wire", billed_table(bench.billed)
    yield "From the start of the process to the first answer, medians", start_table(bench.starts)
    yield "Aims", aims_table(bench.runs, bench.billed, bench.starts, bench.memory)


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m dev.bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="of each run (5)")
    parser.add_argument("--rounds", type=int, default=3, help="of all variants (3)")
    parser.add_argument("--only", nargs="*", choices=VARIANTS, default=list(VARIANTS))
    parser.add_argument("--starts", type=int, default=7, help="of each function (7)")
    parser.add_argument("--record", type=float, default=60, help="seconds of the record (60)")
    parser.add_argument("--memory", action="store_true", help="measure memory, which takes long")
    parser.add_argument("--wait", type=float, default=30, help="seconds for a quiet moment (30)")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except CannotRun as problem:
        sys.exit(str(problem))
