"""
Whatever breaks between sign and the database: what was acknowledged is stored, each signer is
counted once, and knows how many of their claims stand.
"""

import os
import random
import signal
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import grpc
import httpx
import pytest
from petition.ledger import WARY_SECONDS

from dev.functions import Running
from tests.chaos.crowd import (
    PETITION,
    Told,
    claims_of,
    digest,
    forms,
    receipts,
    sign_all,
    wait_until,
)
from tests.chaos.exact import check_exact, lines, stored_claims
from tests.chaos.faults import AMBIGUOUS, Fault, Wire
from tests.functions.database import Database

Start = Callable[..., Running]

FROZEN_SECONDS = 9  # longer than a commit may take, and than a signer is kept waiting
codes = pytest.mark.parametrize("code", AMBIGUOUS, ids=lambda code: code.name)


@codes
def test_a_lost_answer_neither_loses_nor_doubles(
    code: grpc.StatusCode, sign: Running, wire: Wire, database: Database
) -> None:
    crowd = forms(40)
    wire.lose("Commit", code, times=3)

    told = sign_all([sign.url], crowd)

    assert (wire.broken, told.statuses) == (3, {201: 40})
    assert told.statuses == {201: 40}
    check_exact(database, receipts(crowd))


@codes
def test_a_refused_call_is_made_again(
    code: grpc.StatusCode, sign: Running, wire: Wire, database: Database
) -> None:
    crowd = forms(40)
    wire.refuse("Commit", code, times=2)
    wire.refuse("BatchGetDocuments", code, times=2)

    told = sign_all([sign.url], crowd)

    assert wire.broken == 4
    assert told.statuses == {201: 40}
    check_exact(database, receipts(crowd))


def test_a_storm_of_every_fault_is_survived_exactly(
    sign: Running, wire: Wire, database: Database
) -> None:
    dice = random.Random(2012)  # noqa: S311 – the same storm each time
    for code in AMBIGUOUS:
        for applied in (True, False):
            wire.faults.append(
                Fault("Commit", code, applied, times=1000, chance=lambda: dice.random() < 0.04)
            )
    crowd = forms(1000)

    told = sign_all([sign.url], crowd + crowd[:200])

    assert wire.broken > 3
    assert database.audit().is_exact
    assert told.acknowledged <= stored_claims(database)
    wire.mend()
    assert sign_all([sign.url], crowd).statuses == {201: 1000}
    check_exact(database, receipts(crowd))


def test_a_dead_database_is_told_as_it_is(sign: Running, wire: Wire, database: Database) -> None:
    crowd = forms(30)
    sign_all([sign.url], crowd[:1])  # It knows the petition's status from now on.
    wire.refuse("Commit", grpc.StatusCode.UNAVAILABLE, times=10_000)

    told = sign_all([sign.url], crowd[1:])

    assert told.statuses == {503: 29}
    assert all(seconds and int(seconds) > 0 for seconds in told.retry_after)
    check_exact(database, receipts(crowd[:1]))
    wire.mend()
    assert sign_all([sign.url], crowd).statuses == {201: 30}
    check_exact(database, receipts(crowd))


def test_answers_lost_again_and_again_are_made_up_for_by_looking(
    sign: Running, wire: Wire, database: Database
) -> None:
    crowd = forms(5)
    wire.lose("Commit", grpc.StatusCode.DEADLINE_EXCEEDED, times=10_000)

    told = sign_all([sign.url], crowd)

    assert told.statuses == {201: 5}, "Whoever looks finds their claims stored."
    check_exact(database, receipts(crowd))


def test_an_answer_lost_for_good_is_no_success_and_no_second_count(
    sign: Running, wire: Wire, database: Database
) -> None:
    crowd = forms(5)
    lost = grpc.StatusCode.DEADLINE_EXCEEDED
    wire.lose("Commit", lost, times=10_000)
    blind = Fault("BatchGetDocuments", lost, False, 10_000, chance=lambda: "Commit" in wire.calls)
    wire.faults.append(blind)

    told = sign_all([sign.url], crowd)

    # Some are stored, and nobody was told so; trying again must tell it, and count nothing twice.
    assert told.statuses == {503: 5}
    assert stored_claims(database) and stored_claims(database) <= receipts(crowd)
    assert database.audit().is_exact
    wire.mend()
    assert sign_all([sign.url], crowd).statuses == {201: 5}
    check_exact(database, receipts(crowd))


