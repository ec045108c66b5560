"""One session on one machine: what was measured, in the order in which it was."""

import argparse
import contextlib
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from rich.progress import Progress

from dev.bench.audit import Ledger
from dev.bench.cpu import QUIET_SHARE, Clocks, cpu_seconds, wait_for_quiet
from dev.bench.generator import BOX, PATH, put_load
from dev.bench.load import CONNECTIONS, Answers, Load
from dev.bench.services import Service, Services, ask
from dev.bench.standin import running_standin
from dev.bench.tables import PerSignature, Run
from dev.bench.variants import VARIANTS, Variant
from dev.bench.wire import Wire, running_wire

MOST_SIGNERS = 100_000  # of one run: the emulator keeps everything in memory
WARM_SECONDS = 25  # until Java has compiled what the emulator does
ATTEMPTS = 3  # at a quiet run; the last one is taken as it is
BILLED_RATE = 500  # a second, at which requests to Firestore are counted
BILLED_CONNECTIONS = 256  # as many wait at this rate for a grid of 250 ms, and half as many more
BILLED = ("sign", "same50", "new50", "counter")
FEW, MANY = 1_000, 100_000  # signatures before memory is read

TAG = "A" * 43
SEALED = {"address_tag": TAG, "sealed": BOX, "receipt_hash": TAG, "country": "KR", "language": "ko"}
FIRST = {  # the first question to each function
    "bare": ("POST", PATH, SEALED),
    "sign": ("POST", PATH, SEALED),
    "count": ("GET", PATH, None),
    "share-link": ("POST", PATH, {"language": "ko"}),
    "withdraw": ("POST", PATH, {"receipt": "0" * 26, "keep_count": True}),
}


class Bench:
    """
    What was measured so far.

    Args:
        emulator: HOST:PORT.
        folder: For logs.
        options: As `__main__.read_options` reads them.
    """

    def __init__(
        self,
        services: Services,
        emulator: str,
        folder: Path,
        options: argparse.Namespace,
        progress: Progress,
    ) -> None:
        self._services = services
        self._emulator = emulator
        self._folder = folder
        self._options = options
        self._progress = progress
        self.runs: dict[str, list[Run]] = defaultdict(list)
        self.billed: dict[str, PerSignature] = {}
        self.starts: dict[str, list[float]] = defaultdict(list)
        self.memory: float | None = None
        self.exact = True

    def measure_loads(self) -> None:
        """Run all variants in rounds, every second round backwards."""
        names, rounds = self._options.only, self._options.rounds
        if not names:
            return
        task = self._progress.add_task("Warming the emulator", total=rounds * len(names))
        with self._services.running("sign") as service:
            service.wait()
            put_load(service.urls, Load(WARM_SECONDS, MOST_SIGNERS))
        for number in range(rounds):
            for name in names[:: -1 if number % 2 else 1]:
                self._progress.update(task, description=VARIANTS[name].label)
                self.runs[name].append(self._measure_load(name, VARIANTS[name]))
                self._progress.advance(task)

    def _measure_load(self, name: str, variant: Variant) -> Run:
        load = load_of(variant, self._options.seconds)
        with self._running(variant) as service:
            service.wait()
            loads = [put_load(service.urls, replace(load, seconds=1))]
            for _ in range(ATTEMPTS):
                wait_for_quiet(self._options.wait)
                answers, run = observe(service, load)
                loads.append(answers)
                if run.others <= QUIET_SHARE:
                    break
            told = f"{name}: {run.rate:,.0f}/s, {run.cpu:,.0f} µs"
            told += f", others took {run.others:.0%}" if run.others > QUIET_SHARE else ""
            stores = not (variant.reads or variant.alone or name == "bare")
            told += self._audit(service, loads) if stores else ""
        self._say(told)
        return run

    @contextlib.contextmanager
    def _running(self, variant: Variant) -> Iterator[Service]:
        with contextlib.ExitStack() as stack:
            host = process = None
            if variant.alone:
                log = self._folder / "standin.log"
                host, process = stack.enter_context(running_standin(self._emulator, log))
            yield stack.enter_context(
                self._services.running(
                    variant.server, variant.processes, firestore=host, database=process
                )
            )

    def _audit(
        self, service: Service, loads: Sequence[Answers], connections: int = CONNECTIONS
    ) -> str:
        service.stop()  # Nothing is on its way any more.
        ledger = service.read_ledger()
        faults = find_faults(ledger, loads, connections)
        self.exact = self.exact and not faults
        told = f", tally {ledger.tally:,}, signers {ledger.signers:,}"
        told += f", claims {ledger.claims:,}" if ledger.claims is not None else ""
        failed = sum(answers.failed for answers in loads)
        told += f", {failed:,} failed" if failed else ""
        return told + (f": NOT EXACT, {', '.join(faults)}" if faults else ", exact")

    def measure_billed(self) -> None:
        """
        Count on the wire what Firestore would bill, at a rate that does not fill groups.

        Answers leave on the grid as they do online: what claims are committed together depends
        on it.
        """
        names = [name for name in BILLED if name in self._options.only]
        task = self._progress.add_task("Counting what is billed", total=len(names))
        for name in names:
            load = load_of(VARIANTS[name], self._options.seconds)
            with (
                running_wire(self._emulator, Wire) as (host, wire),
                self._services.running(
                    VARIANTS[name].server, firestore=host, extra={"ANSWER_GRID_MS": None}
                ) as service,
            ):
                service.wait()
                answers = put_load(
                    service.urls, replace(load, rate=BILLED_RATE, connections=BILLED_CONNECTIONS)
                )
                told = self._audit(service, [answers], BILLED_CONNECTIONS)
            self.billed[name] = PerSignature.of(wire.billed, answers)
            self._say(f"{name} at {answers.rate:,.0f}/s: {self.billed[name]}{told}")
            self._progress.advance(task)

    def measure_starts(self) -> None:
        """Start every function in turn, again and again."""
        task = self._progress.add_task("Starting", total=self._options.starts)
        for _ in range(self._options.starts):
            wait_for_quiet(self._options.wait)
            for name, (method, path, body) in FIRST.items():
                before = time.monotonic()
                with self._services.running(name) as service:
                    after = ask(service, method, path, json.dumps(body) if body else None)
                self.starts[name].append(after - before)
            self._progress.advance(task)

    def measure_memory(self) -> None:
        """Compare the memory of a sign process after many signatures with that after few."""
        task = self._progress.add_task("Memory", total=MANY)
        kib: list[int] = []
        with self._services.running("sign") as service:
            service.wait()
            signed = 0
            for most in (FEW, MANY):
                while signed < most:
                    share = min(most - signed, 10_000)
                    signed += put_load(service.urls, Load(5, share)).answers
                    self._progress.update(task, completed=signed)
                kib.append(service.worker_kib())
        few, many = kib
        self._say(f"memory: {few:,} KiB, then {many:,} KiB")
        self.memory = many / few

    def _say(self, text: str) -> None:
        self._progress.console.print(text, highlight=False)


