"""Readers get a count that is right, small, and kept in caches for its own staleness."""

import datetime as dt
import json
import re
import secrets
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx
import pytest

from dev.functions import Running
from dev.keys import DevelopmentKeys
from dev.stack import Stack
from tests.functions.database import Database
from tests.functions.problems import check_problem
from tests.functions.signers import PETITION, base64url, first_petition, open_form, sealed_form

Start = Callable[..., Running]

CACHE = "public, max-age=2, s-maxage=5"
SVG = "{http://www.w3.org/2000/svg}"
SECOND = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

# The count moves every five seconds and is kept in memory for two; a busy machine takes longer.
PATIENCE_SECONDS = 30

SIGNERS = {"KR": 32, "US": 30, "JP": 29, "ZZ": 2}
EVERYBODY = sum(SIGNERS.values())


@pytest.fixture(scope="module")
def url(http: httpx.Client, services: Stack) -> str:
    """Return where the count is read, after some have signed and before anybody has read it."""
    public_key = services.private_key.public_key()
    for country, number in SIGNERS.items():
        for _ in range(number):
            tag = base64url(secrets.token_bytes(32))
            form = sealed_form(public_key, "x@example.org", address_tag=tag, country=country)
            assert http.post(f"{services.sign}/{PETITION}", json=form).status_code == 201
    return f"{services.count}/{PETITION}"


def has_reached(http: httpx.Client, url: str, signatures: int) -> bool:
    """Tell whether the count tells so many."""
    return bool(http.get(url).json()["signatures"] == signatures)


