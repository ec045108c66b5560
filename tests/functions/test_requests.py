"""What all functions have in common: methods, origins, sizes, types, paths, and bad bodies."""

import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from dev.functions import FUNCTIONS
from dev.stack import Stack
from tests.functions.database import Database
from tests.functions.problems import check_problem
from tests.functions.signers import PETITION, open_form, sealed_form

MAX_BODY_BYTES = 8192
DAY_SECONDS = "86400"
POSTED = ("sign", "share-link", "withdraw")
JSON = {"Content-Type": "application/json"}
STRANGER = "https://stranger.example"

# Every call that a function answers: its name, the method, the path below the petition.
CALLS = [
    ("sign", "POST", ""),
    ("count", "GET", ""),
    ("count", "GET", "/badge.svg"),
    ("share-link", "POST", ""),
    ("share-link", "GET", "/0123456789"),
    ("share-link", "GET", "/0123456789.svg"),
    ("share-link", "GET", "/0123456789.png"),
    ("withdraw", "POST", ""),
    ("sweep", "POST", ""),
]


METHODS = {
    **dict.fromkeys(("sign", "withdraw", "sweep"), {"POST"}),
    "count": {"GET", "HEAD"},
    "share-link": {"GET", "HEAD", "POST"},
}


def url_of(services: Stack, name: str, rest: str = "") -> str:
    """Return an address below the petition's."""
    return f"{services.functions[name].url}/{PETITION}{rest}"


def valid_body(services: Stack, name: str) -> dict[str, Any]:
    """Return a body that would be accepted."""
    match name:
        case "sign":
            return sealed_form(services.private_key.public_key())
        case "share-link":
            return {"language": "ko"}
        case "sweep":
            return {}
        case _:
            return {"receipt": "0" * 26, "keep_count": True}


def allowed(method: str) -> str:
    """Return the Allow header where this method is taken."""
    return "POST, OPTIONS" if method == "POST" else "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(("name", "method", "rest"), CALLS)
def test_another_method_is_refused_and_the_right_ones_named(
    http: httpx.Client, services: Stack, name: str, method: str, rest: str
) -> None:
    taken = {"POST"} if method == "POST" else {"GET", "HEAD"}
    for other in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} - taken:
        answer = http.request(other, url_of(services, name, rest))

        assert answer.status_code == 405
        assert answer.headers["allow"] == allowed(method)
        assert (answer.content == b"") == (other == "HEAD")
        if other != "HEAD":
            check_problem(answer, 405, "method-not-allowed", site=services.site)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("method", ["TRACE", "PROPFIND", "CONNECT"])
def test_a_method_that_the_framework_refuses_itself_reaches_nothing(
    http: httpx.Client, services: Stack, name: str, method: str
) -> None:
    """The framework's own words, because it does not ask the function."""
    answer = http.request(method, url_of(services, name))

    assert (answer.status_code, answer.text) == (405, "Method Not Allowed")
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(("name", "method", "rest"), [c for c in CALLS if c[1] == "GET"])
def test_head_is_answered_like_get_without_a_body(
    http: httpx.Client, services: Stack, name: str, method: str, rest: str
) -> None:
    get, head = (http.request(m, url_of(services, name, rest)) for m in ("GET", "HEAD"))

    changing = ("date", "etag")
    assert head.status_code == get.status_code == 200
    assert head.content == b""
    assert {n: v for n, v in head.headers.items() if n not in changing} == {
        n: v for n, v in get.headers.items() if n not in changing
    }


@pytest.mark.parametrize(("name", "method", "rest"), [c for c in CALLS if c[1] == "POST"])
def test_pages_of_an_allowed_origin_may_read_every_answer(
    http: httpx.Client, services: Stack, name: str, method: str, rest: str
) -> None:
    for body in (valid_body(services, name), {}):
        answer = http.request(
            method,
            url_of(services, name, rest),
            json=body if method == "POST" else None,
            headers={"Origin": services.site},
        )

        assert answer.headers["access-control-allow-origin"] == services.site
        assert answer.headers["access-control-expose-headers"] == "Retry-After"
        assert "access-control-allow-credentials" not in answer.headers
        assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize(("name", "method", "rest"), [c for c in CALLS if c[1] == "GET"])
