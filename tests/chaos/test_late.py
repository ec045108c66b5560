"""What arrives late, or out of order: commits, claims, withdrawals and sweeps."""

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import httpx

from dev.functions import Running
from dev.keys import DevelopmentKeys
from tests.chaos.crowd import (
    PETITION,
    digest,
    forms,
    receipts,
    sign_all,
    wait_until,
)
from tests.chaos.exact import check_exact
from tests.chaos.faults import AMBIGUOUS, Fault, Wire
from tests.functions.database import Database
from tests.functions.signers import open_form, receipt_hash, sealed_form, write_receipt

Start = Callable[..., Running]


def test_a_commit_that_arrives_after_it_was_given_up_counts_nothing_twice(
    sign: Running, wire: Wire, database: Database
) -> None:
    wire.hold("Commit", 3.5)  # The function waits for three seconds.
    crowd = forms(20)

    told = sign_all([sign.url], crowd)

    assert told.statuses == {201: 20}
    wait_for_late_commits(wire, at_least=2)
    check_exact(database, receipts(crowd))


def test_a_commit_that_arrives_after_the_withdrawal_brings_nothing_back(
    start_function: Start, sign: Running, wire: Wire, http: httpx.Client, database: Database
) -> None:
    withdraw, sweep = start_function("withdraw"), start_function("sweep")
    wire.hold("Commit", 8)  # The function gives it up after three seconds, and makes another.
    receipt = http.post(f"{sign.url}/{PETITION}", json=open_form()).json()["receipt"]
    held = wire.under_way
    body = withdrawal(receipt)

    assert http.post(f"{withdraw.url}/{PETITION}", json=body).status_code == 204
    assert http.post(f"{sweep.url}/{PETITION}").status_code == 204

    check_exact(database, set())
    assert held == wire.under_way == 1, "It came before the withdrawal."
    wait_for_late_commits(wire, at_least=2)
    check_exact(database, set())
    assert len(database.audit().empty) == 1


def test_a_claim_that_is_withdrawn_before_it_arrives_never_stands(
    start_function: Start,
    sign: Running,
    wire: Wire,
    http: httpx.Client,
    database: Database,
    keys: DevelopmentKeys,
) -> None:
    withdraw, sweep = start_function("withdraw"), start_function("sweep")
    wire.hold("Commit", 12, times=100)
    receipt = secrets.token_bytes(16)
    form = sealed_form(keys.private_key.public_key(), receipt=receipt)
    assert http.post(f"{sign.url}/{PETITION}", json=form).status_code == 503
    held = wire.under_way
    body = withdrawal(write_receipt(receipt))

    assert http.post(f"{withdraw.url}/{PETITION}", json=body).status_code == 204
    assert http.post(f"{sweep.url}/{PETITION}").status_code == 204

    assert held == wire.under_way > 0, "It came before the withdrawal."
    wait_for_late_commits(wire, at_least=held)
    wire.mend()
    # Whoever carries it once more, days later, is answered like everybody else.
    assert http.post(f"{sign.url}/{PETITION}", json=form).status_code == 201
    check_exact(database, set())
    assert database.audit().empty == {form["receipt_hash"]}


def wait_for_late_commits(wire: Wire, *, at_least: int) -> None:
    """Return when every commit has come to its end, also those that nobody waits for."""
    assert wire.calls.count("Commit") >= at_least
    wait_until(lambda: wire.under_way == 0)


def test_withdrawals_and_sweeps_in_a_storm_take_back_each_claim_once(
    start_function: Start,
    wire: Wire,
    http: httpx.Client,
    database: Database,
    background: ThreadPoolExecutor,
) -> None:
    sign = start_function("sign")
    places = [
        f"{start_function('withdraw', FIRESTORE_EMULATOR_HOST=wire.host).url}/{PETITION}"
        for _ in range(2)
    ]
    sweeps = [start_function("sweep", FIRESTORE_EMULATOR_HOST=wire.host) for _ in range(2)]
    shown = [
        http.post(f"{sign.url}/{PETITION}", json=open_form()).json()["receipt"] for _ in range(24)
    ]
    for number, code in enumerate(AMBIGUOUS * 4):
        wire.faults.append(Fault("Commit", code, applied=number % 2 == 0))
        wire.faults.append(Fault("BatchGetDocuments", code, applied=False))

    # Every third +1 stays; each receipt is handed in twice at once, in two places.
    bodies = [{"receipt": r, "keep_count": number % 3 == 0} for number, r in enumerate(shown)]
    answers = list(
        background.map(
            lambda pair: http.post(pair[0], json=pair[1]).status_code,
            [(place, body) for body in bodies for place in places],
        )
    )

    assert wire.broken == 40
    assert answers == [204] * 48
    audit = database.audit()
    assert audit.is_exact
    assert (audit.tally, audit.standing, len(audit.empty)) == (24, {}, 24)

    for code in AMBIGUOUS:
        wire.lose("Commit", code)
        wire.refuse("RunQuery", code)
    swept = background.map(lambda sweep: http.post(f"{sweep.url}/{PETITION}").status_code, sweeps)

    assert list(swept) == [204] * 2
    assert wire.broken == 50
    audit = database.audit()
    assert audit.is_exact
    assert (audit.tally, len(audit.signers), audit.countries) == (8, 8, {"KR": 8})
    assert database.list(f"petitions/{PETITION}/leaving") == {}


