"""
Measure the functions on this machine: `make bench`, or `python -m tests.bench --help`.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from dev.emulator import running_emulator
from tests.bench.ledger import count_ledger, forget
from tests.bench.load import BOX, CONNECTIONS, Load, generator, put_load
from tests.bench.servers import Servers, ask
from tests.bench.tables import VARIANTS, Run, aims_table, load_table, start_table

PATH = "/savemyfriend"
MOST_SIGNERS = 100_000  # of one run: the emulator keeps everything in memory
FEW, MANY = 1_000, 100_000  # signatures before memory is read
QUIET_SHARE = 0.2  # of the machine, what others may use when a run begins

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
    """
    Measure everything that the options ask for, and print the tables.
    """
    options = read_options()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        log = Path(folder, "emulator.log")
        with running_emulator(log) as emulator, Progress(console=console) as progress:
            os.environ["FIRESTORE_EMULATOR_HOST"] = emulator.host
            bench = Bench(Servers(emulator.host, Path(folder)), emulator.host, options, progress)
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
    """
    Read the command line.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="of each run (5)")
    parser.add_argument("--rounds", type=int, default=3, help="of all variants (3)")
    parser.add_argument("--only", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    parser.add_argument("--starts", type=int, default=7, help="of each function (7)")
    parser.add_argument("--memory", action="store_true", help="measure memory, which takes long")
    parser.add_argument("--wait", type=float, default=30, help="seconds for a quiet moment (30)")
    return parser.parse_args()


class Bench:
    """
    One session on one machine: what was measured, in the order in which it was.
    """

    def __init__(
        self, servers: Servers, emulator: str, options: argparse.Namespace, progress: Progress
    ) -> None:
        self._servers = servers
        self._emulator = emulator
        self._options = options
        self._progress = progress
        self.runs: dict[str, list[Run]] = defaultdict(list)
        self.starts: dict[str, list[float]] = defaultdict(list)
        self.exact = True

    def measure_loads(self) -> None:
        """
        Run all variants in rounds, every second round backwards.
        """
        variants, rounds = self._options.only, self._options.rounds
        task = self._progress.add_task("Warming the emulator", total=rounds * len(variants))
        with self._servers.running("sign") as server:
            server.wait()
            put_load(server.url, Load(PATH, 5, MOST_SIGNERS))
        forget(self._emulator, server.project)
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
            warming = put_load(server.url, Load(PATH, 1, load.signers, load.repeats))
            wait_for_quiet(self._options.wait)
            before = server.cpu_seconds()
            answers = put_load(server.url, load)
            cpu = server.cpu_seconds() - before
        failed = warming.failed + answers.failed
        signers = warming.signers + answers.signers
        told = f"{variant}: {answers.rate:,.0f}/s, {cpu / answers.answers * 1e6:,.0f} µs"
        told += f", {failed} failed" if failed else ""
        if FUNCTION[variant] in ("sign", "counter"):
            tally, documents = count_ledger(server.project)
            # Those on their way when the generator stops may or may not have been read.
            complete = failed > 0 or signers - 2 * (CONNECTIONS + 1) <= documents <= signers
            exact = tally == documents and complete
            self.exact = self.exact and exact
            told += f", tally {tally:,} {'=' if tally == documents else '≠'} documents"
            told += f" {documents:,}, signers {signers:,}{'' if exact else ' NOT EXACT'}"
            forget(self._emulator, server.project)
        self._progress.console.print(told, highlight=False)
        return Run(answers.rate, cpu / answers.answers * 1e6, answers.p50, answers.p99)

    def measure_starts(self) -> None:
        """
        Start every function in turn, again and again.
        """
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
        """
        Return the memory of a sign process after many signatures, as a ratio to that after few.
        """
        task = self._progress.add_task("Memory", total=MANY)
        kib: list[int] = []
        with self._servers.running("sign") as server:
            server.wait()
            signed = 0
            for most in (FEW, MANY):
                while signed < most:
                    share = min(most - signed, 10_000)
                    signed += put_load(server.url, Load(PATH, 60, share)).answers
                    self._progress.update(task, completed=signed)
                kib.append(server.worker_kib())
        few, many = kib
        self._progress.console.print(f"memory: {few:,} KiB, then {many:,} KiB", highlight=False)
        return many / few


def wait_for_quiet(seconds: float) -> None:
    """
    Wait until others leave the machine mostly alone, or the time is over.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        idle, total = _machine_ticks()
        time.sleep(0.5)
        idle_now, total_now = _machine_ticks()
        if 1 - (idle_now - idle) / max(1, total_now - total) <= QUIET_SHARE:
            return


def _machine_ticks() -> tuple[int, int]:
    ticks = [int(field) for field in Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
    return ticks[3] + ticks[4], sum(ticks)


if __name__ == "__main__":
    main()