def wait_until(condition: Callable[[], bool]) -> None:
    """Return when something has happened."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "It never happened."
        time.sleep(0.1)


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
        "closes": None,
        "signatures": EVERYBODY,
        "exact": True,
        "goal": 100,
        "countries": [
            {"country": "KR", "signatures": 32},
            {"country": "US", "signatures": 30},
            {"country": "other", "signatures": 31},
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
    assert answer.json()["signatures"] == EVERYBODY
    assert re.fullmatch(r'"[0-9a-f]{20}"', answer.headers["etag"])


@pytest.mark.parametrize(
    ("ending", "label"),
    [("svg", "签名"), ("zh-Hans.svg", "签名"), ("ko.svg", "서명"), ("en.svg", "signatures")],
)
def test_the_badge_is_a_picture_of_the_count_in_each_language(
    http: httpx.Client, url: str, ending: str, label: str
) -> None:
    answer = http.get(f"{url}/badge.{ending}")

    badge = ET.fromstring(answer.text)  # noqa: S314 – our own picture
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["cache-control"] == CACHE
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert (badge.tag, badge.get("role")) == (f"{SVG}svg", "img")
    texts = [element.text for element in badge.iter(f"{SVG}text")]
    assert texts[1:] == [str(EVERYBODY)]
    assert label in str(texts[0])
    assert badge.get("aria-label") == f"{texts[0]}: {EVERYBODY}"
    assert {element.tag.removeprefix(SVG) for element in badge.iter()}.isdisjoint(
        {"script", "image", "foreignObject", "a"}
    )


@pytest.mark.parametrize("ending", ["fr.svg", "KO.svg", "ko.svg.svg", ".svg", "%3Cb%3E.svg", "png"])
def test_no_badge_is_drawn_in_a_language_that_the_petition_lacks(
    http: httpx.Client, services: Stack, url: str, ending: str
) -> None:
    answer = http.get(f"{url}/badge.{ending}")

    check_problem(answer, 404, "not-found", site=services.site)


@pytest.mark.parametrize("query", ["?lang=ko", "?x=1", "?", "?lang=en&lang=ko", "?%00"])
def test_no_query_makes_another_answer(http: httpx.Client, url: str, query: str) -> None:
    """Otherwise a cache would have to ask for each anew, and anybody could make it."""
    for path in ("", "/badge.svg", "/badge.en.svg"):
        plain, asked = http.get(f"{url}{path}"), http.get(f"{url}{path}{query}")

        assert asked.status_code == 200
        assert asked.headers["cache-control"] == plain.headers["cache-control"] == CACHE
        if not path:
            assert asked.json() | {"as_of": ""} == plain.json() | {"as_of": ""}
        else:
            assert asked.content == plain.content


def test_the_published_document_holds_what_organizers_read_in_the_console(
    http: httpx.Client, url: str, stored: Database
) -> None:
    http.get(url)

    document = stored.get(f"petitions/{PETITION}")
    assert document is not None
    exact = {"signatures", "countries", "referred", "drawn", "counted_at"}
    assert document.keys() == {"status", "outcome", "public", *exact}
    assert (document["status"], document["outcome"]) == ("open", None)
    assert (document["signatures"], document["referred"]) == (EVERYBODY, 0)
    assert document["countries"] == SIGNERS
    assert document["drawn"] == stored.audit().drawn


def test_a_petition_that_nobody_signed_counts_zero(
    http: httpx.Client, start_function: Start
) -> None:
    count = http.get(f"{start_function('count').url}/{PETITION}").json()

    assert (count["signatures"], count["countries"], count["goal"]) == (0, [], 100)
    assert count["exact"] is True
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
        wait_until(partial(has_reached, http, count, 3))
        told = http.get(count).json()
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


def test_a_petition_that_closes_by_its_own_date_takes_no_more_signatures(
    http: httpx.Client, petitions: Path, start_function: Start
) -> None:
    yesterday = dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.timedelta(days=1)
    ended = first_petition() | {"closes": yesterday.isoformat()}
    (petitions / f"{PETITION}.json").write_text(json.dumps(ended), encoding="utf-8")
    url = {name: f"{start_function(name).url}/{PETITION}" for name in ("sign", "count")}

    refused = http.post(url["sign"], json=open_form())
    told = http.get(url["count"]).json()

    check_problem(refused, 409, "petition-closed", site="http://127.0.0.1:8000")
    assert (told["status"], told["outcome"]) == ("closed", None)
    assert told["closes"] == f"{yesterday:%Y-%m-%dT%H:%M:%SZ}"


def test_blurred_numbers_are_told_where_the_campaign_does_not_say_otherwise(
    http: httpx.Client, start_function: Start, database: Database, keys: DevelopmentKeys
) -> None:
    """As it is online."""
    sign = f"{start_function('sign').url}/{PETITION}"
    public_key = keys.private_key.public_key()
    for _ in range(70):
        tag = base64url(secrets.token_bytes(32))
        form = sealed_form(public_key, "x@example.org", address_tag=tag)
        assert http.post(sign, json=form).status_code == 201

    told = http.get(f"{start_function('count', BLUR=None).url}/{PETITION}").json()

    drawn = sum(database.audit().drawn.values())
    assert told["exact"] is False
    assert told["signatures"] == 20 * drawn
    shown = [{"country": "KR", "signatures": 20 * drawn}] if drawn > 1 else told["countries"]
    assert told["countries"] == shown
    document = database.get(f"petitions/{PETITION}")
    assert document is not None
    assert document["signatures"] == 70


def test_an_exact_campaign_is_told_exactly(
    http: httpx.Client, petitions: Path, start_function: Start
) -> None:
    exact = first_petition() | {"numbers": "exact"}
    (petitions / f"{PETITION}.json").write_text(json.dumps(exact), encoding="utf-8")
    http.post(f"{start_function('sign').url}/{PETITION}", json=open_form())

    told = http.get(f"{start_function('count', BLUR=None).url}/{PETITION}").json()

    assert (told["signatures"], told["exact"]) == (1, True)


@pytest.mark.parametrize("leaving", [True, False])
def test_the_total_of_a_closed_petition_is_exact_after_the_same_wait_for_everybody(
    http: httpx.Client, start_function: Start, database: Database, leaving: bool
) -> None:
    """An exact number that comes early would tell that nobody has withdrawn."""
    url = {n: f"{start_function(n).url}/{PETITION}" for n in ("sign", "withdraw", "sweep")}
    receipts = [http.post(url["sign"], json=open_form()).json()["receipt"] for _ in range(3)]
    if leaving:
        http.post(url["withdraw"], json={"receipt": receipts[0], "keep_count": True})
    count = f"{start_function('count', BLUR=None, PUBLISH_SECONDS='1').url}/{PETITION}"
    database.put(f"petitions/{PETITION}", status="closed", outcome="free")
    lot = f"petitions/{PETITION}/lanes/lot"  # so that a country has a number of its own
    database.put(lot, signatures=0, referred=0, drawn={"KR": 40})
    publications = count_publications(database)
    http.get(count)
    wait_until(lambda: http.get(count).is_success and publications() >= 3)
    assert http.get(count).json()["exact"] is False

    database.put_time(f"petitions/{PETITION}", "public.closed_at", dt.timedelta(hours=-74))

    wait_until(lambda: http.get(count).json()["exact"] is True)
    assert http.get(count).json()["signatures"] == 3
    # Told once and for all: whoever withdraws from now on is not seen, in the total or by country.
    told = http.get(count).json()["countries"]
    assert told
    database.put(lot, signatures=0, referred=0, drawn={"KR": 39})
    database.put_time(f"petitions/{PETITION}", "public.countries_day", dt.timedelta(days=-1))
    http.post(url["withdraw"], json={"receipt": receipts[1], "keep_count": False})
    http.post(url["sweep"])
    publications = count_publications(database)
    wait_until(lambda: http.get(count).is_success and publications() >= 2)
    assert database.audit().tally == 2
    assert http.get(count).json()["signatures"] == 3
    assert http.get(count).json()["countries"] == told


def count_publications(database: Database) -> Callable[[], int]:
    """Tell from now on how many counts were published."""
    seen = set[object]()

    def look() -> int:
        seen.add((database.get(f"petitions/{PETITION}") or {}).get("counted_at"))
        return len(seen - {None})

    look()
    return look


def test_a_clock_ahead_does_not_freeze_the_count(
    http: httpx.Client, start_function: Start, database: Database
) -> None:
    """Its count would be a count from the future, and stand until that is past."""
    sign = f"{start_function('sign').url}/{PETITION}"
    tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    database.put(f"petitions/{PETITION}", status="open", signatures=700, counted_at=tomorrow)
    assert http.post(sign, json=open_form()).status_code == 201

    told = http.get(f"{start_function('count').url}/{PETITION}").json()

    assert told["signatures"] == 1
    document = database.get(f"petitions/{PETITION}")
    assert document is not None
    assert document["counted_at"] < tomorrow.isoformat()