def test_a_thousand_submissions_of_one_claim_count_one(
    start_function: Start, database: Database
) -> None:
    signs = [start_function("sign"), start_function("sign")]
    crowd = forms(1)

    told = sign_all([sign.url for sign in signs], crowd * 1000, at_once=500)

    assert told.statuses == {201: 1000}
    check_exact(database, receipts(crowd))


def test_many_claims_of_one_address_from_two_processes_count_one_and_hold_up_nobody(
    start_function: Start, database: Database
) -> None:
    signs = [start_function("sign"), start_function("sign")]
    (form,), others = forms(1), forms(200)
    repeats = claims_of(form, 200)
    mixed = [form for pair in zip(repeats, others, strict=True) for form in pair]

    told = sign_all([sign.url for sign in signs], mixed, at_once=100)

    # Claims of one address meet in one document, and may be asked to come again; nobody else.
    assert set(told.statuses) <= {201, 503}
    assert receipts(others) <= told.acknowledged <= stored_claims(database)
    assert sign_all([signs[0].url], mixed).statuses == {201: 400}
    check_exact(database, receipts(mixed), signers=201)


def test_a_thousand_addresses_under_one_receipt_are_one(
    start_function: Start, database: Database
) -> None:
    """So nobody hides a claim behind others, or signs a thousand times with one receipt."""
    signs = [start_function("sign"), start_function("sign")]
    receipt = digest("one receipt")
    claims = [form | {"receipt_hash": receipt} for form in forms(1000)]

    told = sign_all([sign.url for sign in signs], claims, at_once=500)

    assert told.statuses == {201: 1000}
    check_exact(database, {receipt})


@pytest.mark.parametrize("percent", [0, 50, 95])
def test_the_same_receipt_again_and_again_fails_no_group_twice(
    percent: int, sign: Running, wire: Wire, database: Database
) -> None:
    """
    Once a receipt was found stored, all are looked for at once for ten seconds; so what can fail
    is what was under way at that moment.
    """
    dice = random.Random(2012)  # noqa: S311 – the same crowd each time
    crowd = forms(600)
    sign_all([sign.url], crowd[:1])
    mixed = [crowd[0] if dice.random() * 100 < percent else form for form in crowd[1:]]
    wire.calls.clear()
    begun = time.monotonic()

    told = sign_all([sign.url], mixed, at_once=32)

    periods = 1 + int((time.monotonic() - begun) / WARY_SECONDS)
    assert told.statuses == {201: len(mixed)}
    check_exact(database, receipts([crowd[0], *mixed]))
    sign.stop()
    minutes = [line for line in lines(sign) if line["event"] == "minute"]
    retries, groups = (sum(line[name] for line in minutes) for name in ("retries", "groups"))
    assert retries <= 2 * periods if percent else retries == 0
    # A group that fails looks again and then succeeds: no commit is tried a third time.
    assert wire.calls.count("Commit") == groups - 1 + retries


def test_a_lone_signer_behind_a_group_that_hangs_is_not_kept_waiting_by_it(
    sign: Running, wire: Wire, background: ThreadPoolExecutor
) -> None:
    first, second, third = forms(3)
    sign_all([sign.url], [third])  # The status is known for three seconds from now on.
    about = first["receipt_hash"].encode()
    wire.faults.append(Fault("Commit", None, applied=True, times=1000, seconds=3600, about=about))
    hanging = background.submit(sign_all, [sign.url], [first])
    wire.calls.clear()
    wait_until(lambda: "Commit" in wire.calls)

    told = sign_all([sign.url], [second])

    assert told.statuses == {201: 1}
    assert not hanging.done(), "It waited for as long as the first."
    assert hanging.result().statuses == {503: 1}


def test_two_processes_that_meet_the_same_claims_count_each_once(
    start_function: Start, database: Database
) -> None:
    signs = [start_function("sign"), start_function("sign")]
    crowd = forms(500)
    both = [form for form in crowd for _ in range(2)]  # The two of a pair go to both at once.

    told = sign_all([sign.url for sign in signs], both, at_once=128)

    assert told.statuses == {201: 1000}
    check_exact(database, receipts(crowd))


