"""Signing, from the form to the organizers' key."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from dev.pictures.browser import LANGUAGES
from dev.pictures.signer import Signer, fill, sign
from dev.stack import Stack
from tests.browser.actions import claim_of, claims_of, counted, documents, open_envelope
from tests.browser.conftest import PHONE, Visit
from tests.browser.marks import SECRET, leaks


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_signature_in_each_language_is_counted(
    visit: Visit, services: Stack, language: str
) -> None:
    page = visit(language=language)
    expect(page.locator("#count")).to_have_class(re.compile("known"))
    before = int(page.inner_text("#signatures").replace(",", ""))

    sign(page, Signer(email=f"{language}@example.org"))

    claim = claim_of(services, f"{language}@example.org")
    assert claim["language"] == language
    assert claim["country"] == LANGUAGES[language][-2:]
    page.wait_for_function(
        "(before) => Number(document.getElementById('signatures').textContent) > before",
        arg=before,
    )
    assert len(documents(services, "signers")) > before


def test_the_organizers_key_opens_what_was_sealed(visit: Visit, services: Stack) -> None:
    page = visit()
    fill(page, Signer("opens@example.org", "  李 O'Brien ", "one\n\ttwo ", country="KR"))
    page.check("#delivery")
    page.click("#submit")
    page.wait_for_selector("#thanks")

    claim = claim_of(services, "opens@example.org")

    assert claim["name"] == "李 O'Brien"
    assert claim["message"] == "one\n two"
    assert claim["consent"] == {"delivery": True, "news": False}
    assert claim["country"] == "KR"


def test_both_consents_are_off_unless_chosen(visit: Visit, services: Stack) -> None:
    sign(visit(), Signer("consents@example.org"))

    claim = claim_of(services, "consents@example.org")

    assert claim["consent"] == {"delivery": False, "news": False}


def test_no_request_contains_name_address_or_message_in_any_encoding(visit: Visit) -> None:
    requests: list[Request] = []
    page = visit(before=lambda page: page.on("request", lambda it: requests.append(it)))

    sign(page, SECRET)
    page.wait_for_selector("#share-panel", state="visible")

    sent = "\n".join(
        "\n".join([r.method, r.url, json.dumps(r.all_headers()), r.post_data or ""])
        for r in requests
    )
    assert "envelope" in sent
    assert leaks(SECRET, sent.encode()) == []


def test_all_that_leaves_is_an_envelope_of_one_size(visit: Visit, services: Stack) -> None:
    page = visit("/?via=0123456789.weibo")
    fill(page, Signer("contract@example.org", message="long " * 50))

    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.click("#submit")

    body = json.loads(sent.value.post_data or "")
    assert {key: len(value) for key, value in body.items()} == {"envelope": 4547}
    form = open_envelope(services, sent.value.post_data)
    assert {key: len(value) for key, value in form.items()} == {
        "address_tag": 43,
        "sealed": 2840,
        "receipt_hash": 43,
        "country": 2,
        "language": 2,
        "via": 16,
    }


# Counts what PBKDF2 is asked for, and by when.
TAGGING = """
  window.tagged = [];
  const derive = SubtleCrypto.prototype.deriveBits;
  SubtleCrypto.prototype.deriveBits = function (algorithm, ...rest) {
    if (algorithm.name === "PBKDF2") window.tagged.push(algorithm.iterations);
    return derive.call(this, algorithm, ...rest);
  };
