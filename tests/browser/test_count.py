"""The count: what it says, how often it is asked for, and what is said without one."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from petition.campaign import load_campaigns
from playwright.sync_api import Page, Route, expect

from dev.pictures.browser import LANGUAGES
from dev.pictures.signer import Signer, sign
from dev.stack import Stack
from organizer.pages.page import Pages
from tests.browser.conftest import Visit
from tests.browser.told import Count


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
