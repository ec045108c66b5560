"""
Whatever breaks between the function and the database: tally = documents =
acknowledged signers.
"""

import random
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import grpc
import httpx
import pytest

from dev.functions import Running
from tests.chaos.crowd import PETITION, Told, forms, sign_all, wait_until
from tests.chaos.faults import AMBIGUOUS, Fault, Wire
from tests.functions.database import Database

Start = Callable[..., Running]
codes = pytest.mark.parametrize("code", AMBIGUOUS, ids=lambda code: code.name)


@pytest.fixture
def sign(start_function: Start, wire: Wire) -> Running:
    """Start sign on the wire."""
    return start_function("sign", FIRESTORE_EMULATOR_HOST=wire.host)


@codes
def test_a_lost_answer_neither_loses_nor_doubles(
    code: grpc.StatusCode, sign: Running, wire: Wire, database: Database
) -> None:
    wire.lose("Commit", code, times=3)

    told = sign_all([sign.url], forms(40))

    assert wire.broken == 3
    assert told.statuses == {201: 40}
    audit = database.audit()
    assert (audit.tally, len(audit.documents)) == (40, 40)


@codes
def test_a_refused_call_is_made_again(
    code: grpc.StatusCode, sign: Running, wire: Wire, database: Database
) -> None:
    wire.refuse("Commit", code, times=2)
    wire.refuse("BatchGetDocuments", code, times=2)

    told = sign_all([sign.url], forms(40))

    assert wire.broken == 4
    assert told.statuses == {201: 40}
    audit = database.audit()
    assert (audit.tally, len(audit.documents)) == (40, 40)


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
    audit = database.audit()
    assert audit.is_exact
    assert audit.tally >= len(told.acknowledged)
    wire.mend()
    assert sign_all([sign.url], crowd).statuses == {201: 1000}
    assert (database.audit().tally, len(database.audit().documents)) == (1000, 1000)


def test_a_dead_database_is_told_as_it_is(sign: Running, wire: Wire, database: Database) -> None:
    crowd = forms(30)
    sign_all([sign.url], crowd[:1])  # It knows the petition's status from now on.
    wire.refuse("Commit", grpc.StatusCode.UNAVAILABLE, times=10_000)

    told = sign_all([sign.url], crowd[1:])

    assert told.statuses == {503: 29}
    assert all(seconds and int(seconds) > 0 for seconds in told.retry_after)
    assert database.audit().tally == 1
    wire.mend()
    assert sign_all([sign.url], crowd).statuses == {201: 30}
    assert (database.audit().tally, len(database.audit().documents)) == (30, 30)


def test_an_answer_lost_for_good_is_no_success_and_no_second_count(
    sign: Running, wire: Wire, database: Database
) -> None:
    crowd = forms(5)
    wire.lose("Commit", grpc.StatusCode.DEADLINE_EXCEEDED, times=10_000)

    told = sign_all([sign.url], crowd)

    # They are stored, and nobody was told so; trying again must tell it, and count nothing.
    assert told.statuses == {503: 5}
    assert (database.audit().tally, len(database.audit().documents)) == (5, 5)
    wire.mend()
    assert sign_all([sign.url], crowd).statuses == {201: 5}
    assert (database.audit().tally, len(database.audit().documents)) == (5, 5)


def test_a_thousand_submissions_of_one_signature_count_one(
    start_function: Start, database: Database
) -> None:
    signs = [start_function("sign"), start_function("sign")]

    told = sign_all([sign.url for sign in signs], forms(1) * 1000, at_once=500)

    assert told.statuses == {201: 1000}
    assert (database.audit().tally, len(database.audit().documents)) == (1, 1)


def test_two_processes_that_meet_the_same_signers_count_each_once(
    start_function: Start, database: Database
) -> None:
    signs = [start_function("sign"), start_function("sign")]
    crowd = forms(500)
    both = [form for form in crowd for _ in range(2)]  # The two of a pair go to both at once.

    told = sign_all([sign.url for sign in signs], both, at_once=128)

    assert told.statuses == {201: 1000}
    assert (database.audit().tally, len(database.audit().documents)) == (500, 500)


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
    audit = database.audit()
    assert audit.is_exact
    assert audit.tally >= len(told.acknowledged)
    again = start_function("sign")
    assert sign_all([again.url], crowd).statuses == {201: 3000}
    assert (database.audit().tally, len(database.audit().documents)) == (3000, 3000)


def test_a_drained_process_answers_what_it_accepted(
    start_function: Start, database: Database, background: ThreadPoolExecutor
) -> None:
    sign, told = start_function("sign"), Told()
    signing = background.submit(sign_all, [sign.url], forms(3000), told=told)
    wait_until(lambda: len(told.acknowledged) > 300)

    sign.process.send_signal(signal.SIGTERM)

    signing.result()
    audit = database.audit()
    assert len(told.acknowledged) < 3000, "It was drained too late to tell."
    # Connections that were refused were never accepted; of all others each was answered.
    assert set(told.statuses) <= {0, 201}
    assert (audit.tally, len(audit.documents)) == (len(told.acknowledged),) * 2


def test_a_repeat_takes_the_same_steps_as_a_first(
    sign: Running, wire: Wire, database: Database
) -> None:
    first, other = forms(2)
    sign_all([sign.url], [other])  # The status is known for three seconds from now on.
    steps = []
    for _ in range(2):
        wire.calls.clear()
        sign_all([sign.url], [first])
        steps.append(wire.calls[-2:])

    assert steps == [["BatchGetDocuments", "Commit"]] * 2
    assert database.audit().tally == 2


def test_a_commit_that_nobody_is_permitted_is_our_fault_and_says_nothing(
    sign: Running, wire: Wire, http: httpx.Client
) -> None:
    wire.refuse("Commit", grpc.StatusCode.PERMISSION_DENIED, times=1)

    answer = http.post(f"{sign.url}/{PETITION}", json=forms(1)[0])

    assert answer.status_code == 500
    assert "purpose" not in answer.text
    assert '"exception": "PermissionDenied"' in sign.log()
    assert "purpose" not in sign.log()
