"""When the server cannot answer: nothing is lost, nothing is claimed, nothing is counted twice."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from dev.functions import Running, launch, settings
from dev.pictures.signer import Signer, fill, sign
from dev.stack import Stack
from tests.browser.actions import claim_of, claims_of, counted
from tests.browser.conftest import Visit


class Overload:
    """Stands before sign and answers the first requests itself; keeps what it was sent."""

    def __init__(self, page: Page, services: Stack, failures: list[str]) -> None:
        self.failures = failures
        self.bodies: list[str] = []
        page.route(f"{services.sign}/**", self._answer)

    def _answer(self, route: Route) -> None:
        self.bodies.append(route.request.post_data or "")
        failure = self.failures.pop(0) if self.failures else None
        if failure is None:
            route.continue_()
        elif failure == "network":
            route.abort("connectionreset")
        elif failure == "portal":
            # What a hotel or a filter puts in the place of an answer.
            headers = {"Access-Control-Allow-Origin": "*"}
            route.fulfill(body="<p>Log in", content_type="text/html", headers=headers)
        elif failure == "lost":
            # The server does its work, and the answer does not arrive.
            route.fetch()
            route.abort("connectionreset")
        else:
            status, _, retry_after = failure.partition(" ")
            headers = {
                "Access-Control-Allow-Origin": "*",
                "Access-Control-Expose-Headers": "Retry-After",
            }
            if retry_after:
                headers["Retry-After"] = retry_after
            route.fulfill(status=int(status), headers=headers, body="{}")


@pytest.mark.parametrize("failure", ["503", "429", "500", "502", "network", "lost", "portal"])
def test_a_failure_is_told_and_tried_again_with_the_same_sealed_form(
    visit: Visit, services: Stack, failure: str
) -> None:
    email = f"failure-{failure}@example.org"
    before = counted(services)
    page = visit()
    overload = Overload(page, services, [failure])

    fill(page, Signer(email))
    page.click("#submit")
    expect(page.locator("#sending-status")).to_contain_text("You have not signed yet.")
    assert page.input_value("#email") == email
    assert page.is_visible("#sending-again")
    page.wait_for_selector("#thanks", state="visible")

    assert len(overload.bodies) == 2
    assert len(set(overload.bodies)) == 1
    assert claim_of(services, email)
    assert counted(services) == before + 1


@pytest.mark.parametrize("file", ["addresses.json", "signing.js", "crypto/seal.js"])
def test_a_portal_in_the_place_of_a_file_is_no_end(
    visit: Visit, services: Stack, file: str
) -> None:
    portals = [file]

    def answer(route: Route) -> None:
        if not portals:
            return route.continue_()
        portals.clear()
        return route.fulfill(body="<p>Log in", content_type="text/html")

    email = f"hotel-{Path(file).stem}@example.org"
    # The console complains of the portal's page in the place of a module.
    page = visit(before=lambda page: page.route(f"**/{file}", answer), complaints=False)
    fill(page, Signer(email))
    page.evaluate("document.getElementById('form').requestSubmit()")

    page.wait_for_selector("#thanks", state="visible")
    assert portals == []
    assert claim_of(services, email)


def test_a_fault_of_the_pages_own_is_told_and_sends_nothing(visit: Visit, services: Stack) -> None:
    def break_sealing(page: Page) -> None:
        page.add_init_script(
            "SubtleCrypto.prototype.generateKey = () => { throw new Error('x'); };"
        )

    page = visit(before=break_sealing, complaints=False)
    overload = Overload(page, services, [])
    fill(page, Signer("broken@example.org"))
    page.click("#submit")

    expect(page.locator("#sending-status")).to_contain_text("Something in this page is broken")
    expect(page.locator(".bar .broken")).to_be_visible()
    assert page.is_enabled("#submit")
    assert overload.bodies == []


def test_the_server_is_asked_again_no_sooner_than_it_said(visit: Visit, services: Stack) -> None:
    page = visit(before=lambda page: page.add_init_script("Math.random = () => 0"))
    overload = Overload(page, services, ["503 30"])
    page.clock.install()
    page.clock.pause_at(datetime.now(tz=UTC) + timedelta(hours=1))

    fill(page, Signer("patient@example.org"))
    page.click("#submit")
    expect(page.locator("#sending-next")).to_have_text("Next try in 30 seconds.")
    page.clock.run_for(29_000)
    expect(page.locator("#sending-next")).to_have_text("Next try in 1 second.")
    assert len(overload.bodies) == 1
    page.clock.run_for(2_000)

    page.wait_for_selector("#thanks", state="visible")
    assert len(overload.bodies) == 2


def test_a_person_can_try_at_once(visit: Visit, services: Stack) -> None:
    page = visit()
    Overload(page, services, ["503 3600"])
    fill(page, Signer("hasty@example.org"))
    page.click("#submit")

    page.click("#sending-again")

    page.wait_for_selector("#thanks", state="visible")


def test_the_network_coming_back_is_a_reason_to_try(visit: Visit, services: Stack) -> None:
    page = visit()
    Overload(page, services, ["503 3600"])
    fill(page, Signer("tunnel@example.org"))
    page.click("#submit")
    page.wait_for_selector("#sending-again", state="visible")

    page.context.set_offline(True)
    page.context.set_offline(False)

    page.wait_for_selector("#thanks", state="visible")


def test_what_was_written_can_be_changed_after_stopping_and_the_receipt_still_counts(
    visit: Visit, services: Stack
) -> None:
    page = visit()
    # The first form is stored although its answer is lost, so its receipt is the one that counts.
    Overload(page, services, ["lost", "503 3600"])
    fill(page, Signer("change@example.org", name="First"))
    page.click("#submit")
    expect(page.locator("#sending-next")).to_have_text(re.compile(r"in \d,\d{3} seconds"))
    page.click("#sending-stop")
    expect(page.locator("#sending-status")).to_contain_text("Stopped.")
    assert page.input_value("#name") == "First"

    receipt = sign(page, Signer("change@example.org", name="Second"))

    assert claim_of(services, "change@example.org")["name"] == "First"
    page.goto("/withdraw.html")
    page.fill("#receipt", receipt)
    page.click("#submit")
    page.wait_for_selector("#done", state="visible")
    assert claims_of(services, "change@example.org") == []


def test_a_slow_server_is_waited_for(visit: Visit, services: Stack) -> None:
    held: list[Route] = []
    page = visit(
        before=lambda page: page.route(f"{services.sign}/**", lambda route: held.append(route))
    )
    fill(page, Signer("slow@example.org"))

    page.click("#submit")
    expect(page.locator("#sending-status")).to_contain_text("Still on its way.", timeout=15_000)
    assert page.is_disabled("#submit")
    held[0].continue_()

    page.wait_for_selector("#thanks", state="visible")
    assert claim_of(services, "slow@example.org")


@pytest.fixture
def revived(services: Stack, tmp_path: Path) -> Iterator[list[Running]]:
    """Collects what a test starts in the place of a function it stopped."""
    started: list[Running] = []
    yield started
    for function in started:
        function.stop()


# The last in this file, because the function it starts ends with it.
def test_a_server_that_goes_down_and_comes_up_again_has_the_signature(
    visit: Visit, services: Stack, revived: list[Running], tmp_path: Path
) -> None:
    page = visit()
    services.functions["sign"].stop()
    fill(page, Signer("down@example.org"))
    page.click("#submit")
    expect(page.locator("#sending-status")).to_contain_text("You have not signed yet.")

    variables = settings(
        project=services.project,
        emulator=services.emulator.host,
        site=services.site,
        share_link=services.share_link,
        keys=services.keys,
    )
    port = urlsplit(services.sign).port
    assert port
    revived.append(launch("sign", port, variables, tmp_path / "sign.log"))
    revived[0].wait()

    page.wait_for_selector("#thanks", state="visible", timeout=60_000)
    assert claim_of(services, "down@example.org")
