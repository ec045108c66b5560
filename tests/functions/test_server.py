"""What a stranger can do to a process: fill it, hold it up, write into its log."""

import contextlib
import json
import os
import re
import secrets
import signal
import socket
import struct
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from dev.functions import FUNCTIONS, Running
from dev.keys import DevelopmentKeys
from dev.stack import Stack
from tests.functions.database import Database
from tests.functions.signers import (
    PETITION,
    base64url,
    open_form,
    sealed_form,
)
from tests.marks.process import worker_of

Start = Callable[..., Running]

POSTED = ("sign", "share-link", "withdraw")
MIB = 1024 * 1024
PATIENCE_SECONDS = 60


def connect(url: str) -> socket.socket:
    """Open a connection to a function."""
    parts = urlsplit(url)
    assert parts.hostname and parts.port
    return socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE_SECONDS)


def head(length: int, *more: str) -> bytes:
    """Return the beginning of a request, whose body is to have a length."""
    lines = [
        f"POST /{PETITION} HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        f"Content-Length: {length}",
        *more,
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def receive(connection: socket.socket) -> bytes:
    """Return one whole answer."""
    received = connection.recv(65_536)
    while not (length := re.search(rb"content-length: (\d+).*?\r\n\r\n", received, re.DOTALL)) or (
        len(received) < length.end() + int(length[1])
    ):
        received += (more := connection.recv(65_536))
        assert more, received
    return received


def answer_of(connection: socket.socket) -> bytes:
    """Return all that comes before the other side hangs up."""
    received = b""
    with contextlib.suppress(ConnectionError):
        while octets := connection.recv(65_536):
            received += octets
    return received


def memory_bytes(process: int) -> int:
    """Return how much memory a process has."""
    status = Path(f"/proc/{process}/status").read_text()
    (kibibytes,) = re.findall(r"VmRSS:\s+(\d+) kB", status)
    return 1024 * int(kibibytes)


def valid_body(name: str, keys: DevelopmentKeys) -> dict[str, Any]:
    """Return a body that would be accepted."""
    match name:
        case "sign":
            tag = base64url(secrets.token_bytes(32))
            return sealed_form(keys.private_key.public_key(), "x@example.org", address_tag=tag)
        case "share-link":
            return {"language": "ko"}
        case _:
            return {"receipt": "0" * 26, "keep_count": True}


@pytest.mark.parametrize("name", POSTED)
def test_a_body_that_trickles_is_given_up_and_others_are_served(
    http: httpx.Client, start_function: Start, keys: DevelopmentKeys, name: str
) -> None:
    function = start_function(name)
    url = f"{function.url}/{PETITION}"
    body = json.dumps(valid_body(name, keys)).encode().ljust(5000)
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(connect(url)) for _ in range(100)]
        for connection in slow:
            connection.sendall(head(len(body)) + body[:10])
        for octet in range(10, 15):  # Each of them a sign of life.
            served = http.post(url, json=valid_body(name, keys))
            assert served.status_code in (201, 204)
            for connection in slow:
                connection.sendall(body[octet : octet + 1])
        answers = [receive(connection) for connection in slow]

    for answer in answers:
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b'problems.html#request-timeout"' in answer
        assert b"\r\ncache-control: no-store\r\n" in answer
    assert http.post(url, json=valid_body(name, keys)).status_code in (201, 204)
    function.stop()
    lines = [json.loads(line) for line in function.log().splitlines()]
    timeouts = [line["number"] for line in lines if line.get("slug") == "request-timeout"]
    assert sum(timeouts) == 100


HUGE_HEADS = {
    "one-long-header": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 70_000,
    "many-headers": b"GET / HTTP/1.1\r\n" + b"Some-Header: some value\r\n" * 3000,
    "a-long-name": b"GET / HTTP/1.1\r\n" + b"x" * 70_000,
    "a-long-address": b"GET /" + b"x" * 70_000,
    "a-long-query": b"GET /?" + b"x" * 70_000,
    "in-whole": b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
    "many-in-whole": b"GET / HTTP/1.1\r\n" + b"X: x\r\n" * 40_000 + b"\r\n",
}


@pytest.mark.parametrize("octets", HUGE_HEADS.values(), ids=HUGE_HEADS)
@pytest.mark.parametrize("piece", [1000, 1_000_000], ids=["in-pieces", "at-once"])
def test_a_head_that_is_too_large_is_refused(
    http: httpx.Client, services: Stack, octets: bytes, piece: int
) -> None:
    with connect(services.share_link) as connection:
        send_all(connection, (octets[i : i + piece] for i in range(0, len(octets), piece)))
        answer = answer_of(connection)

    status, _, rest = answer.partition(b"\r\n")
    assert status.startswith(b"HTTP/1.1 431 ")
    assert b"x" * 10 not in rest
    assert http.get(f"{services.share_link}/{PETITION}/0123456789.svg").status_code == 200


