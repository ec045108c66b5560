"""Measure the functions on this machine: `make bench`, or `python -m dev.bench --help`."""

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from dev.bench.ledger import count_ledger, forget
from dev.bench.load import BOX, CONNECTIONS, Answers, Load, generator, put_load
from dev.bench.servers import Server, Servers, ask, cpu_seconds, machine_seconds
from dev.bench.tables import VARIANTS, Run, aims_table, load_table, start_table
from dev.emulator import Emulator, running_emulator

PATH = "/savemyfriend"
MOST_SIGNERS = 100_000  # of one run: the emulator keeps everything in memory
WARM_SECONDS = 25  # until Java has compiled what the emulator does
FEW, MANY = 1_000, 100_000  # signatures before memory is read
QUIET_SHARE = 0.1  # of the machine: what others may take before and during a run
ATTEMPTS = 3  # at a quiet run; the last one is taken as it is

# The variant's function, share of repeats.
FUNCTION = {
    "a": "bare",
    "b": "sign",
    "b5": "sign",
    "b50": "sign",
    "c": "counter",
    "get": "bare",
    "count": "count",
}
REPEATS = {"b5": 0.05, "b50": 0.5}

TAG = "A" * 43
FIRST = {  # the first question to each function
    "bare": ("POST", PATH, {"address_tag": TAG, "sealed": BOX, "receipt_hash": TAG}),
    "sign": (
        "POST",
        PATH,
        {
            "address_tag": TAG,
            "sealed": BOX,
            "receipt_hash": TAG,
            "country": "KR",
            "language": "ko",
        },
    ),
    "count": ("GET", PATH, None),
    "share-link": ("POST", PATH, {"language": "ko"}),
    "withdraw": ("POST", PATH, {"receipt": "0" * 26, "keep_count": True}),
}
console = Console()