def load_of(variant: Variant, seconds: float) -> Load:
    """Return what a variant is sent."""
    signers = 0 if variant.reads else MOST_SIGNERS
    return Load(seconds, signers, variant.repeats, variant.repeat)


def observe(service: Service, load: Load) -> tuple[Answers, Run]:
    """Send a load, and measure what everybody took meanwhile."""
    before, own, database = Clocks.read(), cpu_seconds(*service.processes), service.database
    stored = cpu_seconds(database)
    answers = put_load(service.urls, load)
    now = Clocks.read()
    own = cpu_seconds(*service.processes) - own
    stored = cpu_seconds(database) - stored
    each = 1e6 / max(1, answers.answers)
    mine, busy = now.mine - before.mine, now.busy - before.busy
    others = (busy - own - stored - mine) / (now.total - before.total)
    run = Run(answers.rate, own * each, stored * each, answers.p50, answers.p99, others)
    return answers, run


def find_faults(
    ledger: Ledger, loads: Sequence[Answers], connections: int = CONNECTIONS
) -> list[str]:
    """Return what is wrong with a ledger after these loads; nothing when it is exact."""
    signers = sum(answers.signers for answers in loads)
    receipts = sum(answers.receipts for answers in loads)
    failed = sum(answers.failed for answers in loads)
    # Those on their way when the generator stops may or may not have been read.
    unsure = failed + len(loads) * (connections + 4)
    faults = []
    if ledger.tally != ledger.signers:
        faults.append("the tally is not the number of signers")
    if not signers - unsure <= ledger.signers <= signers:
        faults.append(f"{signers:,} signers were sent")
    if ledger.claims is not None and not receipts - unsure <= ledger.claims <= receipts:
        faults.append(f"{receipts:,} receipts were sent")
    return faults
