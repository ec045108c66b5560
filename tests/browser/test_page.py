"""What every reader gets: the right language, a quiet page, the count, and a way out."""

import gzip
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from petition.campaign import load_campaigns
from playwright.sync_api import Page, Request, Response, Route, expect

from dev.pictures.browser import LANGUAGES
from dev.pictures.signer import Signer, fill, sign
from dev.stack import Stack
from organizer.pages.page import Pages
from tests.browser.actions import claim_of
from tests.browser.conftest import PHONE, Visit

ROOT = Path(__file__).parents[2]
PETITION = ROOT / "functions" / "campaigns" / "savemyfriend.json"

KIB = 1024
SMALL = {"width": 360, "height": 740}

# Before the end of 20 February 2012 in China.
THREE_DAYS = datetime(2012, 2, 17, 6, tzinfo=UTC)
TEN_HOURS = datetime(2012, 2, 20, 5, 30, tzinfo=UTC)
FIRST_VIEW_REQUESTS = 12
FIRST_VIEW_OCTETS = 60 * KIB
EVERYTHING_OCTETS = 150 * KIB


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


def without_modules(page: Page) -> list[Route]:
    """Hold back every module and every file of data, as a slow network does."""
    held: list[Route] = []
    page.route(re.compile(r"\.json$|/(?!first)[^/]*\.js$"), lambda route: held.append(route))
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
    for route in held[0]:
        route.continue_()
    page.unroute(re.compile(r"\.json$|/(?!first)[^/]*\.js$"))

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


# A quiet page


def test_nobody_else_is_asked_for_anything(visit: Visit, services: Stack) -> None:
    requests: list[Request] = []
    page = visit(before=lambda page: page.on("request", lambda it: requests.append(it)))
    sign(page, Signer("quiet@example.org"))
    page.wait_for_selector("#share-qr", state="visible")

    own = {services.site, services.sign, services.count, services.share_link}
    foreign = {r.url for r in requests if not r.url.startswith((*own, "blob:"))}
    assert foreign == set()
    sent = [r for r in requests if not r.url.startswith("blob:")]
    assert [r.url for r in sent if "referer" in r.all_headers()] == []


def transferred(responses: list[Response]) -> int:
    """Return the octets of answers and their headers, compressed as the deployed edge does it."""
    total = 0
    for response in responses:
        if response.url.startswith("blob:"):
            continue  # the page has made it itself
        body = response.body()
        if response.headers.get("content-type", "").startswith(
            ("text/", "application/", "image/svg")
        ):
            body = min(body, gzip.compress(body, 6), key=len)
        head = "".join(f"{name}: {value}\r\n" for name, value in response.all_headers().items())
        total += len(body) + len(head)
    return total


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_light(visit: Visit, language: str) -> None:
    responses: list[Response] = []
    page = visit(
        language=language, before=lambda page: page.on("response", lambda it: responses.append(it))
    )
    # The last thing that a first view asks for.
    page.wait_for_selector("#count.known", timeout=60_000)
    at_first = [one for one in responses if not one.url.endswith("icon.svg")]  # the browser's own
    first_view = transferred(responses)

    sign(page, Signer(f"light-{language}@example.org"))
    page.wait_for_selector("#share-qr", state="visible")

    assert len(at_first) <= FIRST_VIEW_REQUESTS, [response.url for response in at_first]
    octets = f"first view {len(at_first)} requests, {first_view} octets"
    print(f"{octets}, everything {transferred(responses)}")  # noqa: T201
    assert first_view < FIRST_VIEW_OCTETS
    assert transferred(responses) < EVERYTHING_OCTETS


def test_no_module_of_the_first_view_waits_for_another_to_name_it(visit: Visit) -> None:
    """What a module imports is only found once it has come, a round trip later."""
    asked: list[str] = []
    page = visit(before=lambda page: page.on("request", lambda request: asked.append(request.url)))
    page.wait_for_selector("#count.known", timeout=60_000)

    named = page.evaluate(
        "[...document.querySelectorAll('link[rel=modulepreload], script[type=module]')]"
        ".map((element) => element.href ?? element.src)"
    )
    modules = [url for url in asked if url.endswith(".js") and not url.endswith("first.js")]
    assert sorted(modules) == sorted(named)


