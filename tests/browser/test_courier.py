"""
Couriers: a sealed signature that cannot be sent is carried by friends,
who learn nothing from it.
"""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from dev.pictures.browser import LANGUAGES
from dev.pictures.signer import Signer, fill
from dev.stack import Stack
from tests.browser.actions import claim_of, claims_of, counted
from tests.browser.conftest import Visit

# What chats and mails do to a text, none of which may cost a signature.
CARRIED: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "in one line": lambda text: text.replace("\n", " "),
    "quoted": lambda text: "\n".join(f"> {line}" for line in text.splitlines()),
    "broken anew": lambda text: re.sub(r"(.{40})", "\\1\r\n", text),
    "with invisible marks": lambda text: text.replace("A", "A\u200b"),
    "with other dashes": lambda text: text.replace("-----", "—–—"),
}

READ = """async (text) => (await import("/sealed.js")).readSealed(text)"""
WRITE = """async (sealed) => (await import("/sealed.js")).writeSealed(sealed)"""

ENVELOPE = "AQR-_" + "Ab9-_" * 908 + "xy"  # as long as real ones


def cut_off(page: Page, services: Stack, signer: Signer) -> str:
    """Sign where nothing arrives, and return what the page offers to hand on."""
    page.route(f"{services.sign}/**", lambda route: route.abort())
    fill(page, signer)
    page.click("#submit")
    page.wait_for_selector("#courier", state="visible")
    return page.input_value("#courier-text")


def carry(page: Page, *texts: str) -> None:
    page.fill("#sealed", "\n\n".join(texts))
    page.click("#submit")
    page.wait_for_selector("#done", state="visible")


@pytest.mark.parametrize("way", CARRIED)
def test_a_text_is_read_whatever_a_chat_made_of_it(visit: Visit, way: str) -> None:
    page = visit("/problems.html")
    sealed = {"petition": "save-my-2", "envelope": ENVELOPE}

    text = page.evaluate(WRITE, sealed)

    assert max(map(len, text.splitlines())) <= 64
    carried = CARRIED[way](f"Please!\n{text}\nThank you\n{text} and\n{text}")
    assert page.evaluate(READ, carried) == [sealed]


