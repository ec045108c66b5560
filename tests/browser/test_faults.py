"""What is wrong with what was typed is told at its field, loses nothing and goes when mended."""

import json

import pytest
from playwright.sync_api import Request, expect

from dev.pictures.signer import Signer, fill, sign
from dev.stack import Stack
from tests.browser.actions import claim_of
from tests.browser.conftest import Visit


def test_a_mistyped_provider_is_asked_about_and_never_refused(
    visit: Visit, services: Stack
) -> None:
    page = visit()
    fill(page, Signer("slip@gmial.con"))
    page.focus("#message")
    expect(page.locator("#email-meant")).to_have_text("Did you mean slip@gmail.com?")
    page.click("#email-take")
    assert page.input_value("#email") == "slip@gmail.com"
    assert not page.is_visible("#email-ask")

    page.fill("#email", "meant@qq.con")
    page.focus("#message")
    page.click("[data-pin=zh-Hans]")
    expect(page.locator("#email-meant")).to_have_text("您想写的是 meant@qq.com 吗？")
    page.click("#email-leave")
    page.click("#submit")
    page.wait_for_selector("#thanks", state="visible")
    assert claim_of(services, "meant@qq.con")


@pytest.mark.parametrize("address", ["a@mail.com", "a@example.org", "a@qq.com", "a@ac.kr", "a@"])
def test_what_looks_like_no_slip_is_not_asked_about(visit: Visit, address: str) -> None:
    page = visit()
    page.fill("#email", address)
    page.focus("#message")
    page.wait_for_timeout(300)

    assert not page.is_visible("#email-ask")


def test_faults_follow_the_language_and_go_one_by_one_when_mended(visit: Visit) -> None:
    page = visit()
    page.click("#submit")
    expect(page.locator("#faults li")).to_have_count(2)

    page.click("[data-pin=ko]")
    expect(page.locator("#name-fault")).to_have_text("이름을 적어 주세요.")
    assert page.title().startswith("오류: ")
    page.type("#name", "친")
    expect(page.locator("#faults li")).to_have_count(1)
    assert not page.is_visible("#name-fault")
    page.fill("#email", "a@example.org")

    expect(page.locator("#faults")).not_to_be_visible()
    assert not page.title().startswith("오류: ")


FAULTY = {
    "no-name": (Signer("a@example.org", name=" "), "name", "Enter your name."),
    "a-name-nobody-sees": (Signer("a@example.org", name="\u3164"), "name", "Enter your name."),
    "formula": (Signer("a@example.org", name="=1+1"), "name", "other than = + - or @"),
    "long-name": (Signer("a@example.org", name="金" * 101), "name", "100 characters"),
    "hidden-direction": (Signer("a@example.org", name="a\u202eb"), "name", "invisible"),
    "no-at": (Signer("example.org"), "email", "name@example.org"),
    "two-dots": (Signer("a..b@example.org"), "email", "name@example.org"),
    "no-top-level": (Signer("a@localhost"), "email", "name@example.org"),
    # Normalised it is short enough; as typed it would not fit the box beside a long message.
    "wide-address": (
        Signer("ａ" * 60 + "@" + "ｂ" * 45 + ("." + "ｂ" * 45) + ".org"),
        "email",
        "plain letters",
    ),
    "long-message": (Signer("a@example.org", message="🕯" * 282), "message", "by 2 characters"),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_a_fault_is_listed_linked_and_told_at_its_field(visit: Visit, fault: str) -> None:
    signer, field, text = FAULTY[fault]
    requests: list[Request] = []
    page = visit()
    page.on("request", lambda it: requests.append(it))

    fill(page, signer)
    page.click("#submit")

    expect(page.locator("#faults")).to_be_focused()
    assert page.title().startswith("Error: ")
    assert text in page.inner_text("#faults")
    assert text in page.inner_text(f"#{field}-fault")
    described = page.get_attribute(f"#{field}", "aria-describedby") or ""
    assert f"{field}-fault" in described.split()
    page.click("#faults a")
    assert page.evaluate("document.activeElement.id") == field
    assert page.input_value(f"#{field}") == getattr(signer, field)
    assert not [request for request in requests if request.method == "POST"]


def test_all_faults_come_at_once_and_go_when_corrected(visit: Visit) -> None:
    page = visit()
    page.click("#submit")
    expect(page.locator("#faults li")).to_have_count(2)

    sign(page, Signer("corrected@example.org"))

    assert not page.title().startswith("Error: ")


def test_a_fault_that_the_server_finds_is_shown_at_its_field(visit: Visit, services: Stack) -> None:
    problem = {
        "type": "https://example.org/problems.html#invalid-request",
        "title": "Your request is not valid.",
        "status": 422,
        "errors": [{"pointer": "#/country", "detail": "Choose a country from the list."}],
    }
    page = visit()
    page.route(
        f"{services.sign}/**",
        lambda route: route.fulfill(
            status=422,
            content_type="application/problem+json",
            headers={"Access-Control-Allow-Origin": "*"},
            body=json.dumps(problem),
        ),
    )
    fill(page, Signer("server@example.org"))
    page.click("#submit")

    page.click("#faults a:has-text('Choose a country from the list.')")
    assert page.evaluate("document.activeElement.id") == "country"