@pytest.mark.parametrize("origin", [None, STRANGER, "null", ""])
def test_any_page_may_read_what_is_public_and_caches_keep_one_answer_for_all(
    http: httpx.Client, services: Stack, name: str, method: str, rest: str, origin: str | None
) -> None:
    headers = {} if origin is None else {"Origin": origin}
    for path in (rest, f"{rest}/nothing-here"):
        answer = http.request(method, url_of(services, name, path), headers=headers)

        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["access-control-expose-headers"] == "ETag, Retry-After"
        assert "access-control-allow-credentials" not in answer.headers
        assert "vary" not in answer.headers


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("origin", [STRANGER, "null", "*", ""])
def test_pages_of_other_origins_may_read_no_answer_that_is_not_public(
    http: httpx.Client, services: Stack, name: str, origin: str
) -> None:
    public = {"count", "share-link"}
    for method in ("POST", "OPTIONS") if name in public else ("GET", "POST", "OPTIONS"):
        answer = http.request(method, url_of(services, name), headers={"Origin": origin})

        assert "access-control-allow-origin" not in answer.headers
        assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize("suffix", [".evil.example", "/", ":80", "x"])
def test_an_origin_is_compared_whole(http: httpx.Client, services: Stack, suffix: str) -> None:
    headers = {"Origin": services.site + suffix}
    answer = http.post(url_of(services, "sign"), json=valid_body(services, "sign"), headers=headers)

    assert answer.status_code == 201
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_preflight_is_answered_for_a_day(http: httpx.Client, services: Stack, name: str) -> None:
    headers = {
        "Origin": services.site,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }

    answer = http.options(url_of(services, name), headers=headers)

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == services.site
    assert answer.headers["access-control-max-age"] == DAY_SECONDS
    methods = answer.headers["access-control-allow-methods"].split(", ")
    assert set(methods) == METHODS[name]
    assert set(answer.headers["allow"].split(", ")) == METHODS[name] | {"OPTIONS"}
    assert answer.headers["access-control-allow-headers"].lower() == "content-type"


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize(
    "path",
    [
        *("/", "/nobody", "/SaveMyFriend", "//savemyfriend", "/%00%ff/x"),
        *("/savemyfriend%0a", "/%0asavemyfriend", "/%0d%0a", "/a%0ab/%0a", "/%e2%80%a8", "/%1b%5b"),
    ],
)
def test_an_unknown_petition_is_not_found(
    http: httpx.Client, services: Stack, name: str, path: str
) -> None:
    answer = http.get(services.functions[name].url + path)

    check_problem(answer, 404, "petition-not-found", site=services.site)


@pytest.mark.parametrize(
    ("name", "rest"),
    [
        ("sign", "/more"),
        ("sign", "/%0a"),
        ("sweep", "/more"),
        ("count", "/badge.svg%0a"),
        ("count", "/badge.png"),
        ("count", "/badge.svg/more"),
        ("share-link", "/0123456789/more"),
        ("withdraw", "/more"),
    ],
)
def test_nothing_is_below_a_petition_but_what_is_documented(
    http: httpx.Client, services: Stack, name: str, rest: str
) -> None:
    for method in ("GET", "POST"):
        answer = http.request(method, url_of(services, name, rest), json={})

        check_problem(answer, 404, "not-found", site=services.site)


@pytest.mark.parametrize("name", POSTED)
def test_a_body_that_is_too_large_is_refused_by_its_length(
    http: httpx.Client, services: Stack, name: str
) -> None:
    body = b" " * (MAX_BODY_BYTES + 1)

    answer = http.post(url_of(services, name), content=body, headers=JSON)

    check_problem(answer, 413, "payload-too-large", site=services.site)


@pytest.mark.parametrize("name", POSTED)
def test_a_body_of_a_huge_declared_length_is_refused_before_it_comes(
    services: Stack, name: str
) -> None:
    head = (
        f"POST /{PETITION} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {'9' * 18}\r\n\r\n"
    )

    status, _, _ = exchange(url_of(services, name), head.encode()).partition(b"\r\n")

    # The words after it are the interpreter's; Python 3.13 has newer ones.
    assert status.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("name", POSTED)
