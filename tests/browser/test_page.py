"""What every reader gets: the right language, words true on the day, a form that works at once."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from dev.pictures.browser import LANGUAGES
from dev.pictures.signer import Signer, fill, sign
from dev.stack import Stack
from tests.browser.actions import claim_of
from tests.browser.conftest import PHONE, Visit
from tests.browser.told import Count

ROOT = Path(__file__).parents[2]
PETITION = ROOT / "functions" / "campaigns" / "savemyfriend.json"

SMALL = {"width": 360, "height": 740}

# Before the end of 20 February 2012 in China.
THREE_DAYS = datetime(2012, 2, 17, 6, tzinfo=UTC)
TEN_HOURS = datetime(2012, 2, 20, 5, 30, tzinfo=UTC)


def title(language: str) -> str:
    text: str = json.loads(PETITION.read_text(encoding="utf-8"))["texts"][language]["title"]
    return text


# Language


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("zh-CN", "zh-Hans"),
        ("zh-TW", "zh-Hans"),
        ("ko", "ko"),
        ("en-GB", "en"),
        ("fr-FR", "en"),
    ],
)
def test_the_browsers_language_decides(visit: Visit, asked: str, given: str) -> None:
    page = visit(language=asked)

    assert page.get_attribute("html", "lang") == given
    assert page.title() == title(given)
    assert page.locator("h1:visible").count() == 1


def test_the_first_of_several_languages_that_there_is_decides(visit: Visit) -> None:
    languages = (
        "Object.defineProperty(navigator, 'languages', { get: () => ['fr', 'ko-KR', 'en'] })"
    )

    page = visit(before=lambda page: page.add_init_script(languages))

    assert page.get_attribute("html", "lang") == "ko"


def test_an_address_pins_the_language(visit: Visit) -> None:
    page = visit("/?lang=ko", language="zh-Hans")

    assert page.get_attribute("html", "lang") == "ko"
    assert urlsplit(page.url).query == "lang=ko"


def test_the_switch_changes_everything_and_keeps_what_was_written(visit: Visit) -> None:
    page = visit()
    page.fill("#name", "Kept")
    expect(page.locator("#country option[value=KR]")).to_be_attached()
    page.select_option("#country", "KR")

    page.click("[data-pin=zh-Hans]")

    assert page.inner_text("#submit") == "签名"
    assert page.title() == title("zh-Hans")
    assert page.get_attribute("[data-pin=zh-Hans]", "aria-current") == "true"
    assert urlsplit(page.url).query == "lang=zh-Hans"
    assert page.input_value("#name") == "Kept"
    assert page.locator("#country option:checked").inner_text() == "韩国"


@pytest.mark.parametrize(
    ("language", "korea"), [("zh-Hans", "韩国"), ("en", "South Korea"), ("ko", "대한민국")]
)
def test_countries_are_named_in_the_readers_language(
    visit: Visit, language: str, korea: str
) -> None:
    page = visit(language=language)
    page.focus("#name")

    expect(page.locator("#country option[value=KR]")).to_have_text(korea)


@pytest.mark.parametrize(("locale", "country"), [("ko-KR", "KR"), ("en-GB", "GB"), ("zh", "ZZ")])
def test_the_browsers_region_is_chosen_and_none_is_guessed(
    visit: Visit, locale: str, country: str
) -> None:
    page = visit(language=locale)
    page.focus("#name")

    expect(page.locator("#country option")).not_to_have_count(1)
    assert page.input_value("#country") == country


# Without script


def test_without_script_the_plea_is_readable_in_all_languages(visit: Visit) -> None:
    page = visit(java_script_enabled=False)
    texts = json.loads(PETITION.read_text(encoding="utf-8"))["texts"]

    for text in texts.values():
        for paragraph in text["after"]["plea"]:
            assert page.get_by_text(paragraph, exact=True).and_(page.locator(":visible")).count()
    assert page.locator("noscript h2").count() == len(texts)
    assert page.locator("noscript h2", has_text="How to sign without JavaScript").is_visible()
    assert not page.locator("#form").is_visible()
    assert not page.locator("#leave").is_visible()


# Before any module has come

MODULES = re.compile(r"\.json$|/(?!first)[^/]*\.js$")


def without_modules(page: Page) -> list[Route]:
    """Hold back every module and every file of data, as a slow network does."""
    held: list[Route] = []
    page.route(MODULES, lambda route: held.append(route))
    return held


@pytest.mark.parametrize("screen", [{}, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_is_alive_at_first_paint(
    visit: Visit, services: Stack, language: str, screen: dict[str, Any]
) -> None:
    held: list[list[Route]] = []
    page = visit("about:blank", language=language, before=lambda p: held.append(without_modules(p)))
    page.set_viewport_size(screen.get("viewport", {"width": 1280, "height": 900}))
    page.goto("/", wait_until="commit")

    page.click(("#foot a" if screen else ".call a") + ":visible")
    assert page.evaluate("document.activeElement.id") == "name"
    assert page.evaluate("history.length") == 2
    email = f"early-{language}-{len(screen)}@example.org"
    fill(page, Signer(email))
    assert page.inner_text("label[for=name]")
    page.click("[data-pin=en]")
    assert page.inner_text("#submit") == "Sign"
    page.click("#submit")
    expect(page.locator("#sending-status")).to_have_text("Sealing and sending…")
    page.route(MODULES, lambda route: route.continue_())
    for route in held[0]:
        route.continue_()

    page.wait_for_selector("#thanks", state="visible")
    assert claim_of(services, email)


def test_nothing_a_reader_sees_is_missing_before_the_modules(visit: Visit) -> None:
    page = visit("about:blank", before=without_modules)
    page.goto("/", wait_until="commit")
    page.wait_for_selector("footer a")

    empty = page.locator("[data-phrase]:visible").evaluate_all(
        "all => all.filter(e => !e.textContent).map(e => e.outerHTML)"
    )

    assert empty == []


# Stages


DAYS = {"zh-Hans": "还剩3天", "en": "3 days left", "ko": "3일 남았습니다"}
HOURS = {"zh-Hans": "还剩10小时", "en": "10 hours left", "ko": "10시간 남았습니다"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_before_the_deadline_the_page_says_what_will_happen_and_counts_down(
    visit: Visit, language: str
) -> None:
    texts = json.loads(PETITION.read_text(encoding="utf-8"))["texts"][language]

    page = visit(language=language, before=lambda page: page.clock.set_fixed_time(THREE_DAYS))

    assert page.inner_text(".promise:visible") == texts["promise"]
    assert page.inner_text(".lede:visible") == texts["summary"]
    assert page.locator(".plea div:visible > p").all_inner_texts() == texts["plea"]
    assert page.inner_text(".news:visible") == DAYS[language]
    last = visit(language=language, before=lambda page: page.clock.set_fixed_time(TEN_HOURS))
    assert last.inner_text(".news:visible") == HOURS[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_after_the_deadline_nothing_is_said_to_be_still_to_come(
    visit: Visit, language: str
) -> None:
    after = json.loads(PETITION.read_text(encoding="utf-8"))["texts"][language]["after"]

    page = visit(language=language)

    assert page.inner_text(".news:visible") == after["headline"]
    assert page.inner_text(".lede:visible") == after["summary"]
    assert page.locator(".plea div:visible > p").all_inner_texts() == after["plea"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_the_plea_begins_in_the_first_view_of_a_small_phone(
    visit: Visit, services: Stack, language: str, moment: str
) -> None:
    def before(page: Page) -> None:
        Count(page, services, 178_920)
        if moment == "before":
            page.clock.set_fixed_time(THREE_DAYS)

    page = visit(language=language, before=before, **{**PHONE, "viewport": SMALL})
    expect(page.locator("#signatures")).to_have_text("178,920")

    line, foot = (
        page.locator(one).first.bounding_box() for one in (".plea:visible p:visible", "#foot")
    )
    assert line and foot
    assert line["y"] + 24 < foot["y"]  # the first line is above the bar


@pytest.mark.parametrize(
    ("signatures", "lit"), [(0, 0), (1, 1), (166, 1), (2500, 15), (4999, 29), (5000, 30)]
)
def test_the_lights_carry_the_count(
    visit: Visit, services: Stack, signatures: int, lit: int
) -> None:
    page = visit(before=lambda page: Count(page, services, signatures))
    expect(page.locator("#count")).to_have_class(re.compile("known"))

    assert page.locator(".lights i").count() == 30
    assert page.locator(".lights .lit").count() == lit


def test_a_fresh_petition_claims_no_signatures(visit: Visit, services: Stack) -> None:
    page = visit(before=lambda page: Count(page, services, 0))
    expect(page.locator("#number")).to_have_text("0 people")

    told = page.evaluate("document.body.textContent")

    assert not re.search(r"110,000|11만|十一万|178", told)


# When the browser is odd, or a module fails


@pytest.mark.parametrize("languages", ["['C']", "undefined", "[]", "['en_US.UTF-8', 'x']"])
def test_whatever_a_browser_says_of_itself_the_form_can_be_sent(
    visit: Visit, services: Stack, languages: str
) -> None:
    script = f"Object.defineProperty(navigator, 'languages', {{ get: () => {languages} }})"
    page = visit(before=lambda page: page.add_init_script(script))

    assert page.get_attribute("html", "lang") == "en"
    page.focus("#name")
    expect(page.locator("#country option[value=KR]")).to_be_attached()
    assert page.input_value("#country") == "ZZ"
    sign(page, Signer(f"odd-{len(languages)}@example.org"))
    assert not page.is_visible(".bar .broken")


@pytest.mark.parametrize("how", ["missing", "portal", "throws", "cannot be read"])
@pytest.mark.parametrize("module", ["page.js", "retry.js"])
def test_a_module_that_fails_is_seen(visit: Visit, how: str, module: str) -> None:
    answers: dict[str, dict[str, Any]] = {
        "missing": {"status": 404},
        "portal": {"body": "<p>Log in", "content_type": "text/html"},
        "throws": {"body": "throw new Error()", "content_type": "text/javascript"},
        "cannot be read": {"body": "let 1", "content_type": "text/javascript"},
    }

    page = visit(
        language="ko",
        before=lambda page: page.route(f"**/{module}", lambda r: r.fulfill(**answers[how])),
        complaints=False,
    )

    expect(page.locator(".bar .broken")).to_contain_text("불러오지 못했거나")
    with page.expect_navigation():
        page.get_by_role("link", name="다시 불러오기").click()


def test_a_module_that_comes_late_is_no_failure(visit: Visit) -> None:
    assert not visit().is_visible(".bar .broken")