SHIFTS = """
  window.shifts = 0;
  window.moved = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      window.shifts += entry.value;
      window.moved.push(...entry.sources.map(({ node }) => String(node?.id || node?.className)));
    }
  }).observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("screen", [{}, PHONE], ids=["desktop", "phone"])
def test_nothing_moves_when_the_count_arrives(
    visit: Visit, services: Stack, language: str, screen: dict[str, object]
) -> None:
    held: list[Route] = []

    def before(page: Page) -> None:
        page.add_init_script(SHIFTS)
        page.route(f"{services.count}/**", lambda route: held.append(route))

    page = visit(language=language, before=before, **screen)
    for _ in range(100):
        if held:
            break
        page.wait_for_timeout(100)
    held[0].fulfill(
        json={
            "petition": "savemyfriend",
            "status": "open",
            "outcome": None,
            "closes": "2012-03-01T00:00:00Z",
            "signatures": 178920,
            "exact": False,
            "goal": 200000,
            "countries": [{"country": "KR", "signatures": 178920}],
            "as_of": "2012-03-01T00:00:00Z",
        },
        headers={"Access-Control-Allow-Origin": "*"},
    )
    page.wait_for_selector("#count.known")
    page.wait_for_timeout(500)

    assert page.evaluate("window.moved") == []
    assert page.evaluate("window.shifts") == 0


def test_the_page_sends_the_headers_it_promises(visit: Visit, services: Stack) -> None:
    responses: list[Response] = []
    visit(before=lambda page: page.on("response", lambda it: responses.append(it)))

    promised = json.loads((ROOT / "frontend" / "headers.json").read_text())
    headers = responses[0].headers
    for name, value in promised.items():
        if name != "Content-Security-Policy":
            assert headers[name.lower()] == value
    policy = headers["content-security-policy"]
    assert services.sign in policy
    # Which code of a page's own is allowed, the page says, by hash: a header cannot change with it.
    inline = re.sub(r"(script|style)-src 'self' 'unsafe-inline';", "", policy)
    assert not re.search(r"unsafe|\*|https?:(?!//127)|data:", inline)


def test_the_page_alone_keeps_the_policy_that_a_bucket_cannot_send() -> None:
    """
    A bucket without an edge sends no headers, so each page carries the policy, too.

    There it cannot know the functions' addresses, and lets connections go to any https one; and
    it allows nothing inline, but for what is written into it under its hash (infra/publish.py).
    """
    policy = json.loads((ROOT / "frontend" / "headers.json").read_text())["Content-Security-Policy"]
    rules = [rule for rule in policy.split("; ") if not rule.startswith("frame-ancestors")]
    wide = "https: http://127.0.0.1:* http://localhost:*"
    strict = "; ".join(rules).replace("{connect}", wide).replace(" 'unsafe-inline'", "")

    for path in (ROOT / "frontend").rglob("*.html"):
        if path.name == "kakao.html":  # tests/browser/test_kakao.py has it
            continue
        assert strict in path.read_text(), path.name


def test_script_from_elsewhere_is_refused(visit: Visit, services: Stack) -> None:
    page = visit(complaints=False)

    refused = page.evaluate(
        """async () => {
          const refusals = [];
          addEventListener("securitypolicyviolation", (event) => {
            refusals.push(event.effectiveDirective);
          });
          const tried = [
            () => document.body.insertAdjacentHTML("beforeend", "<p>"),
            () => fetch("http://127.0.0.1:9/"),
          ];
          for (const attempt of tried) await Promise.resolve().then(attempt).catch(() => {});
          await new Promise((later) => setTimeout(later, 200));
          return refusals;
        }"""
    )

    assert {"require-trusted-types-for", "connect-src"} <= set(refused)


# The count


class Count:
    """Answers the count with what a test says, or not at all."""

    def __init__(self, page: Page, services: Stack, signatures: int = 4999) -> None:
        self.signatures: int | None = signatures
        self.exact = True
        self.closes: str | None = None
        self.asked = 0
        page.route(f"{services.count}/**", self._answer)

    def _answer(self, route: Route) -> None:
        self.asked += 1
        if self.signatures is None:
            return route.abort()
        return route.fulfill(
            json={
                "petition": "savemyfriend",
                "status": "open",
                "outcome": None,
                "closes": self.closes,
                "signatures": self.signatures,
                "exact": self.exact,
                "goal": 5000,
                "countries": [
                    {"country": "KR", "signatures": 3000},
                    {"country": "ZZ", "signatures": 1500},
                    {"country": "other", "signatures": 499},
                ],
                "as_of": "2012-02-20T03:04:05Z",
            },
            headers={"Access-Control-Allow-Origin": "*"},
        )


def test_the_count_says_how_many_how_far_from_where_and_when(visit: Visit, services: Stack) -> None:
    page = visit(before=lambda page: Count(page, services), timezone_id="Asia/Seoul")

    expect(page.locator("#number")).to_have_text("4,999 people")
    expect(page.locator("#goal")).to_have_text("1 more to reach 5,000")
    expect(page.locator("#countries-summary")).to_have_text("1 country or region with 30+")
    assert not page.locator(".closes").count()
    page.click("#countries-summary")
    expect(page.locator("#as-of")).to_have_text(re.compile("^As of Feb 20, 2012, 12:04.PM$"))
    expect(page.locator("#countries-list li")).to_have_count(3)
    assert page.locator("#countries-list li").all_inner_texts() == [
        "South Korea 3,000",
        "Not said 1,500",
        "Elsewhere 499",
    ]
    assert page.evaluate("document.getElementById('progress').position") == 4999 / 5000


ABOUT = {
    "zh-Hans": ("约 178,920 人", "约 178,920 人已经签名，还有您。"),
    "en": ("about 178,920 people", "About 178,920 people have signed, and you."),
    "ko": ("약 178,920명", "약 178,920명이 서명했고"),
}
CLOSES = {
    "zh-Hans": "签名于 2012年3月1日 09:00 截止",
    "en": "Open until March 1, 2012 at 9:00 AM",
    "ko": "서명 마감: 2012년 3월 1일 오전 9:00",
}


def closing(route: Route) -> None:
    """Serve the page as it is written for a petition that closes by itself."""
    closes = datetime(2012, 3, 1, tzinfo=UTC)
    campaign = load_campaigns()["savemyfriend"].model_copy(update={"closes": closes})
    body = Pages({campaign.petition: campaign}).root_page(campaign.petition, "index.html")
    route.fulfill(body=body, content_type="text/html; charset=utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_open_petition_says_when_it_closes_by_the_readers_clock(
    visit: Visit, services: Stack, language: str
) -> None:
    page = visit(
        language=language,
        before=lambda page: page.route(f"{services.site}/", closing),
        complaints=False,  # such a page may not ask this machine for anything
        timezone_id="Asia/Seoul",
    )

    expect(page.locator(".closes:visible")).to_have_text(CLOSES[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_number_that_is_only_about_right_is_told_so(
    visit: Visit, services: Stack, language: str
) -> None:
    def before(page: Page) -> None:
        count = Count(page, services, 178920)
        count.exact = False

    page = visit(language=language, before=before)
    number, thanks = ABOUT[language]
    expect(page.locator("#number")).to_have_text(number)

    sign(page, Signer(f"about-{language}@example.org"))

    expect(page.locator("#thanks-count")).to_contain_text(thanks)


def test_an_inexact_zero_claims_no_number(visit: Visit, services: Stack) -> None:
    def before(page: Page) -> None:
        Count(page, services, 0).exact = False

    page = visit(before=before)
    expect(page.locator("#number")).to_have_text("Just begun")
    expect(page.locator("#goal")).to_have_text("The first milestone is 5,000")

    sign(page, Signer("first@example.org"))

    expect(page.locator("#thanks-count")).to_have_text("You are among the first to sign.")


def test_nobody_is_told_that_none_have_signed_and_they(visit: Visit, services: Stack) -> None:
    page = visit(before=lambda page: Count(page, services, 0))
    expect(page.locator("#number")).to_have_text("0 people")

    sign(page, Signer("very.first@example.org"))

    expect(page.locator("#thanks-count")).to_have_text("You are among the first to sign.")


def test_an_exact_number_is_told_to_the_signer(visit: Visit, services: Stack) -> None:
    page = visit(before=lambda page: Count(page, services))

    sign(page, Signer("exactly@example.org"))

    expect(page.locator("#thanks-count")).to_have_text("4,999 people have signed, and you.")


NOON = datetime(2012, 2, 20, 12, tzinfo=UTC)


@pytest.fixture
def standing(visit: Visit, services: Stack) -> tuple[Page, Count]:
    """A page whose clock moves only when a test moves it, and whose jitter is none."""
    counts: list[Count] = []

    def before(page: Page) -> None:
        page.clock.install(time=NOON)
        page.clock.pause_at(NOON + timedelta(seconds=1))
        page.add_init_script("Math.random = () => 0")
        counts.append(Count(page, services))

    page = visit(before=before)
    expect(page.locator("#signatures")).to_have_text("4,999")
    return page, counts[0]


def pass_time(page: Page, seconds: float) -> None:
    """Let the page's time pass, and its requests be answered."""
    page.clock.run_for(int(seconds * 1000))
    page.wait_for_timeout(150)


