"""A database that hangs, is away, or whose connections die; and a process that ends."""

import asyncio
import itertools
import json
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from dev.emulator import Emulator, running_emulator
from dev.functions import FUNCTIONS, Running
from dev.soak.wire import Cable
from tests.chaos.crowd import (
    PATIENCE_SECONDS,
    PETITION,
    Told,
    forms,
    receipts,
    sign_all,
    wait_until,
)
from tests.chaos.exact import check_exact, lines, stored_claims
from tests.chaos.faults import Wire
from tests.functions.database import Database
from tests.functions.signers import open_form

Start = Callable[..., Running]
Meet = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

FOREVER_SECONDS = 3600
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
    try:
        while await reader.read(1024):
            pass
    finally:  # Also when the loop ends.
        writer.transport.abort()


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
    """
    What a router forgot stays open at both ends, and nothing comes through any more.

    It would last as long as the process. Whoever signs just then does not notice, and whoever
    reads is told what was counted before until there is news.
    """
    async with (
        Cable(emulator.host).laid() as cable,
        httpx.AsyncClient(trust_env=False, timeout=PATIENCE_SECONDS) as http,
    ):
        start = partial(start_function, FIRESTORE_EMULATOR_HOST=cable.host)
        sign = (await asyncio.to_thread(start, "sign")).url
        count = (await asyncio.to_thread(start, "count")).url

        async def attempt() -> int:
            return (await http.post(f"{sign}/{PETITION}", json=forms(1)[0])).status_code

        def read() -> str:
            answer = httpx.get(f"{count}/{PETITION}", trust_env=False, timeout=PATIENCE_SECONDS)
            return str(answer.json()["as_of"])

        def is_news(before: str) -> bool:
            return read() != before

        for _ in range(2):
            assert await attempt() == 201
            before = await asyncio.to_thread(read)
            cable.forget()
            assert await attempt() == 201
            await asyncio.to_thread(wait_until, partial(is_news, before))
        assert cable.harm["connections forgotten"] >= 2


def test_a_process_that_ends_answers_everybody_and_writes_down_its_numbers(
    sign: Running,
    wire: Wire,
    http: httpx.Client,
    database: Database,
    background: ThreadPoolExecutor,
) -> None:
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
