"""A database that hangs, answers too late, or is away while a process ends."""

import asyncio
import itertools
import json
import os
import secrets
import signal
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import grpc
import httpx
import pytest

from dev.emulator import Emulator, running_emulator
from dev.functions import FUNCTIONS, Running
from dev.keys import DevelopmentKeys
from dev.soak.wire import Cable
from tests.chaos.crowd import (
    PATIENCE_SECONDS,
    PETITION,
    Told,
    digest,
    forms,
    receipts,
    sign_all,
    wait_until,
)
from tests.chaos.exact import check_exact, lines, stored_claims
from tests.chaos.faults import AMBIGUOUS, Fault, Wire
from tests.functions.database import Database
from tests.functions.signers import open_form, receipt_hash, sealed_form, write_receipt

Start = Callable[..., Running]
Meet = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

FOREVER_SECONDS = 3600
# Each waits for ten seconds or so; the connection's end is found out after some 35.
FORGOTTEN_ATTEMPTS = 10
MOST_AWAY_SECONDS = 6  # ours: on a busy machine; gRPC itself would soon wait for longer
METHODS = ("Commit", "BatchGetDocuments", "RunQuery")


def test_no_function_hangs_with_the_database_and_all_recover(
    start_function: Start,
    wire: Wire,
    http: httpx.Client,
    database: Database,
    background: ThreadPoolExecutor,
) -> None:
    running = {n: start_function(n, FIRESTORE_EMULATOR_HOST=wire.host) for n in FUNCTIONS}
    url = {name: f"{function.url}/{PETITION}" for name, function in running.items()}
    receipt = http.post(url["sign"], json=open_form()).json()["receipt"]
    count = http.get(url["count"]).json()
    posts: dict[str, dict[str, Any]] = {
        "withdraw": {"receipt": receipt, "keep_count": False},
        "share-link": {"language": "ko"},
        "sign": dict(forms(1)[0]),
        "sweep": {},
    }
    for method in METHODS:
        wire.hold(method, FOREVER_SECONDS, times=10_000)

    for form in forms(10):
        hang_up_after_sending(url["sign"], form)
    crowd = forms(200)
    signing = background.submit(sign_all, [running["sign"].url], crowd, at_once=200)
    others = {name: background.submit(http.post, url[name], json=posts[name]) for name in posts}
    reading = http.get(url["count"])
    landing = http.get(f"{url['share-link']}/0123456789")
    code = http.get(f"{url['share-link']}/0123456789.svg")

    told = signing.result()
    assert told.statuses == {503: 200}
    assert all(seconds and int(seconds) > 0 for seconds in told.retry_after)
    for answer in (other.result() for other in others.values()):
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert answer.json()["type"].endswith("#unavailable")
    assert (reading.status_code, reading.json()) == (200, count)
    assert (landing.status_code, code.status_code) == (200, 200)

    wire.mend()
    assert sign_all([running["sign"].url], crowd).statuses == {201: 200}
    statuses = [http.post(url[name], json=posts[name]).status_code for name in posts]
    assert statuses == [204, 201, 201, 204]
    check_exact(database, receipts([*crowd, posts["sign"]]))
    assert len(database.audit().empty) == 1
    # Not even of those who did not wait is there more than a number.
    assert all(line["severity"] == "INFO" for f in running.values() for line in lines(f))


