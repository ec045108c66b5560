"""After the appeal: signing has ended, and the page says what became of the people."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from dev.pictures.browser import LANGUAGES
from dev.pictures.signer import Signer, fill
from dev.stack import Stack
from tests.browser.actions import set_petition
from tests.browser.conftest import Visit

PETITION = Path(__file__).parents[2] / "functions" / "campaigns" / "savemyfriend.json"
TEXTS = json.loads(PETITION.read_text(encoding="utf-8"))["texts"] if PETITION.exists() else {}
NEWS = Path(__file__).parents[2] / "frontend" / "savemyfriend" / "updates.json"

SEALED = """
-----BEGIN SEALED SIGNATURE OF savemyfriend-----
AQRmK1yT
-----END SEALED SIGNATURE OF savemyfriend-----
"""


def ended(outcome: str | None, status: str = "closed") -> object:
    """Answer every count as that of an ended petition, whatever the real one says."""
    tally: dict[str, object] = {
        "petition": "savemyfriend",
        "status": status,
        "outcome": outcome,
        "closes": None,
        "signatures": 178921,
        "exact": True,
        "goal": 200000,
        "countries": [],
        "as_of": "2012-03-20T00:00:00Z",
    }

    def answer(route: Route) -> None:
        if route.request.method == "GET":
            route.fulfill(json=tally, headers={"Access-Control-Allow-Origin": "*"})
        else:
            route.continue_()

    def before(page: Page) -> None:
        page.route("**/savemyfriend", answer)

    return before


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("outcome", ["free", "returned", "unknown"])
def test_each_outcome_is_told_in_the_campaigns_texts(
    visit: Visit, outcome: str, language: str
) -> None:
    page = visit(language=language, before=ended(outcome))

    told = TEXTS[language]["outcomes"][outcome]
    expect(page.locator(".promise:visible")).to_have_text(told["headline"])
    assert page.locator(".lede:visible").inner_text() == told["summary"]
    assert page.locator(".plea div:visible > p").all_inner_texts() == told["plea"]
    assert page.is_visible("#closed")
    assert not page.is_visible("#sign")
    assert not page.locator(".call:visible").count()


@pytest.mark.parametrize("outcome", [None, "a-word-of-no-campaign"])
def test_an_ended_petition_without_a_known_outcome_claims_none(
    visit: Visit, outcome: str | None
) -> None:
    page = visit(before=ended(outcome))

    page.wait_for_selector("#closed", state="visible")
    expect(page.locator(".promise:visible")).to_have_text(TEXTS["en"]["promise"])


def test_an_outcome_is_not_told_while_the_petition_is_open(visit: Visit) -> None:
    """Organizers may say it first and close the petition then."""
    page = visit(before=ended("free", status="open"))

    expect(page.locator("#count")).to_have_class("count scripted known")
    expect(page.locator(".promise:visible")).to_have_text(TEXTS["en"]["promise"])
    assert page.is_visible("#sign")


@pytest.mark.parametrize("language", LANGUAGES)
def test_updates_are_told_newest_first(visit: Visit, language: str) -> None:
    page = visit(language=language)

    updates = json.loads(NEWS.read_text(encoding="utf-8"))
    assert updates
    expect(page.locator("#updates li p:visible")).to_have_text(
        [update["texts"][language] for update in updates]
    )


def burnt(page: Page) -> None:
    """
    Give the page what a burnt petition's deployment says: there is no sign any more.

    It comes before whatever was answered until then, so the page never sees the real one.
    """

    def answer(route: Route) -> None:
        config = route.fetch().json()
        del config["functions"]["sign"]
        route.fulfill(json=config)

    page.route("**/config.json", answer)


def test_a_burnt_petition_is_closed_whatever_its_count_still_says(visit: Visit) -> None:
    page = visit(before=burnt)

    page.wait_for_selector("#closed", state="visible")

    expect(page.locator("#count")).to_have_class("count scripted known")
    assert not page.is_visible("#sign")
    assert page.is_visible("#closed")


def test_whoever_signs_before_the_page_knows_that_it_is_burnt_is_told_so(visit: Visit) -> None:
    page = visit(before=lambda page: page.route("**/config.json", lambda route: route.abort()))
    fill(page, Signer("burnt@example.org"))
    page.click("#submit")
    expect(page.locator("#sending-status")).not_to_be_empty()

    burnt(page)

    page.wait_for_selector("#closed", state="visible")
    assert page.evaluate("document.activeElement.id") == "closed"
    assert not page.is_visible("#sign")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_courier_of_a_burnt_petition_is_told_that_it_is_closed(
    visit: Visit, language: str
) -> None:
    page = visit("/courier.html", language=language, before=burnt)

    page.wait_for_selector("#closed", state="visible")

    assert not page.is_visible("#form")


def test_a_courier_who_sends_before_the_page_knows_that_it_is_burnt_is_told_so(
    visit: Visit,
) -> None:
    page = visit(
        "/courier.html",
        before=lambda page: page.route("**/config.json", lambda route: route.abort()),
    )
    page.fill("#sealed", SEALED)
    page.click("#submit")
    expect(page.locator("#sending-status")).not_to_be_empty()

    burnt(page)

    expect(page.locator("#done-closed")).to_contain_text("too late")
    expect(page.locator("#sending-status")).to_be_empty()


def test_a_receipt_still_withdraws_from_a_burnt_petition(visit: Visit) -> None:
    page = visit("/withdraw.html", before=burnt)
    page.fill("#receipt", "0" * 26)

    page.click("#submit")

    page.wait_for_selector("#done", state="visible")


# The last two close the real petition, in this order.
def test_a_signer_who_is_too_late_is_told_so(visit: Visit, services: Stack) -> None:
    set_petition(services, status="closed", outcome="returned")

    # The function believes what it has read for a few seconds, and signers it lets in meanwhile.
    for attempt in range(60):
        # The count stays silent, so that it is sign's own answer that closes the page.
        page = visit(before=lambda page: page.route(f"{services.count}/**", lambda r: r.abort()))
        fill(page, Signer(f"late-{attempt}@example.org"))
        page.click("#submit")
        page.wait_for_selector("#thanks:not([hidden]), #closed:not([hidden])")
        if page.is_visible("#closed"):
            break

    assert page.evaluate("document.activeElement.id") == "closed"
    assert not page.is_visible("#sign")
    expect(visit().locator(".promise:visible")).to_have_text(
        TEXTS["en"]["outcomes"]["returned"]["headline"]
    )


def test_a_receipt_still_withdraws_after_the_end(visit: Visit, services: Stack) -> None:
    set_petition(services, status="closed", outcome="returned")
    page = visit("/withdraw.html")
    page.fill("#receipt", "0" * 26)

    page.click("#submit")

    page.wait_for_selector("#done", state="visible")
