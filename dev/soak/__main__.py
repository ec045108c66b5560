"""Play scenarios, and report what was seen: `make soak`, or `make soak ARGS=--help`."""

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

from dev import ROOT, CannotRun
from dev.soak import Missing
from dev.soak.journal import Journal
from dev.soak.play import Options
from dev.soak.report import write_report
from dev.soak.scenarios import SCENARIOS

FOLDER = ROOT / ".soak"
DOCS = ROOT / "docs" / "soak"


def main() -> None:
    """Play what is left of the time, and write the report; fail if anything was not exact."""
    options = read_options()
    os.environ.pop("FIRESTORE_EMULATOR_HOST", None)  # One of its own, to be stopped and killed.
    options.folder.mkdir(parents=True, exist_ok=True)
    journal = Journal(options.folder / "journal.jsonl")
    asyncio.run(play(options, journal))
    report = write_report(journal, options.folder)
    if options.docs:
        report = write_report(journal, DOCS)
    faults = [
        f"{line['scenario']}: {fault}"
        for line in journal.lines("end")
        for fault in line["audit"]["faults"]
    ]
    sys.stdout.write(f"{report} says what was seen.\n")
    if faults:
        sys.exit("\n".join(("Not exact:", *faults)))


async def play(options: argparse.Namespace, journal: Journal) -> None:
    """Play each scenario for its share of the time, less what the journal has of it already."""
    interrupted = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, interrupted.set)
    whole = sum(SCENARIOS[name].share for name in options.only)
    for name in options.only:
        seconds = 60 * options.minutes * SCENARIOS[name].share / whole
        left = seconds - journal.seconds(name)
        played = SCENARIOS[name].once and journal.lines("end", name)
        if played or left < seconds / 10 or interrupted.is_set():
            continue
        sys.stdout.write(f"{name}: {SCENARIOS[name].says}, {left:.0f} s\n")
        how = Options(
            options.folder,
            left,
            signs=options.signs,
            reads=SCENARIOS[name].reads if options.reads is None else options.reads,
            reading_processes=options.readers,
            pace=options.pace,
            interrupted=interrupted,
        )
        try:
            await SCENARIOS[name].play(name, how, journal)
        except Missing as missing:
            journal.add("missing", name, why=str(missing))
            sys.stdout.write(f"{name} is not played: {missing}.\n")


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m dev.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="of all scenarios together (60)")
    parser.add_argument("--only", nargs="*", choices=SCENARIOS, default=list(SCENARIOS))
    parser.add_argument("--signs", type=float, default=100, help="claims a second (100)")
    parser.add_argument(
        "--reads", type=float, help="of the count, a second (10,000 in record, 1,000 elsewhere)"
    )
    parser.add_argument("--readers", type=int, default=1, help="processes that read (1)")
    parser.add_argument("--pace", type=float, default=1.0, help="of faults; less is faster (1)")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="for journal, report and logs")
    parser.add_argument("--docs", action="store_true", help="write the report to docs/soak too")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except CannotRun as problem:
        sys.exit(str(problem))