def test_a_killed_process_loses_nothing_acknowledged(
    start_function: Start, database: Database, background: ThreadPoolExecutor
) -> None:
    sign, told = start_function("sign"), Told()
    crowd = forms(3000)
    signing = background.submit(sign_all, [sign.url], crowd, told=told)
    wait_until(lambda: len(told.acknowledged) > 300)

    sign.kill()

    signing.result()
    assert len(told.acknowledged) < 3000, "It was killed too late to tell."
    assert database.audit().is_exact
    assert told.acknowledged <= stored_claims(database)
    again = start_function("sign")
    assert sign_all([again.url], crowd).statuses == {201: 3000}
    check_exact(database, receipts(crowd))


def test_a_process_frozen_for_longer_than_anybody_waits_loses_and_doubles_nothing(
    start_function: Start, database: Database, background: ThreadPoolExecutor
) -> None:
    sign, told = start_function("sign"), Told()
    crowd = forms(3000)
    signing = background.submit(sign_all, [sign.url], crowd, told=told)
    wait_until(lambda: len(told.acknowledged) > 300)

    os.killpg(sign.process.pid, signal.SIGSTOP)
    before = len(told.acknowledged)
    time.sleep(FROZEN_SECONDS)
    os.killpg(sign.process.pid, signal.SIGCONT)

    signing.result()
    assert before < 3000, "It was frozen too late to tell."
    assert set(told.statuses) <= {201, 503}
    assert told.acknowledged <= stored_claims(database)
    assert database.audit().is_exact
    assert sign_all([sign.url], crowd).statuses == {201: 3000}
    check_exact(database, receipts(crowd))


def test_a_drained_process_answers_what_it_accepted(
    start_function: Start, database: Database, background: ThreadPoolExecutor
) -> None:
    sign, told = start_function("sign"), Told()
    signing = background.submit(sign_all, [sign.url], forms(3000), told=told)
    wait_until(lambda: len(told.acknowledged) > 300)

    sign.process.send_signal(signal.SIGTERM)

    signing.result()
    assert len(told.acknowledged) < 3000, "It was drained too late to tell."
    # Connections that were refused were never accepted; of all others each was answered.
    assert set(told.statuses) <= {0, 201}
    check_exact(database, told.acknowledged)


def test_a_repeat_takes_the_same_steps_as_a_first(
    sign: Running, wire: Wire, database: Database
) -> None:
    first, other = forms(2)
    again = claims_of(first, 2)
    sign_all([sign.url], [other])  # The status is known for three seconds from now on.
    steps = []
    for form in (first, *again):
        wire.calls.clear()
        sign_all([sign.url], [form])
        steps.append(wire.calls[-2:])

    assert steps == [["BatchGetDocuments", "Commit"]] * 3
    check_exact(database, receipts([first, other, *again]), signers=2)


@pytest.mark.parametrize("logged", ["true", None], ids=["as-online", "as-here"])
def test_a_commit_that_nobody_is_permitted_is_our_fault_and_says_nothing(
    logged: str | None, start_function: Start, wire: Wire, http: httpx.Client
) -> None:
    """What a request calls itself stands nowhere either, where the platform wants it in the log."""
    extra = {"FIRESTORE_EMULATOR_HOST": wire.host, "LOG_EXECUTION_ID": logged}
    sign = start_function("sign", **extra)
    wire.refuse("Commit", grpc.StatusCode.PERMISSION_DENIED, times=2)
    mark = "called-by-itself" * 1000
    headers = {"Function-Execution-Id": mark, "X-Cloud-Trace-Context": f"{'a' * 32}/1234567;o=1"}
    form = forms(1)[0]

    answers = [http.post(f"{sign.url}/{PETITION}", json=form, headers=headers) for _ in range(2)]

    log, ids = sign.log(), set()
    for answer in answers:
        problem = answer.json()
        prefix, _, id = problem["instance"].rpartition(":")
        assert answer.status_code == 500
        assert problem["type"].endswith("#internal-error")
        assert (prefix, str(uuid.UUID(id))) == ("urn:uuid", id)
        assert f'"id": "{id}"' in log
        assert mark[:16] not in f"{answer.headers} {answer.text}"
        assert len(answer.content) < 1000
        ids.add(id)
    assert len(ids) == 2
    assert log.count('"exception": "RuntimeError"') == 2
    assert {line["severity"] for line in lines(sign)} <= {"ERROR", "INFO"}
    for text in ("purpose", mark[:16], "a" * 32, "1234567", form["receipt_hash"]):
        assert text not in log