def test_the_count_is_asked_for_every_ten_seconds_while_visible(
    standing: tuple[Page, Count],
) -> None:
    page, count = standing
    count.signatures = 5001

    pass_time(page, 9.9)
    assert count.asked == 1
    pass_time(page, 0.2)
    assert count.asked == 2
    pass_time(page, 1)
    expect(page.locator("#signatures")).to_have_text("5,001")
    expect(page.locator("#goal")).to_have_text("Beyond every milestone we had set")
    assert page.evaluate("document.getElementById('progress').position") == 1

    hide(page, hidden=True)
    pass_time(page, 120)
    assert count.asked == 2

    hide(page, hidden=False)
    pass_time(page, 0)
    assert count.asked == 3


def test_coming_back_to_the_page_does_not_double_the_asking(standing: tuple[Page, Count]) -> None:
    page, count = standing
    for _ in range(3):
        pass_time(page, 3)
        hide(page, hidden=False)
        pass_time(page, 0)
    assert count.asked == 4

    pass_time(page, 9.9)
    assert count.asked == 4
    pass_time(page, 0.2)
    assert count.asked == 5


def hide(page: Page, *, hidden: bool) -> None:
    """Let the page believe that its tab is in the background, or in front again."""
    page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_a_count_that_cannot_be_reached_is_said_and_asked_for_less_often(
    standing: tuple[Page, Count],
) -> None:
    page, count = standing
    count.signatures = None

    # Ten seconds, then one more for the first failure, two for the second, four for the third.
    asked = []
    for seconds in (10, 11, 12, 14):
        pass_time(page, seconds - 0.5)
        asked.append(count.asked)
        pass_time(page, 0.5)
        asked.append(count.asked)

    assert asked == [1, 2, 2, 3, 3, 4, 4, 5]
    expect(page.locator("#late")).to_contain_text("cannot be reached")
    expect(page.locator("#signatures")).to_have_text("4,999")