def test_an_emulator_that_stood_still_loses_and_doubles_nothing(
    start_function: Start,
    http: httpx.Client,
    project: str,
    background: ThreadPoolExecutor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It applies what it was sent before it stood still, when everybody has given that up."""
    monkeypatch.delenv("FIRESTORE_EMULATOR_HOST", raising=False)  # One of its own.
    with running_emulator(tmp_path / "emulator.log") as emulator:
        assert emulator.process
        sign, count = (
            start_function(name, FIRESTORE_EMULATOR_HOST=emulator.host)
            for name in ("sign", "count")
        )
        crowd, told = forms(1500), Told()
        before = http.get(f"{count.url}/{PETITION}").json()
        signing = background.submit(sign_all, [sign.url], crowd, told=told)
        wait_until(lambda: len(told.acknowledged) > 300)

        os.killpg(emulator.process.popen.pid, signal.SIGSTOP)
        try:
            wait_until(lambda: told.statuses[503] > 0)
            reading = http.get(f"{count.url}/{PETITION}")
        finally:
            os.killpg(emulator.process.popen.pid, signal.SIGCONT)

        signing.result()
        assert (reading.status_code, reading.json()) == (200, before)
        assert set(told.statuses) == {201, 503}
        assert all(seconds and int(seconds) > 0 for seconds in told.retry_after)
        database = Database(emulator.host, project)
        assert told.acknowledged <= stored_claims(database)
        assert database.audit().is_exact
        assert sign_all([sign.url], crowd).statuses == {201: 1500}
        check_exact(database, receipts(crowd))
        database.close()


async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.read(1024):
        pass
    writer.close()


@pytest.mark.parametrize("meet", [hang_up, say_nothing])
async def test_a_database_that_was_away_is_looked_for_every_few_seconds(
    start_function: Start, meet: Meet
) -> None:
    """
    By itself gRPC would wait twenty seconds for each connection, and longer after each
    failure, up to two minutes.
    """
    clock = asyncio.get_running_loop().time
    attempts: list[float] = []

    async def note_and_meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        attempts.append(clock())
        await meet(reader, writer)

    async with await asyncio.start_server(note_and_meet, "127.0.0.1", 0) as server:
        host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        sign = await asyncio.to_thread(start_function, "sign", FIRESTORE_EMULATOR_HOST=host)
        end = clock() + 3 * MOST_AWAY_SECONDS
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_SECONDS) as http:
            while clock() < end:
                answer = await http.post(f"{sign.url}/{PETITION}", json=forms(1)[0])
                assert answer.status_code == 503

    assert max(b - a for a, b in itertools.pairwise([*attempts, end])) < MOST_AWAY_SECONDS


async def test_a_connection_that_died_without_a_word_is_left_for_another(
    start_function: Start, emulator: Emulator
) -> None:
    """What a router forgot stays open at both ends, and nothing comes through any more."""
    async with Cable(emulator.host).laid() as cable:
        sign = await asyncio.to_thread(start_function, "sign", FIRESTORE_EMULATOR_HOST=cable.host)
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_SECONDS) as http:

            async def attempt() -> int:
                answer = await http.post(f"{sign.url}/{PETITION}", json=forms(1)[0])
                return answer.status_code

            assert await attempt() == 201
            cable.forget()
            assert await attempt() == 503
            # Else it would last as long as the process.
            for _ in range(FORGOTTEN_ATTEMPTS):
                status = await attempt()
                if status == 201:
                    break
            assert status == 201


def test_a_commit_that_arrives_after_it_was_given_up_counts_nothing_twice(
    start_function: Start, wire: Wire, database: Database
) -> None:
    sign = start_function("sign", FIRESTORE_EMULATOR_HOST=wire.host)
    wire.hold("Commit", 3.5)  # The function waits for three seconds.
    crowd = forms(20)

    told = sign_all([sign.url], crowd)

    assert told.statuses == {201: 20}
    wait_for_late_commits(wire, at_least=2)
    check_exact(database, receipts(crowd))


def test_a_commit_that_arrives_after_the_withdrawal_brings_nothing_back(
    start_function: Start, wire: Wire, http: httpx.Client, database: Database
) -> None:
    sign = start_function("sign", FIRESTORE_EMULATOR_HOST=wire.host)
    withdraw, sweep = start_function("withdraw"), start_function("sweep")
    wire.hold("Commit", 8)  # The function gives it up after three seconds, and makes another.
    receipt = http.post(f"{sign.url}/{PETITION}", json=open_form()).json()["receipt"]
    held = wire.under_way
    body = {"receipt": receipt, "keep_count": False}

    assert http.post(f"{withdraw.url}/{PETITION}", json=body).status_code == 204
    assert http.post(f"{sweep.url}/{PETITION}").status_code == 204

    check_exact(database, set())
    assert held == wire.under_way == 1, "It came before the withdrawal."
    wait_for_late_commits(wire, at_least=2)
    check_exact(database, set())
    assert len(database.audit().empty) == 1


def test_a_claim_that_is_withdrawn_before_it_arrives_never_stands(
    start_function: Start,
    wire: Wire,
    http: httpx.Client,
    database: Database,
    keys: DevelopmentKeys,
) -> None:
    sign = start_function("sign", FIRESTORE_EMULATOR_HOST=wire.host)
    withdraw, sweep = start_function("withdraw"), start_function("sweep")
    wire.hold("Commit", 12, times=100)
    receipt = secrets.token_bytes(16)
    form = sealed_form(keys.private_key.public_key(), receipt=receipt)
    assert http.post(f"{sign.url}/{PETITION}", json=form).status_code == 503
    held = wire.under_way
    body = {"receipt": write_receipt(receipt), "keep_count": False}

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


def test_a_process_that_ends_answers_everybody_and_writes_down_its_numbers(
    start_function: Start,
    wire: Wire,
    http: httpx.Client,
    database: Database,
    background: ThreadPoolExecutor,
) -> None:
    sign = start_function("sign", FIRESTORE_EMULATOR_HOST=wire.host)
    assert http.post(f"{sign.url}/{PETITION}", json={}).status_code == 422
    wire.hold("Commit", 1.0, times=100)
    signing = background.submit(sign_all, [sign.url], forms(30))
    wait_until(lambda: "Commit" in wire.calls)

    sign.process.send_signal(signal.SIGTERM)

    told = signing.result()
    sign.process.wait(PATIENCE_SECONDS)
    assert set(told.statuses) <= {0, 201}
    assert told.acknowledged
    check_exact(database, told.acknowledged)
    minutes = [line for line in lines(sign) if line["event"] == "minute"]
    assert sum(line["claims"] - line["refused"] for line in minutes) == len(told.acknowledged)
    assert all(line["severity"] == "INFO" for line in lines(sign))
    problems = [line for line in lines(sign) if line["event"] == "problem"]
    assert [(p["function"], p["slug"], p["number"]) for p in problems] == [
        ("sign", "invalid-request", 1)
    ]


def hang_up_after_sending(url: str, form: dict[str, str]) -> None:
    """Send a whole form, and close the connection without waiting for an answer."""
    parts, body = urlsplit(url), json.dumps(form)
    head = (
        f"POST {parts.path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        connection.sendall((head + body).encode())


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