def test_a_body_that_is_too_large_is_refused_when_it_comes_in_chunks(
    http: httpx.Client, services: Stack, name: str
) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(9):
            yield b" " * 1000

    answer = http.post(url_of(services, name), content=chunks(), headers=JSON)

    assert "content-length" not in answer.request.headers
    check_problem(answer, 413, "payload-too-large", site=services.site)


@pytest.mark.parametrize("name", POSTED)
def test_a_body_of_exactly_the_greatest_length_is_read(
    http: httpx.Client, services: Stack, name: str
) -> None:
    body = json.dumps(valid_body(services, name)).encode().ljust(MAX_BODY_BYTES)

    answer = http.post(url_of(services, name), content=body, headers=JSON)

    assert answer.status_code in (201, 204)


@pytest.mark.parametrize("name", POSTED)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": ""},
        {"Content-Type": "text/plain"},
        {"Content-Type": "text/plain; application/json"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/json-patch+json"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
        {"Content-Type": "application/json", "Content-Encoding": "identity"},
    ],
    ids=lambda headers: ", ".join(headers.values()) if headers else "none",
)
def test_another_type_than_plain_json_is_refused(
    http: httpx.Client, services: Stack, name: str, headers: dict[str, str]
) -> None:
    body = json.dumps(valid_body(services, name)).encode()

    answer = http.post(url_of(services, name), content=body, headers=headers)

    check_problem(answer, 415, "unsupported-media-type", site=services.site)


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_may_be_spelled_as_http_allows(
    http: httpx.Client, services: Stack, media_type: str
) -> None:
    body = json.dumps(open_form()).encode()

    answer = http.post(url_of(services, "sign"), content=body, headers={"Content-Type": media_type})

    assert answer.status_code == 201


@pytest.mark.parametrize(("name", "method", "rest"), CALLS)
def test_no_answer_may_be_sniffed_or_tell_where_a_reader_came_from(
    http: httpx.Client, services: Stack, name: str, method: str, rest: str
) -> None:
    for answer in (
        http.request(method, url_of(services, name, rest), json=valid_body(services, name)),
        http.request("PUT", url_of(services, name, rest)),
    ):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "head", ["garbage", "POST / HTTP/9", f"GET /{PETITION} HTTP/1.1\r\nA B: c"]
)
def test_what_is_not_http_is_refused_and_harms_nobody_else(
    http: httpx.Client, services: Stack, head: str
) -> None:
    answer = exchange(url_of(services, "sign"), f"{head}\r\n\r\n".encode())

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert http.post(url_of(services, "sign"), json=open_form()).status_code == 201


def test_a_signer_who_hangs_up_in_the_middle_of_a_body_is_no_error_of_ours(
    http: httpx.Client, services: Stack, stored: Database
) -> None:
    before = stored.audit()
    body = json.dumps(open_form()).encode()

    hang_up_after(url_of(services, "sign"), body, len(body) - 1)

    http.post(url_of(services, "sign"), json=open_form())
    assert stored.audit().tally == before.tally + 1
    assert "internal-error" not in services.functions["sign"].log()


def test_a_signer_who_does_not_wait_for_the_answer_has_signed(
    http: httpx.Client, services: Stack, stored: Database
) -> None:
    form = open_form()
    body = json.dumps(form).encode()
    before = stored.audit()

    hang_up_after(url_of(services, "sign"), body, len(body))

    # The repeat waits for the first, whichever group that is in.
    assert http.post(url_of(services, "sign"), json=form).status_code == 201
    assert stored.audit().tally == before.tally + 1
    assert "Traceback" not in services.functions["sign"].log()


def hang_up_after(url: str, body: bytes, sent: int) -> None:
    """Send some octets of a body, and close the connection without waiting for an answer."""
    parts = urlsplit(url)
    head = (
        f"POST {parts.path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        connection.sendall(head.encode() + body[:sent])


def exchange(url: str, octets: bytes) -> bytes:
    """Send octets that need not be HTTP, and return what comes back at first."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        connection.sendall(octets)
        return connection.recv(4096)
