"""Withdrawing: what a receipt does, and what the screen gives away, which is nothing."""

import pytest
from playwright.sync_api import Request, Route, expect

from dev.pictures.browser import LANGUAGES
from dev.pictures.signer import Signer, sign
from dev.stack import Stack
from tests.browser.actions import claim_of, claims_of, counted, documents
from tests.browser.conftest import Visit

UNKNOWN = "7ZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZ"


def kept_signers(services: Stack) -> int:
    """Return how many stay counted although they have withdrawn."""
    return sum(bool(signer.get("kept")) for signer in documents(services, "signers"))


@pytest.mark.parametrize(("choice", "kept"), [("#keep", True), ("#take", False)])
def test_a_receipt_erases_what_was_written_and_the_choice_about_the_number_is_followed(
    visit: Visit, services: Stack, choice: str, kept: bool
) -> None:
    email = f"withdraw-{kept}@example.org"
    receipt = sign(visit(), Signer(email))
    signer = claim_of(services, email)["signer"]
    before, kept_before = counted(services), kept_signers(services)

    page = visit("/withdraw.html")
    page.fill("#receipt", receipt.lower().replace("-", " "))
    page.check(choice)
    page.click("#submit")
    page.wait_for_selector("#done", state="visible")

    assert page.evaluate("document.activeElement.id") == "done-heading"
    assert claims_of(services, email) == []
    leaving = [entry["signer"] for entry in documents(services, "leaving")]
    assert leaving.count(signer) == 1
    # The number follows later, when the sweep finds it due; what it finds is what was chosen.
    assert counted(services) == before
    assert kept_signers(services) == kept_before + kept


def test_the_number_is_kept_unless_chosen_otherwise(visit: Visit) -> None:
    assert visit("/withdraw.html").is_checked("#keep")


def test_the_screen_is_the_same_whatever_was_found(visit: Visit) -> None:
    screens = set()
    for receipt in (sign(visit(), Signer("screen@example.org")), UNKNOWN):
        page = visit("/withdraw.html")
        page.fill("#receipt", receipt)
        page.click("#submit")
        page.wait_for_selector("#done", state="visible")
        screens.add((page.inner_text("body"), page.url, page.title()))

    assert len(screens) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cannot_be_a_receipt_is_not_sent(visit: Visit, language: str) -> None:
    requests: list[Request] = []
    page = visit("/withdraw.html", language=language)
    page.on("request", lambda it: requests.append(it))

    page.fill("#receipt", "U" * 26)
    page.click("#submit")

    assert page.evaluate("document.activeElement.id") == "faults"
    assert page.is_visible("#receipt-fault")
    assert [request.url for request in requests if request.method != "GET"] == []


@pytest.mark.parametrize("status", [503, 200])
def test_an_overloaded_server_or_a_portal_in_its_place_is_asked_again(
    visit: Visit, services: Stack, status: int
) -> None:
    failures = [status]
    page = visit("/withdraw.html")

    def answer(route: Route) -> None:
        if not failures:
            return route.continue_()
        headers = {"Access-Control-Allow-Origin": "*"}
        return route.fulfill(status=failures.pop(), headers=headers, body="<p>Log in")

    page.route(f"{services.withdraw}/**", answer)
    page.fill("#receipt", UNKNOWN)
    page.click("#submit")

    expect(page.locator("#sending-status")).to_contain_text("It is not withdrawn yet.")
    page.wait_for_selector("#done", state="visible")


def test_the_plea_leads_there_and_back_in_the_pinned_language(visit: Visit) -> None:
    page = visit("/?lang=ko")

    page.click("footer a[href^='withdraw.html']")
    page.wait_for_url("**/withdraw.html?lang=ko")
    page.click("footer a")

    page.wait_for_url("**/index.html?lang=ko")
