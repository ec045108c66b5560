"""The bench sends what sign takes, counts what passes, and finds what is not exact."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from google.api_core.exceptions import AlreadyExists
from google.cloud import firestore
from petition import base64url
from petition.seal import BOX_BYTES

from dev import ROOT, CannotRun
from dev.bench.audit import Ledger
from dev.bench.bench import find_faults
from dev.bench.generator import BOX, put_load, put_share
from dev.bench.load import Answers, Load
from dev.bench.postgres import find_programs, running_postgres
from dev.bench.requester import Requests
from dev.bench.services import Service, Services
from dev.bench.standin import running_standin
from dev.bench.tables import PerSignature, Run, load_table
from dev.bench.variants import Repeat
from dev.bench.wire import Wire, running_wire
from dev.emulator import Emulator
from dev.process import Process
from tests.conftest import do_without

COLD_SECONDS = 60  # until an emulator that nobody has asked yet answers on a busy machine
ANSWERS = Answers(answers=90, failed=0, seconds=1, p50=0, p99=0, signers=1000, receipts=1500)


@pytest.mark.parametrize("repeat", ["same", "new"])
def test_every_form_is_one_that_sign_takes(repeat: Repeat) -> None:
    load = Load(seconds=1, signers=100, repeats=0.5, repeat=repeat)
    requests = Requests("/savemyfriend", load, "0123456789", BOX)

    forms = [json.loads(requests.make().partition(b"\r\n\r\n")[2]) for _ in range(200)]

    assert len(base64url.decode(BOX, BOX_BYTES)) == BOX_BYTES
    for form in forms:
        assert len(base64url.decode(form["address_tag"], 32)) == 32
        assert len(base64url.decode(form["receipt_hash"], 32)) == 32
    assert len({form["address_tag"] for form in forms}) == requests.signers < 200
    receipts = {(form["address_tag"], form["receipt_hash"]) for form in forms}
    assert len(receipts) == (200 if repeat == "new" else requests.signers)
    assert len(receipts) == requests.signers + requests.more_receipts


@pytest.mark.parametrize(
    ("ledger", "fault"),
    [
        (Ledger(1000, 1000, 1500), None),
        (Ledger(1000, 1000), None),
        (Ledger(999, 1000, 1500), "tally"),
        (Ledger(1001, 1001, 1500), "signers"),
        (Ledger(800, 800, 1500), "signers"),
        (Ledger(1000, 1000, 1501), "receipts"),
        (Ledger(1000, 1000, 1300), "receipts"),
    ],
)
def test_what_is_not_exact_is_found(ledger: Ledger, fault: str | None) -> None:
    found = find_faults(ledger, [ANSWERS])

    assert len(found) == (fault is not None)
    assert fault is None or fault in found[0]


def test_signers_whose_answer_failed_may_or_may_not_be_stored() -> None:
    assert find_faults(Ledger(800, 800), [replace(ANSWERS, failed=200)]) == []


def test_the_wire_counts_what_firestore_bills(
    emulator: Emulator, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_wire(emulator.host, Wire) as (host, wire):
        billed = wire.billed
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", host)
        client = firestore.Client(project=project)
        collection = client.collection("friends")
        batch = client.batch()
        for name in ("one", "two", "three"):
            batch.create(collection.document(name), {"n": 1})
        batch.update(collection.document("one"), {"n": firestore.Increment(1)})
        batch.commit()
        assert (billed.reads, billed.writes, billed.deletes) == (0, 4, 0)

        with pytest.raises(AlreadyExists):
            collection.document("one").create({"n": 1})
        assert billed.writes == 4

        names = ("one", "two", "missing")
        assert len(list(client.get_all([collection.document(name) for name in names]))) == 3
        assert billed.reads == 3
        assert len(list(collection.stream())) == 3
        assert billed.reads == 6
        assert list(client.collection("nobody").stream()) == []
        assert billed.reads == 7
        collection.document("one").delete()
        assert (billed.reads, billed.writes, billed.deletes) == (7, 4, 1)
        client.close()  # type: ignore[no-untyped-call]

    assert str(PerSignature.of(billed, ANSWERS)) == "0.08 reads, 0.04 writes, 0.01 deletes"


def cells(table: str) -> list[list[str]]:
    """Return what a table in Markdown holds, line by line."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]


def test_tables_keep_what_was_stored_apart_from_what_was_only_answered() -> None:
    runs = {
        name: [Run(rate, 200, 300, 0.01, 0.02, 0.4)]
        for name, rate in (("bare", 1000), ("sign", 250), ("alone", 500))
    }

    stored, answered = load_table(runs), load_table(runs, alone=True)

    assert cells(stored)[3][1:] == ["250", "200", "300", "10.0", "0.25", "1.00", "40"]
    assert "500" not in stored
    assert [row[1] for row in cells(answered)[2:]] == ["500"]
    assert load_table({}) == ""