def main() -> None:
    """Measure everything that the options ask for, and print the tables."""
    options = read_options()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        log = Path(folder, "emulator.log")
        with running_emulator(log) as emulator, Progress(console=console) as progress:
            os.environ["FIRESTORE_EMULATOR_HOST"] = emulator.host
            bench = Bench(Servers(emulator.host, Path(folder)), emulator, options, progress)
            bench.measure_loads()
            bench.measure_starts()
            memory = bench.measure_memory() if options.memory else None
    machine = f"Python {sys.version.split()[0]}, {os.cpu_count()} cores"
    console.print(f"{machine}, {CONNECTIONS} connections, load by {generator()}.")
    console.print(load_table(bench.runs), start_table(bench.starts))
    console.print(aims_table(bench.runs, bench.starts, memory))
    if not bench.exact:
        sys.exit("A tally did not equal its documents.")


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m dev.bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="of each run (5)")
    parser.add_argument("--rounds", type=int, default=3, help="of all variants (3)")
    parser.add_argument("--only", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    parser.add_argument("--starts", type=int, default=7, help="of each function (7)")
    parser.add_argument("--memory", action="store_true", help="measure memory, which takes long")
    parser.add_argument("--wait", type=float, default=30, help="seconds for a quiet moment (30)")
    return parser.parse_args()


class Bench:
    """One session on one machine: what was measured, in the order in which it was."""

    def __init__(
        self, servers: Servers, emulator: Emulator, options: argparse.Namespace, progress: Progress
    ) -> None:
        self._servers = servers
        self._emulator = emulator
        self._options = options
        self._progress = progress
        self.runs: dict[str, list[Run]] = defaultdict(list)
        self.starts: dict[str, list[float]] = defaultdict(list)
        self.exact = True

    def measure_loads(self) -> None:
        """Run all variants in rounds, every second round backwards."""
        variants, rounds = self._options.only, self._options.rounds
        task = self._progress.add_task("Warming the emulator", total=rounds * len(variants))
        with self._servers.running("sign") as server:
            server.wait()
            put_load(server.url, Load(PATH, WARM_SECONDS, MOST_SIGNERS))
        forget(self._emulator.host, server.project)
        for number in range(rounds):
            for variant in variants[:: -1 if number % 2 else 1]:
                self._progress.update(task, description=VARIANTS[variant])
                self.runs[variant].append(self._measure_load(variant))
                self._progress.advance(task)

    def _measure_load(self, variant: str) -> Run:
        reads = variant in ("get", "count")
        load = Load(
            PATH, self._options.seconds, 0 if reads else MOST_SIGNERS, REPEATS.get(variant, 0.0)
        )
        with self._servers.running(FUNCTION[variant]) as server:
            server.wait()
            loads = [put_load(server.url, replace(load, seconds=1))]
            for _ in range(ATTEMPTS):
                wait_for_quiet(self._options.wait)
                answers, run = self._observe(server, load)
                loads.append(answers)
                if run.others <= QUIET_SHARE:
                    break
        told = f"{variant}: {run.rate:,.0f}/s, {run.cpu:,.0f} µs"
        told += f", others took {run.others:.0%}" if run.others > QUIET_SHARE else ""
        if FUNCTION[variant] in ("sign", "counter"):
            told += self._compare_ledger(server, loads)
        self._progress.console.print(told, highlight=False)
        return run

    def _observe(self, server: Server, load: Load) -> tuple[Answers, Run]:
        def clocks() -> tuple[float, float, float, float, float]:
            children = resource.getrusage(resource.RUSAGE_CHILDREN)
            emulator = cpu_seconds(self._emulator.process) if self._emulator.process else 0.0
            mine = resource.getrusage(resource.RUSAGE_SELF)
            own = children.ru_utime + children.ru_stime + mine.ru_utime + mine.ru_stime
            return cpu_seconds(server.process), emulator, own, *machine_seconds()

        before = clocks()
        answers = put_load(server.url, load)
        cpu, emulator, own, busy, total = (
            now - then for now, then in zip(clocks(), before, strict=True)
        )
        microseconds = 1e6 / max(1, answers.answers)
        others = (busy - cpu - emulator - own) / total
        run = Run(
            answers.rate,
            cpu * microseconds,
            emulator * microseconds,
            answers.p50,
            answers.p99,
            others,
        )
        return answers, run

    def _compare_ledger(self, server: Server, loads: Sequence[Answers]) -> str:
        tally, documents = count_ledger(server.project)
        forget(self._emulator.host, server.project)
        failed = sum(answers.failed for answers in loads)
        signers = sum(answers.signers for answers in loads)
        # Those on their way when the generator stops may or may not have been read.
        fewest = 0 if failed else signers - len(loads) * (CONNECTIONS + 1)
        exact = tally == documents and fewest <= documents <= signers
        self.exact = self.exact and exact
        told = f", tally {tally:,} {'=' if tally == documents else '≠'} documents {documents:,}"
        told += f", signers {signers:,}" + (f", {failed:,} failed" if failed else "")
        return told + ("" if exact else ": NOT EXACT")

    def measure_starts(self) -> None:
        """Start every function in turn, again and again."""
        task = self._progress.add_task("Starting", total=self._options.starts)
        for _ in range(self._options.starts):
            wait_for_quiet(self._options.wait)
            for name, (method, path, body) in FIRST.items():
                before = time.monotonic()
                with self._servers.running(name) as server:
                    after = ask(server, method, path, json.dumps(body) if body else None)
                self.starts[name].append(after - before)
            self._progress.advance(task)

    def measure_memory(self) -> float:
        """Return the memory of a sign process after many signatures, over that after few."""
        task = self._progress.add_task("Memory", total=MANY)
        kib: list[int] = []
        with self._servers.running("sign") as server:
            server.wait()
            signed = 0
            for most in (FEW, MANY):
                while signed < most:
                    share = min(most - signed, 10_000)
                    signed += put_load(server.url, Load(PATH, 5, share)).answers
                    self._progress.update(task, completed=signed)
                kib.append(server.worker_kib())
        few, many = kib
        self._progress.console.print(f"memory: {few:,} KiB, then {many:,} KiB", highlight=False)
        return many / few


def wait_for_quiet(seconds: float) -> None:
    """Wait until others leave the machine mostly alone, or the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        busy, total = machine_seconds()
        time.sleep(0.5)
        busy_now, total_now = machine_seconds()
        if busy_now - busy <= QUIET_SHARE * (total_now - total):
            return


if __name__ == "__main__":
    main()