def test_a_first_count_that_cannot_be_reached_is_no_zero(visit: Visit, services: Stack) -> None:
    def before(page: Page) -> None:
        Count(page, services).signatures = None

    page = visit(before=before)

    expect(page.locator("#late")).to_contain_text("cannot be reached")
    assert page.inner_text("#number").strip() == ""


def test_the_number_does_not_climb_for_those_who_prefer_stillness(
    visit: Visit, services: Stack
) -> None:
    counts: list[Count] = []
    page = visit(
        before=lambda page: counts.append(Count(page, services, 1000)), reduced_motion="reduce"
    )
    expect(page.locator("#signatures")).to_have_text("1,000")
    page.evaluate(
        """() => {
          window.seen = [];
          new MutationObserver(() => seen.push(document.getElementById("signatures").textContent))
            .observe(document.getElementById("number"), { childList: true, subtree: true });
        }"""
    )
    counts[0].signatures = 4000

    hide(page, hidden=False)

    expect(page.locator("#signatures")).to_have_text("4,000")
    assert set(page.evaluate("window.seen")) == {"4,000"}


# The way out


@pytest.fixture
def elsewhere() -> str:
    source = (ROOT / "frontend" / "first.js").read_text()
    found = re.search(r'ELSEWHERE = "(.*)"', source)
    assert found
    return found[1]