@pytest.fixture
def services(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """Make what starts services, with a PostgreSQL of its own."""
    try:
        find_programs()
    except CannotRun as problem:
        do_without(str(problem))
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", emulator.host)
    # Not pytest's own folder, which nobody else may enter.
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with running_postgres(folder / "postgres") as postgres:
            yield Services(emulator, postgres, folder)


@pytest.mark.parametrize("name", ["sign", "counter", "insert", "exact"])
def test_a_load_is_taken_and_stored_exactly_by_each_service(services: Services, name: str) -> None:
    with services.running(name, processes=2) as service:
        answers = put_and_wait(service, Load(seconds=60, signers=200, repeats=0.5, rate=400))
        ledger = service.read_ledger()

    assert answers.answers > 0
    assert ledger.signers > 0
    assert find_faults(ledger, [answers]) == []


def put_and_wait(service: Service, load: Load) -> Answers:
    """Put a load on running processes, and stop them, so that nothing is on its way."""
    service.wait()
    answers = put_load(service.urls, load)
    service.stop()
    return answers


def test_a_rate_is_kept(services: Services) -> None:
    with services.running("bare") as service:
        service.wait()
        answers = put_share(service.urls[0], Load(seconds=2, signers=1000, rate=50), 4)

    # Never faster, however slow the machine.
    assert 0 < answers.signers <= 104


def test_new_claims_of_known_signers_are_claims_and_no_signers(services: Services) -> None:
    with services.running("sign") as service:
        load = Load(seconds=60, signers=50, repeats=0.8, repeat="new", rate=400)
        answers = put_and_wait(service, load)
        ledger = service.read_ledger()

    assert ledger.claims is not None
    assert ledger.claims > ledger.signers > 0
    assert find_faults(ledger, [answers]) == []


@pytest.fixture
def standin(emulator: Emulator, tmp_path: Path) -> Iterator[tuple[str, Process]]:
    """Run a stand-in for the emulator: its HOST:PORT, and its process."""
    with running_standin(emulator.host, tmp_path / "standin.log") as running:
        yield running


def test_a_stand_in_asks_the_emulator_once_and_answers_the_same_from_then_on(
    emulator: Emulator,
    standin: tuple[str, Process],
    project: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", standin[0])
    beside = firestore.Client(project=project)
    for name in ("one", "two", "three"):
        beside.document("petitions", "x", "claims", name).create({"n": 1})
    beside.close()  # type: ignore[no-untyped-call]
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", emulator.host)
    client = firestore.Client(project=project)
    stored = client.document("petitions", "x").collection("claims")

    assert [document.id for document in stored.stream()] == ["one"]
    client.close()  # type: ignore[no-untyped-call]


def test_sign_takes_what_a_stand_in_answers(
    services: Services, standin: tuple[str, Process]
) -> None:
    host, process = standin
    deadline = time.monotonic() + COLD_SECONDS
    with services.running("sign", firestore=host, database=process) as service:
        service.wait()
        answers = put_load(service.urls, Load(seconds=1, signers=5000))
        while not answers.answers and time.monotonic() < deadline:
            answers = put_load(service.urls, Load(seconds=1, signers=5000))

    assert answers.answers > 0
    assert answers.failed == 0


class Recorder(BaseHTTPRequestHandler):
    """Answers everything, and keeps what it was sent."""

    protocol_version = "HTTP/1.1"
    bodies: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(201)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.mark.parametrize("repeat", ["same", "new"])
def test_wrk_sends_what_our_own_requester_sends(repeat: Repeat) -> None:
    if not shutil.which("wrk"):
        do_without("There is no wrk: install it, on Debian with apt install wrk.")
    Recorder.bodies.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Recorder) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,)).start()
        url = f"http://127.0.0.1:{server.server_port}"
        answers = put_share(url, Load(seconds=2, signers=10_000, repeats=0.5, repeat=repeat), 2)
        server.shutdown()
    forms = [json.loads(body) for body in Recorder.bodies]
    ours = Requests("/", Load(seconds=1, signers=1), "0123456789", BOX).make()

    assert answers.answers > 0
    assert forms[0].keys() == json.loads(ours.partition(b"\r\n\r\n")[2]).keys()
    for form in forms:
        assert len(base64url.decode(form["address_tag"], 32)) == 32
        assert len(base64url.decode(form["receipt_hash"], 32)) == 32
    signers = {form["address_tag"] for form in forms}
    receipts = {form["receipt_hash"] for form in forms}
    # The last ones may have been made without being sent.
    assert answers.signers - 4 <= len(signers) <= answers.signers
    assert answers.receipts - 4 <= len(receipts) <= answers.receipts
    assert (answers.receipts > answers.signers) == (repeat == "new" and len(forms) > len(signers))


def test_the_record_is_told_and_audited() -> None:
    """What the soak saw lies in a file, which must be read before it is gone."""
    asked = "--record 1 --starts 0 --only"
    command = [sys.executable, "-m", "dev.bench", *asked.split()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert re.search(r"\| +record \|.*\| exact \|", done.stdout)
