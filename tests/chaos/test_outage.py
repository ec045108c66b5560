"""A database that hangs, answers too late, or is away while a process ends."""

import asyncio
import json
import signal
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from petition.problems import Unavailable
from petition.retry import until_certain

from dev.functions import FUNCTIONS, Running
from tests.chaos.crowd import PATIENCE_SECONDS, PETITION, forms, sign_all, wait_until
from tests.chaos.faults import AMBIGUOUS, Fault, Wire
from tests.functions.database import Database
from tests.functions.signers import open_form

Start = Callable[..., Running]

FOREVER_SECONDS = 3600
METHODS = ("Commit", "BatchGetDocuments", "RunQuery", "RunAggregationQuery")


def lines(function: Running) -> list[dict[str, Any]]:
    """Return what a function has logged, every line of which must be JSON."""
    return [json.loads(line) for line in function.log().splitlines()]


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
    assert statuses == [204, 201, 201]
    audit = database.audit()
    assert (audit.tally, len(audit.documents)) == (201, 201)
    # Not even of those who did not wait is there more than a number.
    assert all(line["severity"] == "INFO" for f in running.values() for line in lines(f))


def test_a_commit_that_arrives_after_it_was_given_up_counts_nothing_twice(
    start_function: Start, wire: Wire, database: Database
) -> None:
    sign = start_function("sign", FIRESTORE_EMULATOR_HOST=wire.host)
    wire.hold("Commit", 3.5)  # The function waits for three seconds.

    told = sign_all([sign.url], forms(20))

    assert told.statuses == {201: 20}
    commits = wire.calls.count("Commit")
    wait_until(lambda: wire.answered >= commits)  # The late one too has come to its end.
    assert commits >= 2
    audit = database.audit()
    assert (audit.tally, len(audit.documents)) == (20, 20)


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
    audit = database.audit()
    assert set(told.statuses) <= {0, 201}
    assert told.acknowledged
    assert (audit.tally, len(audit.documents)) == (len(told.acknowledged),) * 2
    minutes = [line for line in lines(sign) if line["event"] == "minute"]
    assert sum(line["accepted"] for line in minutes) == len(told.acknowledged)
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


def test_withdrawals_in_a_storm_take_back_each_signature_once(
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
    receipts = [
        http.post(f"{sign.url}/{PETITION}", json=open_form()).json()["receipt"] for _ in range(24)
    ]
    for number, code in enumerate(AMBIGUOUS * 4):
        wire.faults.append(Fault("Commit", code, applied=number % 2 == 0))
        wire.faults.append(Fault("RunQuery", code, applied=False))

    # Every third +1 stays; each receipt is handed in twice at once, in two places.
    bodies = [{"receipt": r, "keep_count": number % 3 == 0} for number, r in enumerate(receipts)]
    answers = list(
        background.map(
            lambda pair: http.post(pair[0], json=pair[1]).status_code,
            [(place, body) for body in bodies for place in places],
        )
    )

    assert wire.broken == 40
    assert answers == [204] * 48
    audit = database.audit()
    assert (audit.tally, len(audit.documents), len(audit.emptied)) == (8, 8, 8)
    assert audit.countries == {"KR": 8}


def test_no_attempt_begins_after_the_deadline() -> None:
    """So a queue that waited through an outage is not served one vain attempt after the other."""
    attempts = []

    async def attempt() -> None:
        attempts.append(1)

    async def try_too_late() -> None:
        await until_certain(attempt, deadline=asyncio.get_running_loop().time())

    with pytest.raises(Unavailable):
        asyncio.run(try_too_late())
    assert attempts == []
