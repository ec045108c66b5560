"""Readers get a count and signers get rid of a claim, whatever breaks on the way."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import grpc
import httpx
import pytest

from dev.functions import Running
from tests.chaos.crowd import PETITION, forms, sign_all, wait_until
from tests.chaos.faults import AMBIGUOUS, Wire
from tests.functions.database import Database
from tests.functions.signers import open_form

Start = Callable[..., Running]
ALL_READS = ("BatchGetDocuments", "RunQuery")


def test_the_last_count_is_served_while_the_database_is_down(
    start_function: Start, wire: Wire, http: httpx.Client
) -> None:
    sign_all([start_function("sign").url], forms(12))
    count = start_function("count", FIRESTORE_EMULATOR_HOST=wire.host)
    before = http.get(f"{count.url}/{PETITION}").json()
    assert before["signatures"] == 12
    for method in ALL_READS:
        wire.refuse(method, grpc.StatusCode.UNAVAILABLE, times=10_000)
    time.sleep(2.5)  # What it has in memory is no longer fresh.

    answers = [http.get(f"{count.url}/{PETITION}") for _ in range(5)]

    assert wire.broken > 0
    assert [answer.status_code for answer in answers] == [200] * 5
    assert all(answer.json() == before for answer in answers), "Honest about its age, as_of too."


def test_a_count_that_was_never_taken_is_not_made_up(
    start_function: Start, wire: Wire, http: httpx.Client
) -> None:
    for method in ALL_READS:
        wire.refuse(method, grpc.StatusCode.UNAVAILABLE, times=10_000)
    count = start_function("count", FIRESTORE_EMULATOR_HOST=wire.host)

    answer = http.get(f"{count.url}/{PETITION}")

    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0


def test_a_count_that_cannot_be_published_is_served_all_the_same(
    start_function: Start, wire: Wire, http: httpx.Client, database: Database
) -> None:
    sign_all([start_function("sign").url], forms(12))
    wire.refuse("Commit", grpc.StatusCode.UNAVAILABLE, times=10_000)
    count = start_function("count", FIRESTORE_EMULATOR_HOST=wire.host)

    assert http.get(f"{count.url}/{PETITION}").json()["signatures"] == 12
    assert database.get(f"petitions/{PETITION}") is None


def test_two_processes_that_count_at_once_agree(
    start_function: Start, wire: Wire, http: httpx.Client, background: ThreadPoolExecutor
) -> None:
    sign_all([start_function("sign").url], forms(12))
    slow = start_function("count", FIRESTORE_EMULATOR_HOST=wire.host)
    fast = start_function("count")
    wire.hold("Commit", 1.5)  # Long enough for the other to publish first.
    reading = background.submit(http.get, f"{slow.url}/{PETITION}")
    wait_until(lambda: "Commit" in wire.calls)

    first = http.get(f"{fast.url}/{PETITION}")

    assert reading.result().status_code == first.status_code == 200
    assert reading.result().json() == first.json()
    assert first.json()["signatures"] == 12
    # Refused, it asked what had been published, and did not publish again.
    assert wire.calls == ["BatchGetDocuments", "RunQuery", "Commit", "BatchGetDocuments"]


def test_a_thousand_readers_cost_one_reading(
    start_function: Start, wire: Wire, http: httpx.Client
) -> None:
    count = start_function("count", FIRESTORE_EMULATOR_HOST=wire.host)
    http.get(f"{count.url}/{PETITION}")
    wire.calls.clear()
    started = time.monotonic()

    for _ in range(1000):
        assert http.get(f"{count.url}/{PETITION}").status_code == 200

    # Each two seconds one look, and each five a sum, published: three calls at the most.
    refreshes = (time.monotonic() - started) // 2 + 1
    assert len(wire.calls) <= 3 * refreshes


@pytest.mark.parametrize("keep_count", [True, False], ids=["keep", "all"])
def test_a_withdrawal_whose_answer_is_lost_happens_once(
    keep_count: bool, start_function: Start, wire: Wire, http: httpx.Client, database: Database
) -> None:
    sign = start_function("sign")
    receipts = [
        http.post(f"{sign.url}/{PETITION}", json=open_form()).json()["receipt"] for _ in range(7)
    ]
    withdraw = start_function("withdraw", FIRESTORE_EMULATOR_HOST=wire.host)

    for code, receipt in zip(AMBIGUOUS, receipts, strict=False):
        wire.lose("Commit", code)
        body = {"receipt": receipt, "keep_count": keep_count}
        assert http.post(f"{withdraw.url}/{PETITION}", json=body).status_code == 204

    assert wire.broken == 5
    audit = database.audit()
    assert audit.is_exact
    assert (audit.tally, len(audit.standing), len(audit.empty)) == (7, 2, 5)
    assert len(database.list(f"petitions/{PETITION}/leaving")) == 5

    assert http.post(f"{start_function('sweep').url}/{PETITION}").status_code == 204

    audit = database.audit()
    assert audit.is_exact
    assert (audit.tally, len(audit.standing)) == (7 if keep_count else 2, 2)


def test_a_receipt_that_opens_nothing_takes_the_same_steps(
    start_function: Start, wire: Wire, http: httpx.Client, database: Database
) -> None:
    receipt = http.post(f"{start_function('sign').url}/{PETITION}", json=open_form()).json()[
        "receipt"
    ]
    withdraw = start_function("withdraw", FIRESTORE_EMULATOR_HOST=wire.host)
    steps, writes = [], []
    for text in (receipt, receipt, *["0000-0000-0000-0000-0000-0000-00"] * 2):
        wire.calls.clear()
        body = {"receipt": text, "keep_count": False}
        assert http.post(f"{withdraw.url}/{PETITION}", json=body).status_code == 204
        steps.append(list(wire.calls))
        writes.append(len(wire.commits()[-1].writes))

    assert steps == [["BatchGetDocuments", "Commit"]] * 4
    assert writes == [3] * 4
    audit = database.audit()
    assert audit.is_exact
    assert (audit.standing, len(audit.empty)) == ({}, 2)


def test_a_link_opens_while_the_database_is_slow_and_nobody_keeps_the_guess(
    start_function: Start, wire: Wire, http: httpx.Client
) -> None:
    """It may be in the wrong language, and a cache would show it for an hour."""
    share_link = start_function("share-link", FIRESTORE_EMULATOR_HOST=wire.host)
    code = http.post(f"{share_link.url}/{PETITION}", json={"language": "ko"}).json()["code"]
    url = f"{share_link.url}/{PETITION}/{code}"
    wire.refuse("BatchGetDocuments", grpc.StatusCode.UNAVAILABLE, times=10_000)

    guess = http.get(url)

    assert (guess.status_code, guess.headers["cache-control"]) == (200, "no-store")
    assert '<html lang="zh-Hans">' in guess.text
    assert f"via={code}" in guess.text, "Nobody is sent on without where they came from."
    wire.mend()
    wait_until(lambda: '<html lang="ko">' in http.get(url).text)
    assert http.get(url).headers["cache-control"] == "public, max-age=300, s-maxage=3600"