@pytest.mark.parametrize("way", ["button", "escape"])
@pytest.mark.parametrize("path", ["/", "/withdraw.html", "/problems.html"])
def test_leaving_takes_the_page_out_of_the_history(
    visit: Visit, elsewhere: str, way: str, path: str
) -> None:
    page = visit("/problems.html?lang=en")
    page.goto("about:blank")
    length = page.evaluate("history.length")
    page.route(f"{elsewhere}**", lambda route: route.fulfill(body="weather and news"))
    page.goto(path)
    if path == "/":
        page.fill("#name", "Somebody")
        page.click(".call a:visible")
        page.click("footer a[href^='withdraw.html']")
        page.wait_for_url("**/withdraw.html*")

    if way == "button":
        page.click("#leave")
    else:
        for _ in range(3):
            page.keyboard.press("Escape")

    page.wait_for_url(f"{elsewhere}**")
    assert page.evaluate("history.length") == length + 1
    page.go_back()
    assert page.url == "about:blank"


def test_leaving_empties_the_page_even_when_there_is_no_network(
    visit: Visit, elsewhere: str
) -> None:
    page = visit("/?lang=ko")
    # A browser that is told to stop loading stays where it is.
    page.route(f"{elsewhere}**", lambda route: route.abort("aborted"))

    page.click("#leave")

    expect(page.locator("body > *")).to_have_count(0)
    assert urlsplit(page.evaluate("location.href")).query == ""


@pytest.mark.parametrize("path", ["/", "/withdraw.html", "/problems.html"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_leaving_needs_no_module(visit: Visit, elsewhere: str, path: str, language: str) -> None:
    held: list[Route] = []

    def before(page: Page) -> None:
        page.route(re.compile(r"\.json$|/(?!first)[^/]*\.js$"), lambda route: held.append(route))
        page.route(f"{elsewhere}**", lambda route: route.fulfill(body="weather and news"))

    page = visit("about:blank", language=language, before=before)
    length = page.evaluate("history.length")
    page.goto(path, wait_until="commit")
    if path == "/":
        page.click(".call a:visible")
    leave = {"zh-Hans": "立即离开", "en": "Exit this page", "ko": "바로 나가기"}
    page.get_by_role("button", name=leave[language]).click()

    page.wait_for_url(f"{elsewhere}**")
    assert held or path == "/problems.html"  # which has no module
    assert page.evaluate("history.length") == length + 1
    page.go_back()
    assert page.url == "about:blank"


def test_two_escapes_and_a_key_between_do_not_leave(visit: Visit) -> None:
    page = visit()

    for key in ("Escape", "Escape", "a", "Escape", "Escape"):
        page.keyboard.press(key)
    page.wait_for_timeout(200)

    assert page.is_visible("#form")
