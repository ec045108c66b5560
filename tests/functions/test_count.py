"""Readers get a count that is right, small, and kept in caches for its own staleness."""

import re
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable

import httpx
import pytest

from dev.functions import Running
from dev.stack import Stack
from tests.functions.database import Database
from tests.functions.signers import PETITION, open_form

Start = Callable[..., Running]

CACHE = "public, max-age=2, s-maxage=5"
SVG = "{http://www.w3.org/2000/svg}"
SECOND = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

# The count moves every five seconds and is kept in memory for two; a busy machine takes longer.
PATIENCE_SECONDS = 30

SIGNERS = {"KR": 12, "US": 10, "JP": 9, "ZZ": 2}


@pytest.fixture(scope="module")
def url(http: httpx.Client, services: Stack) -> str:
    """Return where the count is read, after some have signed and before anybody has read it."""
    for country, number in SIGNERS.items():
        for _ in range(number):
            form = open_form(country=country)
            assert http.post(f"{services.sign}/{PETITION}", json=form).status_code == 201
    return f"{services.count}/{PETITION}"


def wait_for(http: httpx.Client, url: str, signatures: int) -> httpx.Response:
    """Read until the count has arrived at a number."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (answer := http.get(url)).json()["signatures"] != signatures:
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.1)
    return answer


def test_the_count_tells_what_the_contract_says(http: httpx.Client, url: str) -> None:
    answer = http.get(url)

    count = answer.json()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == CACHE
    assert SECOND.fullmatch(count.pop("as_of"))
    assert count == {
        "petition": PETITION,
        "status": "open",
        "outcome": None,
        "signatures": 33,
        "goal": 100,
        "countries": [
            {"country": "KR", "signatures": 12},
            {"country": "US", "signatures": 10},
            {"country": "other", "signatures": 11},
        ],
    }


def test_a_small_country_is_nowhere_in_the_answer(http: httpx.Client, url: str) -> None:
    text = http.get(url).text

    assert "KR" in text
    assert "JP" not in text
    assert "ZZ" not in text


def test_a_reader_who_has_the_count_is_told_so_without_a_body(http: httpx.Client, url: str) -> None:
    for _ in range(10):
        etag = http.get(url).headers["etag"]
        answer = http.get(url, headers={"If-None-Match": f'"other", W/{etag}'})
        if answer.status_code == 304:
            break
        assert answer.headers["etag"] != etag  # It moved in between.

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == etag
    assert answer.headers["cache-control"] == CACHE


@pytest.mark.parametrize("header", ['"other"', "", 'W/"0"', "garbage"])
def test_a_reader_who_has_another_count_gets_this_one(
    http: httpx.Client, url: str, header: str
) -> None:
    answer = http.get(url, headers={"If-None-Match": header})

    assert answer.status_code == 200
    assert answer.json()["signatures"] == 33
    assert re.fullmatch(r'"[0-9a-f]{20}"', answer.headers["etag"])


@pytest.mark.parametrize(
    ("query", "label"),
    [("", "签名"), ("?lang=ko", "서명"), ("?lang=en", "signatures"), ("?lang=%3Cb%3E", "签名")],
)
def test_the_badge_is_a_picture_of_the_count_in_each_language(
    http: httpx.Client, url: str, query: str, label: str
) -> None:
    answer = http.get(f"{url}/badge.svg{query}")

    badge = ET.fromstring(answer.text)  # noqa: S314 – our own picture
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["cache-control"] == CACHE
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert (badge.tag, badge.get("role")) == (f"{SVG}svg", "img")
    texts = [element.text for element in badge.iter(f"{SVG}text")]
    assert texts[1:] == ["33"]
    assert label in str(texts[0])
    assert badge.get("aria-label") == f"{texts[0]}: 33"
    assert {element.tag.removeprefix(SVG) for element in badge.iter()}.isdisjoint(
        {"script", "image", "foreignObject", "a"}
    )


def test_the_published_document_holds_what_organizers_read_in_the_console(
    http: httpx.Client, url: str, stored: Database
) -> None:
    http.get(url)

    document = stored.get(f"petitions/{PETITION}")
    assert document is not None
    assert document.keys() == {"status", "outcome", "signatures", "countries", "counted_at"}
    assert (document["status"], document["outcome"]) == ("open", None)
    assert document["signatures"] == 33
    assert document["countries"] == SIGNERS


def test_a_petition_that_nobody_signed_counts_zero(
    http: httpx.Client, start_function: Start
) -> None:
    count = http.get(f"{start_function('count').url}/{PETITION}").json()

    assert (count["signatures"], count["countries"], count["goal"]) == (0, [], 100)
    assert SECOND.fullmatch(count["as_of"])


def test_the_count_follows_signatures_and_the_end_of_the_petition(
    http: httpx.Client, start_function: Start, database: Database
) -> None:
    """In every process, and the organizers' words are never overwritten."""
    counts = [f"{start_function('count').url}/{PETITION}" for _ in range(2)]
    sign = f"{start_function('sign').url}/{PETITION}"
    assert [http.get(count).json()["signatures"] for count in counts] == [0, 0]

    for _ in range(3):
        assert http.post(sign, json=open_form()).status_code == 201
    database.put(f"petitions/{PETITION}", status="closed", outcome="free")

    for count in counts:
        told = wait_for(http, count, 3).json()
        assert (told["status"], told["outcome"]) == ("closed", "free")
    document = database.get(f"petitions/{PETITION}")
    assert document is not None
    assert (document["status"], document["outcome"]) == ("closed", "free")
    assert document["signatures"] == 3


@pytest.mark.parametrize("outcome", ["free", "returned", "unknown"])
def test_an_outcome_is_shown_from_the_first_reading(
    http: httpx.Client, start_function: Start, database: Database, outcome: str
) -> None:
    database.put(f"petitions/{PETITION}", status="closed", outcome=outcome)

    told = http.get(f"{start_function('count').url}/{PETITION}").json()

    assert (told["status"], told["outcome"], told["signatures"]) == ("closed", outcome, 0)