def test_a_head_of_many_cookies_is_taken(http: httpx.Client, services: Stack) -> None:
    headers = {f"Cookie-{number}": "x" * 1000 for number in range(20)}

    answer = http.get(f"{services.share_link}/{PETITION}/0123456789.svg", headers=headers)

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "endless",
    [
        b"GET / HTTP/1.1\r\nX: ",
        b"GET /",
        head(0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked") + b"0\r\nX: ",
        head(0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked") + b"1;x=",
    ],
    ids=["header", "address", "trailer", "extension"],
)
def test_no_head_fills_the_memory(start_function: Start, endless: bytes) -> None:
    function = start_function("withdraw")
    worker = worker_of(function)
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(connect(function.url)) for _ in range(20)]
        before = memory_bytes(worker)

        for connection in connections:
            send_all(connection, [endless, *[b"x" * MIB] * 16])

        assert memory_bytes(worker) - before < 40 * MIB, "Of the 320 that were sent."


@pytest.mark.parametrize(("ahead", "answered"), [(15, True), (5000, False)])
def test_few_requests_may_wait_on_one_connection(
    http: httpx.Client, services: Stack, ahead: int, answered: bool
) -> None:
    """Each that waits for its turn takes memory, and a kilobyte holds fifty."""
    with connect(services.share_link) as connection:
        last = b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"
        send_all(connection, [b"GET / HTTP/1.1\r\n\r\n" * ahead + last])
        answer = answer_of(connection)

    assert (answer.count(b"HTTP/1.1 404 ") == ahead + 1) is answered
    assert answer.count(b"HTTP/1.1 ") < 20
    assert http.get(f"{services.share_link}/{PETITION}/0123456789.svg").status_code == 200


def send_all(connection: socket.socket, pieces: Iterable[bytes]) -> None:
    """Send as much as the other side takes."""
    connection.settimeout(5)  # Whoever neither reads nor hangs up has taken what it takes.
    with contextlib.suppress(ConnectionError, TimeoutError):
        for piece in pieces:
            connection.sendall(piece)
    connection.settimeout(PATIENCE_SECONDS)


def test_a_connection_that_nobody_uses_for_a_while_is_kept(services: Stack) -> None:
    """Whoever sends on one that was just closed gets no answer at all."""
    with connect(services.withdraw) as connection:
        connection.sendall(head(2) + b"{}")
        assert receive(connection).startswith(b"HTTP/1.1 422 ")
        time.sleep(3)  # Two seconds is what the server keeps it by itself.

        connection.sendall(head(2) + b"{}")

        assert receive(connection).startswith(b"HTTP/1.1 422 ")


def test_a_flood_of_people_who_hang_up_writes_nothing_but_sums(
    http: httpx.Client, start_function: Start, keys: DevelopmentKeys
) -> None:
    """The time of a line would tell when somebody signed."""
    running = {name: start_function(name) for name in POSTED}
    for name, function in running.items():
        url = f"{function.url}/{PETITION}"
        for number in range(200):
            body = json.dumps(valid_body(name, keys) if number < 20 else {"x": 1}).encode()
            octets = head(len(body)) + body
            cut = (0, 20, len(octets) - len(body), len(octets) - 1, len(octets))[number % 5]
            with connect(url) as connection:
                connection.sendall(octets[:cut])
                if number % 2:  # Reset, and not closed in good order.
                    linger = struct.pack("ii", 1, 0)
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        assert http.post(url, json=valid_body(name, keys)).status_code in (201, 204)

    for function in running.values():
        function.stop()
        lines = [json.loads(line) for line in function.log().splitlines()]
        assert {line["event"] for line in lines} <= {"minute", "problem"}
        assert {line["severity"] for line in lines} == {"INFO"}
        assert not [line for line in lines if re.search(r"\d{4}-\d\d-\d\d", json.dumps(line))]


