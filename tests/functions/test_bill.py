"""The bill rests on what is counted: one call of each function, on the wire."""

import time
from collections.abc import Callable, Iterator

import httpx
import pytest
from google.cloud import firestore
from petition.documents import LANES, PETITIONS, SIGNING_LANES, WITHDRAWAL_LANES
from petition.settings import CountSettings

from dev import ROOT
from dev.bench import bill
from dev.bench.audit import PETITION
from dev.bench.bill import Operations, Pace
from dev.bench.wire import Wire, running_wire
from dev.emulator import Emulator
from dev.functions import Running

WAIT_SECONDS = 60
FORM = {
    "email": "min@example.org",
    "name": "Min",
    "country": "KR",
    "language": "ko",
}


@pytest.fixture
def wire(emulator: Emulator) -> Iterator[tuple[str, Wire]]:
    """Put a wire that counts before the emulator: its HOST:PORT, and the wire."""
    with running_wire(emulator.host, Wire) as running:
        yield running


@pytest.fixture
def start(wire: tuple[str, Wire], start_function: Callable[..., Running]) -> Callable[..., str]:
    """Start a function behind the wire, and return its petition's address."""

    def start(name: str, **extra: str) -> str:
        running = start_function(name, FIRESTORE_EMULATOR_HOST=wire[0], **extra)
        running.wait()
        return f"{running.url}/{PETITION}"

    return start


def counted(wire: Wire, call: Callable[[], httpx.Response]) -> Operations:
    """Return what Firestore would bill for a call, which must be answered well at once."""
    before = Operations(**vars(wire.billed))
    call().raise_for_status()
    return plus(Operations(**vars(wire.billed)), before, sign=-1)


def plus(*all: Operations, sign: int = 1) -> Operations:
    """Add operations up; with a sign of -1, take the others off the first."""
    first, *others = all
    return Operations(
        first.reads + sign * sum(one.reads for one in others),
        first.writes + sign * sum(one.writes for one in others),
        first.deletes + sign * sum(one.deletes for one in others),
    )


def test_a_claim_its_withdrawal_and_its_leaving_are_billed_as_the_bill_says(
    wire: tuple[str, Wire], start: Callable[..., str], http: httpx.Client
) -> None:
    sign, withdraw, sweep = start("sign"), start("withdraw"), start("sweep")
    answers: list[httpx.Response] = []

    def post(url: str, body: object = None) -> httpx.Response:
        answers.append(http.post(url, json=body))
        return answers[-1]

    warm_up(lambda: post(sign, FORM | {"email": "warm@example.org"}))
    signed = counted(wire[1], lambda: post(sign, FORM))
    receipt = answers[-1].json()["receipt"]
    withdrawn = counted(wire[1], lambda: post(withdraw, {"receipt": receipt, "keep_count": False}))
    swept = counted(wire[1], lambda: http.post(sweep))

    assert signed in (
        plus(bill.CLAIM, bill.LANE),
        plus(bill.CLAIM, bill.LANE, bill.STATUS),  # every three seconds
    )
    assert withdrawn == bill.WITHDRAWAL
    assert swept == plus(bill.LEAVING, bill.LANE, bill.SWEEP)


def warm_up(call: Callable[[], httpx.Response]) -> None:
    """Call until the emulator is fast enough for an answer: the first calls take it seconds."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not call().is_success and time.monotonic() < deadline:
        continue


def test_a_count_is_billed_as_the_bill_says(
    wire: tuple[str, Wire],
    start: Callable[..., str],
    http: httpx.Client,
    emulator: Emulator,
    project: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lanes = 5
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", emulator.host)
    client = firestore.Client(project=project)
    for number in range(lanes):
        client.document(PETITIONS, PETITION, LANES, str(number)).set({"signatures": 1})
    client.close()  # type: ignore[no-untyped-call]
    count = start("count", PUBLISH_SECONDS="3600")

    published = counted(wire[1], lambda: http.get(count))
    told = counted(wire[1], lambda: http.get(count))
    deadline, before = time.monotonic() + WAIT_SECONDS, wire[1].billed.reads
    while wire[1].billed.reads == before and time.monotonic() < deadline:
        refreshed = counted(wire[1], lambda: http.get(count))

    of_all_lanes = Operations(reads=SIGNING_LANES + WITHDRAWAL_LANES - lanes)
    assert plus(published, of_all_lanes) == plus(bill.PUBLICATION, bill.REFRESH)
    assert told in (Operations(), bill.REFRESH)
    assert refreshed == bill.REFRESH


def test_a_link_is_billed_as_the_bill_says(
    wire: tuple[str, Wire], start: Callable[..., str], http: httpx.Client
) -> None:
    share = start("share-link")
    warm_up(lambda: http.post(share, json={"language": "ko"}))

    linked = counted(wire[1], lambda: http.post(share, json={"language": "ko"}))

    assert linked in (bill.LINK, plus(bill.LINK, bill.STATUS))  # the outcome, once a minute


def test_the_bill_knows_the_functions_as_they_are() -> None:
    count = (ROOT / "functions" / "count.py").read_text()
    sign = (ROOT / "functions" / "sign.py").read_text()

    assert f"FRESH_SECONDS = {bill.FRESH_SECONDS:.1f} " in count
    assert f"s-maxage={bill.EDGE_SECONDS}" in count
    assert f"STATUS_SECONDS = {bill.STATUS_SECONDS:.1f} " in sign
    assert CountSettings.model_fields["publish_seconds"].default == bill.PUBLISH_SECONDS


def test_the_edge_asks_no_more_often_however_many_look() -> None:
    assert Pace(1e4, edge=False).origin == 10_000
    assert Pace(1e4, edge=True).origin == Pace(1e5, edge=True).origin == 20
    assert Pace(1e8, edge=True).origin == 1


def test_a_bill_is_the_sum_of_its_lines_and_stands_in_the_document() -> None:
    written = bill.bill()
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in written.splitlines()[2:]]

    for column in range(1, len(rows[0])):
        prices = [float(row[column].replace(",", "")) for row in rows]
        assert sum(prices[:-1]) == pytest.approx(prices[-1], abs=0.01 * len(prices))
    assert written in (ROOT / "docs" / "performance.md").read_text()