def test_half_a_text_is_none(visit: Visit) -> None:
    page = visit("/problems.html")
    text = page.evaluate(WRITE, {"petition": "savemyfriend", "envelope": ENVELOPE})

    assert page.evaluate(READ, text[: len(text) // 2]) == []
    assert page.evaluate(READ, text[len(text) // 2 :]) == []
    assert page.evaluate(READ, f"{text[:1000]} {text}")[-1]["envelope"] == ENVELOPE


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_friend_sends_what_the_signer_could_not_and_the_receipt_stays(
    visit: Visit, services: Stack, language: str
) -> None:
    email = f"courier-{language}@example.org"
    before = counted(services)
    signer = visit(language=language)
    text = cut_off(signer, services, Signer(email))
    receipt = signer.inner_text("#courier-receipt")
    assert claims_of(services, email) == []
    assert receipt not in text
    assert f"{services.site}/courier.html" in text

    friend = visit("/courier.html", language=language)
    carry(friend, text)

    expect(friend.locator("#done-sent")).to_contain_text("1")
    claim = claim_of(services, email)
    assert (claim["language"], counted(services)) == (language, before + 1)
    friend.goto("/withdraw.html")
    friend.wait_for_selector("#receipt")
    friend.fill("#receipt", receipt)
    friend.click("#submit")
    friend.wait_for_selector("#done", state="visible")
    assert claims_of(services, email) == []


def test_ten_couriers_make_one_signature_and_the_signers_own_way_adds_none(
    visit: Visit, services: Stack
) -> None:
    before = counted(services)
    page = visit()
    text = cut_off(page, services, Signer("ten@example.org"))
    (sealed,) = page.evaluate(READ, text)
    url = f"{services.sign}/{sealed['petition']}"

    with ThreadPoolExecutor(10) as couriers:
        answers = list(
            couriers.map(
                lambda _: httpx.post(url, json={"envelope": sealed["envelope"]}, timeout=60),
                range(10),
            )
        )
    page.unroute(f"{services.sign}/**")
    page.click("#sending-again")
    page.wait_for_selector("#thanks", state="visible")

    assert {(answer.status_code, answer.text) for answer in answers} == {(201, '{"accepted":true}')}
    assert claim_of(services, "ten@example.org")
    assert counted(services) == before + 1


def test_many_are_sent_at_once_from_messages_and_files(
    visit: Visit, services: Stack, tmp_path: Path
) -> None:
    emails = [f"many-{number}@example.org" for number in range(3)]
    texts = [cut_off(visit(), services, Signer(email)) for email in emails]
    files = [tmp_path / "one.txt", tmp_path / "two.txt"]
    files[0].write_text(texts[1])
    files[1].write_text(f"{texts[2]}\n{texts[0]}")

    page = visit("/courier.html")
    page.set_input_files("#files", files)
    carry(page, texts[0])

    expect(page.locator("#done-sent")).to_have_text("3 signatures are sent.")
    for email in emails:
        assert claim_of(services, email)


def test_the_sealed_signature_is_copied_and_saved_without_a_word_about_the_petition(
    visit: Visit, services: Stack
) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    text = cut_off(page, services, Signer("file@example.org"))

    page.click("#courier-copy")
    expect(page.locator("#courier-status")).to_contain_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == text

    with page.expect_download() as download:
        page.click("#courier-save")
    assert download.value.suggested_filename == "sealed.txt"
    assert download.value.path().read_text() == f"{text}\n"


def test_nothing_is_offered_for_one_failure_and_nothing_stays_after_stopping(
    visit: Visit, services: Stack
) -> None:
    page = visit()
    asked: list[str] = []
    page.on("request", lambda it: asked.append(it.url))
    text = cut_off(page, services, Signer("stopped@example.org"))

    assert len([url for url in asked if url.startswith(services.sign)]) == 2
    page.click("#sending-stop")
    expect(page.locator("#courier")).to_be_hidden()
    page.click("#submit")
    page.wait_for_selector("#courier", state="visible")
    assert page.input_value("#courier-text") != text


def test_what_is_offered_follows_the_language(visit: Visit, services: Stack) -> None:
    page = visit()
    cut_off(page, services, Signer("follows@example.org"))

    page.click("[data-pin=ko]")

    expect(page.locator("#courier-offer")).to_contain_text("암호화")
    expect(page.locator("#courier-text")).to_have_value(re.compile("^청원에 보내는"))


def test_a_text_without_a_signature_is_a_fault_at_its_field(visit: Visit) -> None:
    page = visit("/courier.html")
    page.fill("#sealed", "-----BEGIN SEALED SIGNATURE OF savemyfriend-----\nAQR")

    page.click("#submit")

    expect(page.locator("#faults")).to_be_focused()
    assert "END SEALED SIGNATURE" in page.inner_text("#sealed-fault")


def test_a_damaged_one_is_told_and_keeps_back_no_other(visit: Visit, services: Stack) -> None:
    page = visit("/courier.html")
    good = cut_off(visit(), services, Signer("good@example.org"))
    damaged = page.evaluate(WRITE, {"petition": "savemyfriend", "envelope": ENVELOPE})
    elsewhere = good.replace("OF savemyfriend", "OF other")

    carry(page, damaged, good)
    expect(page.locator("#done-sent")).to_have_text("1 signature is sent.")
    expect(page.locator("#done-refused")).to_contain_text("1 was damaged")
    assert claim_of(services, "good@example.org")

    carry(page, elsewhere)
    expect(page.locator("#done-sent")).to_have_text("0 signatures are sent.")


def test_a_courier_without_a_network_keeps_what_was_given(visit: Visit, services: Stack) -> None:
    text = cut_off(visit(), services, Signer("patience@example.org"))
    page = visit("/courier.html")
    page.route(f"{services.sign}/**", lambda route: route.abort())
    page.fill("#sealed", text)
    page.click("#submit")
    expect(page.locator("#sending-status")).to_contain_text("Not everything is sent yet.")
    assert page.input_value("#sealed") == text
    page.unroute(f"{services.sign}/**")

    page.click("#sending-again")

    page.wait_for_selector("#done", state="visible")
    assert claim_of(services, "patience@example.org")