def test_a_signer_who_keeps_changing_keeps_nobody_else_on_the_count(
    start_function: Start, wire: Wire, http: httpx.Client, database: Database
) -> None:
    """Whoever claims an address again and again can make every deletion of it fail."""
    sign, withdraw = (f"{start_function(n).url}/{PETITION}" for n in ("sign", "withdraw"))
    sweep = start_function("sweep", FIRESTORE_EMULATOR_HOST=wire.host)
    for _ in range(5):
        receipt = http.post(sign, json=open_form()).json()["receipt"]
        assert http.post(withdraw, json=withdrawal(receipt)).status_code == 204
    changing = sorted(database.audit().signers)[2]
    refused = grpc.StatusCode.FAILED_PRECONDITION
    always = Fault("Commit", refused, applied=False, times=1000, about=changing.encode())
    wire.faults.append(always)

    assert http.post(f"{sweep.url}/{PETITION}").status_code == 204

    # With all others, alone, and both again when nobody else was left; then it was given up.
    assert always.times == 996
    assert database.audit().signers.keys() == {changing}
    assert database.audit().is_exact
    wire.mend()
    assert http.post(f"{sweep.url}/{PETITION}").status_code == 204
    assert database.audit().tally == 0


def test_a_withdrawal_and_a_sweep_that_arrive_late_take_nobody_else_off(
    start_function: Start, wire: Wire, http: httpx.Client, database: Database
) -> None:
    on_wire = {"FIRESTORE_EMULATOR_HOST": wire.host}
    url = {"sign": f"{start_function('sign').url}/{PETITION}"}
    url |= {n: f"{start_function(n, **on_wire).url}/{PETITION}" for n in ("withdraw", "sweep")}
    form, receipt = claim_and_receipt()
    assert http.post(url["sign"], json=form).status_code == 201
    wire.keep("Commit")
    assert http.post(url["withdraw"], json=withdrawal(receipt)).status_code == 204
    wire.keep("Commit")
    assert http.post(url["sweep"]).status_code == 204
    # The same address, by another claim.
    again = form | {"receipt_hash": digest("another receipt")}
    assert http.post(url["sign"], json=again).status_code == 201

    assert grpc.StatusCode.OK not in wire.deliver()

    check_exact(database, receipts([again]))


def test_a_claim_that_arrives_after_its_signer_has_left_counts_nobody(
    start_function: Start, wire: Wire, http: httpx.Client, database: Database
) -> None:
    """It was sent to be added to a signer who was there; sent again, it brings them back."""
    on_wire = {"FIRESTORE_EMULATOR_HOST": wire.host}
    url = {"sign": f"{start_function('sign', **on_wire).url}/{PETITION}"}
    url |= {n: f"{start_function(n).url}/{PETITION}" for n in ("withdraw", "sweep")}
    form, receipt = claim_and_receipt()
    again = form | {"receipt_hash": digest("another receipt")}
    assert http.post(url["sign"], json=form).status_code == 201
    wire.keep("Commit", times=1000)
    assert http.post(url["sign"], json=again).status_code == 503
    wire.mend()
    assert http.post(url["withdraw"], json=withdrawal(receipt)).status_code == 204
    assert http.post(url["sweep"]).status_code == 204
    check_exact(database, set())

    assert grpc.StatusCode.OK not in wire.deliver()

    check_exact(database, set())
    assert http.post(url["sign"], json=again).status_code == 201
    check_exact(database, receipts([again]))


def claim_and_receipt() -> tuple[dict[str, str], str]:
    """Fill in a sealed form, and write down its receipt."""
    receipt = secrets.token_bytes(16)
    return forms(1)[0] | {"receipt_hash": receipt_hash(receipt)}, write_receipt(receipt)


def withdrawal(receipt: str) -> dict[str, Any]:
    """Fill in the form that takes everything back."""
    return {"receipt": receipt, "keep_count": False}