@pytest.mark.parametrize("logged", ["false", "true", None], ids=["online", "turned-on", "here"])
def test_what_a_request_calls_itself_stands_nowhere(
    http: httpx.Client, start_function: Start, keys: DevelopmentKeys, logged: str | None
) -> None:
    """The framework would write it into every line of a request, and the platform turns that on."""
    mark = f"mark{secrets.token_hex(8)}"
    trace = "0af7651916cd43dd8448eb211c80319c"
    headers = {
        "Function-Execution-Id": mark * 100,
        "X-Cloud-Trace-Context": f"{trace}/123456789;o=1",
        "Traceparent": f"00-{trace}-b7ad6b7169203331-01",
    }
    running = {name: start_function(name, LOG_EXECUTION_ID=logged) for name in FUNCTIONS}
    answers = []
    for name, function in running.items():
        url = f"{function.url}/{PETITION}"
        for method, body in (("POST", valid_body(name, keys)), ("POST", {}), ("GET", None)):
            answers.append(http.request(method, url, json=body, headers=headers))
        answers.append(http.get(f"{function.url}/nobody", headers=headers))
        function.stop()

    for answer in answers:
        assert answer.status_code < 500
        assert mark not in f"{answer.headers} {answer.text}"
    for function in running.values():
        lines = function.log()
        assert lines.count("\n") >= 1
        assert not [
            text for text in (mark, trace, "123456789", "spanId", "labels") if text in lines
        ]


def test_a_process_that_slept_answers_its_first_request(
    http: httpx.Client, start_function: Start, keys: DevelopmentKeys
) -> None:
    """An idle instance has no CPU for minutes, and the server would take it for dead."""
    running = {name: start_function(name, CLOUD_RUN_TIMEOUT_SECONDS="2") for name in FUNCTIONS}
    workers = {name: worker_of(function) for name, function in running.items()}
    for worker in workers.values():
        os.kill(worker, signal.SIGSTOP)
    time.sleep(8)  # Four times what the framework would wait; it looks each second.
    for worker in workers.values():
        os.kill(worker, signal.SIGCONT)

    for name, function in running.items():
        url = f"{function.url}/{PETITION}"
        answer = http.get(url) if name == "count" else http.post(url, json=valid_body(name, keys))
        assert answer.status_code in (200, 201, 204)
        assert worker_of(function) == workers[name]


def test_open_forms_beyond_what_can_be_hashed_are_refused_and_sealed_ones_taken(
    http: httpx.Client, start_function: Start, keys: DevelopmentKeys, database: Database
) -> None:
    url = f"{start_function('sign').url}/{PETITION}"
    forms = [open_form() for _ in range(80)] + [valid_body("sign", keys) for _ in range(10)]

    with ThreadPoolExecutor(len(forms)) as crowd:
        answers = list(crowd.map(lambda form: http.post(url, json=form), forms))

    statuses = [answer.status_code for answer in answers]
    assert set(statuses[:80]) == {201, 503}
    assert all(int(a.headers["retry-after"]) > 0 for a in answers if a.status_code == 503)
    assert statuses[80:] == [201] * 10
    audit = database.audit()
    assert audit.tally == statuses.count(201)
    assert audit.is_exact


LATE = {  # what a connection sends at once, and what it drips; and how it is told to leave
    "head": (b"POST / HTTP/1.1\r\nX: ", b"408"),
    "address": (b"GET /", b"408"),
    "body-of-nothing": (head(8000).replace(PETITION.encode(), b"nothing"), b"404"),
    "trailer": (
        head(0)
        .replace(PETITION.encode(), b"nothing")
        .replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
        + b"0\r\nX: ",
        b"404",
    ),
    "silence": (b"", b""),
}


@pytest.fixture
def hasty(petitions: Path, start_function: Start) -> Running:
    """Start a function that has a second where others have fifteen, or ten minutes."""
    server = petitions.parent / "petition" / "server.py"
    text = server.read_text()
    for line in ("MESSAGE_SECONDS = 15.0", "KEEP_ALIVE_SECONDS = 620"):
        assert line in text
        text = text.replace(line, f"{line.partition(' ')[0]} = 1")
    server.write_text(text)
    return start_function("withdraw")


@pytest.mark.parametrize(("begin", "told"), LATE.values(), ids=LATE)
def test_whoever_does_not_come_to_an_end_is_hung_up_on(
    http: httpx.Client, hasty: Running, begin: bytes, told: bytes
) -> None:
    """An octet now and then would hold a connection for ever."""
    with connect(hasty.url) as connection:
        connection.sendall(begin)
        connection.settimeout(0.1)
        answer, deadline = b"", time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                octets = connection.recv(65_536)
            except TimeoutError:
                if begin:
                    connection.sendall(b"x")
                continue
            except ConnectionError:
                break
            answer += octets
            if not octets:
                break
        else:
            pytest.fail("It is held still.")

    assert answer.partition(b" ")[2].startswith(told)
    assert http.post(f"{hasty.url}/{PETITION}", json={}).status_code == 422