"""


def test_the_tag_is_made_once_while_the_person_types(visit: Visit, services: Stack) -> None:
    page = visit(before=lambda page: page.add_init_script(TAGGING))
    page.fill("#name", "Kim Moses")
    page.type("#email", "Early.Bird@gmail.com")

    page.wait_for_function("() => window.tagged.length > 0")
    page.type("#email", " ")
    sign(page, Signer("EarlyBird+again@gmail.com"))

    assert page.evaluate("window.tagged") == [200_000]
    assert claim_of(services, "EarlyBird+again@gmail.com")


def test_a_repeat_is_thanked_like_a_first_and_counted_once(visit: Visit, services: Stack) -> None:
    pages = []
    before = counted(services)
    for email in ("Twice.Me@gmail.com", "twiceme+again@googlemail.com"):
        page = visit(before=lambda page: page.route(f"{services.count}/**", lambda r: r.abort()))
        sign(page, Signer(email))
        page.wait_for_selector("#share-panel", state="visible")
        pages.append(page.inner_text("#thanks") + (page.text_content("#receipt") or ""))

    without_receipt = [re.sub(r"(\w{4}-){6}\w\w", "", text) for text in pages]
    assert without_receipt[0] == without_receipt[1]
    assert pages[0] != pages[1]
    assert counted(services) == before + 1
    assert claims_of(services, "Twice.Me@gmail.com")
    assert claims_of(services, "twiceme+again@googlemail.com")


def test_nothing_stays_on_the_device(visit: Visit) -> None:
    page = visit("/?via=0123456789.weibo")
    sign(page, Signer("nothing@example.org"))
    page.wait_for_selector("#share-panel", state="visible")

    kept = page.evaluate(
        """async () => [
          localStorage.length, sessionStorage.length, document.cookie,
          (await indexedDB.databases()).length, (await caches.keys()).length,
          document.forms[0].elements.name.value,
        ]"""
    )

    assert kept == [0, 0, "", 0, 0, ""]
    assert page.context.cookies() == []


def test_the_link_that_brought_a_signer_stays_until_there_is_one_of_their_own(
    visit: Visit, services: Stack
) -> None:
    page = visit("/savemyfriend/?lang=ko&via=0123456789.weibo")

    page.click("[data-pin=en]")
    assert parse_qs(urlsplit(page.url).query) == {"lang": ["en"], "via": ["0123456789.weibo"]}
    sign(page, Signer("brought@example.org"))
    page.wait_for_selector("#share-panel", state="visible")
    own = page.input_value("#share-url").split("/")[-1]
    assert parse_qs(urlsplit(page.url).query) == {"lang": ["en"], "via": [f"{own}.copy"]}
    assert claim_of(services, "brought@example.org")["via"] == "0123456789.weibo"


def test_a_link_that_cannot_be_one_is_not_sent(visit: Visit, services: Stack) -> None:
    sign(visit("/?via=javascript:alert(1)"), Signer("odd@example.org"))

    assert "via" not in claim_of(services, "odd@example.org")


def test_the_whole_way_needs_no_mouse(visit: Visit, services: Stack) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    press, write = page.keyboard.press, page.keyboard.type

    assert focus_by_tab(page, "name")[0] == "#plea"
    write("Key Board")
    assert focus_by_tab(page, "email") == ["email"]
    write("keys@example.org")
    assert focus_by_tab(page, "country") == ["country"]
    write("Korea")
    assert focus_by_tab(page, "message") == ["message"]
    write("typed")
    assert focus_by_tab(page, "news") == ["delivery", "news"]
    press("Space")
    assert focus_by_tab(page, "submit") == ["submit"]
    press("Enter")

    page.wait_for_selector("#thanks", state="visible")
    assert page.evaluate("document.activeElement.id") == "thanks-heading"
    claim = claim_of(services, "keys@example.org")
    assert (claim["name"], claim["message"]) == ("Key Board", "typed")
    assert claim["consent"] == {"delivery": False, "news": True}

    page.wait_for_selector("#share-qr", state="visible")
    passed = focus_by_tab(page, "share-copy")
    assert passed.index("x") < passed.index("share-copy")
    press("Enter")
    expect(page.locator("#share-status")).to_have_text("Text and link copied.")
    assert page.evaluate("document.activeElement.id") == "share-copy"

    focus_by_tab(page, "Your receipt")
    press("Enter")
    assert focus_by_tab(page, "receipt-copy") == ["receipt-copy"]
    press("Enter")
    expect(page.locator("#receipt-status")).to_have_text("Receipt copied.")
    focus_by_tab(page, "withdraw.html")
    press("Enter")

    page.wait_for_url("**/withdraw.html*")
    focus_by_tab(page, "receipt")
    press("Control+v")
    focus_by_tab(page, "submit")
    press("Enter")
    page.wait_for_selector("#done", state="visible")
    assert page.evaluate("document.activeElement.id") == "done-heading"
    assert claims_of(services, "keys@example.org") == []


FOCUSED = """() => {
  const e = document.activeElement;
  return e.id || e.dataset.network || e.dataset.pin || e.getAttribute("href") || e.textContent;
}"""


def focus_by_tab(page: Page, name: str) -> list[str]:
    """
    Press Tab until an element has the focus, and return what had it on the way.

    Each of them can be seen, and says what it is.
    """
    passed = []
    for _ in range(40):
        page.keyboard.press("Tab")
        passed.append(str(page.evaluate(FOCUSED)))
        focused = page.locator(":focus")
        assert focused.is_visible(), passed
        assert re.search(r'"|: \w', focused.aria_snapshot()), passed  # a summary is text
        assert focused.evaluate("e => getComputedStyle(e).outlineStyle") != "none", passed
        if passed[-1] == name:
            return passed
    pytest.fail(f"{name} is not reached by Tab, but {passed}")


def test_a_phone_signs_by_touch(visit: Visit, services: Stack) -> None:
    page = visit(language="zh-Hans", **PHONE)
    page.tap("#foot a")
    assert page.evaluate("document.activeElement.id") == "name"
    expect(page.locator("#foot")).not_to_be_visible()
    fill(page, Signer("phone@example.org"))
    page.tap("#submit")

    page.wait_for_selector("#thanks", state="visible")
    assert claim_of(services, "phone@example.org")["language"] == "zh-Hans"


def test_the_receipt_can_be_copied_and_saved(visit: Visit) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    receipt = sign(page, Signer("receipt@example.org"))

    assert not page.is_visible("#receipt-text")
    page.click("#receipt summary")
    page.click("#receipt-copy")
    expect(page.locator("#receipt-status")).to_have_text("Receipt copied.")
    assert page.evaluate("navigator.clipboard.readText()") == receipt

    with page.expect_download() as download:
        page.click("#receipt-save")
    assert download.value.suggested_filename == "receipt.txt"
    assert download.value.path().read_text() == f"{receipt}\n"


def test_whoever_withdrew_elsewhere_can_sign_again_in_the_same_tab(
    visit: Visit, services: Stack
) -> None:
    """A receipt that was used to withdraw is refused for ever, without a word."""
    page = visit()
    receipt = sign(page, Signer("again@example.org"))
    elsewhere = visit("/withdraw.html")
    elsewhere.fill("#receipt", receipt)
    elsewhere.click("#submit")
    elsewhere.wait_for_selector("#done", state="visible")
    assert claims_of(services, "again@example.org") == []

    # The page shows the form again when a petition is reopened, for one.
    page.evaluate(
        """() => {
          document.getElementById("thanks").hidden = true;
          document.getElementById("sign").hidden = false;
        }"""
    )
    fill(page, Signer("again@example.org"))
    page.click("#submit")

    page.wait_for_selector("#thanks", state="visible")
    assert claim_of(services, "again@example.org")
    assert page.text_content("#receipt-text") != receipt


def test_without_webcrypto_nothing_is_sent(visit: Visit, services: Stack) -> None:
    port = services.site.rsplit(":", 1)[1]
    requests: list[Request] = []

    def before(page: Page) -> None:
        page.on("request", lambda request: requests.append(request))
        # The functions do not know this origin.
        page.route(f"{services.count}/**", lambda route: route.abort())

    page = visit(f"http://insecure.example:{port}/", before=before)

    assert page.is_visible("#unsafe")
    assert page.is_disabled("#name")
    # Even somebody who gets around the disabled fields sends nothing in clear.
    page.evaluate("document.getElementById('fields').disabled = false")
    fill(page, Signer("insecure@example.org"))
    page.click("#submit")
    page.wait_for_timeout(300)
    assert {request.method for request in requests} == {"GET"}
    assert page.inner_text("#sending-status") == ""
    assert page.is_visible("#unsafe")
