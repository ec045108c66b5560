"""A petition whose every text is odd: all that organizers make of it shows what was written."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from petition.campaign import Campaign, load_campaign
from petition.link import landing_page
from playwright.sync_api import Page, expect

from dev.keys import make_keys
from dev.ports import free_port
from dev.site import PUBLIC_FUNCTIONS, Site, site_config
from organizer.pages.cards import show_card
from tests.browser.conftest import Visit
from tests.naughty import WRITTEN
from tests.organizer.checkout import Checkout

ALL = " ".join(WRITTEN.values())
SHORT = "</p>{name} \"'& \\1 %s 한\u2028"
CONTACT = "o'brien&co+%41?cc=x@their-school.kr"
ATOM = {"a": "http://www.w3.org/2005/Atom"}
STRUCTURE = """
[...document.querySelectorAll("*")].map(
  (element) => [element.localName, ...[...element.attributes].map(({ name }) => name)].join(" "),
)
"""


def answers(petition: str, texts: list[str], text: str, short: str) -> dict[str, Any]:
    """Return a petition's file, every text of which is one of these."""
    every = dict.fromkeys(("title", "call", "promise", "summary", "organizers"), text)
    return {
        "petition": petition,
        "hashtag": "#LetThemSpeak",
        "started": "2026-01-01",
        "deadline": "2026-02-01T00:00:00+00:00",
        "forget_after_days": 90,
        "contact": CONTACT,
        "milestones": [10],
        "sources": [
            {"title": one, "url": "https://their-school.kr/a?b='c'&d=\"e"} for one in texts
        ],
        "texts": {
            "en": {
                **every,
                "share": short,
                "badge": short,
                "plea": texts,
                "addressed_to": texts,
                "after": {"headline": text, "share": short},
                "outcomes": {"speaking": {"headline": text}},
            }
        },
    }


def succeed(checkout: Checkout, *arguments: str | Path) -> None:
    """Run a command, which must end well."""
    code, said = checkout(*arguments)
    assert code == 0, said


def add(checkout: Checkout, petition: str, texts: list[str], text: str, short: str) -> None:
    """Write a petition and its news."""
    source = checkout.folder / f"{petition}.json"
    source.write_text(json.dumps(answers(petition, texts, text, short)), encoding="utf-8")
    succeed(checkout, "new", "--from", source)
    news = checkout.folder / "frontend" / petition / "updates.json"
    news.parent.mkdir()
    updates = [{"date": "2026-02-02", "texts": {"en": one}} for one in texts]
    news.write_text(json.dumps(updates), encoding="utf-8")
    succeed(checkout, "update", petition, "--date", "2026-02-03", "--text", f"en={text}")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Write two petitions that differ in what they say alone."""
    made = Checkout.copied(tmp_path_factory.mktemp("checkout"))
    add(made, "calm", ["Calm."] * len(WRITTEN), "Calm.", "Calm.")
    add(made, "odd", list(WRITTEN.values()), ALL, SHORT)
    succeed(made, "page", "odd")
    return made


@pytest.fixture(scope="module")
def campaign(checkout: Checkout) -> Campaign:
    return load_campaign(checkout.folder / "functions/campaigns/odd.json")


@pytest.fixture(scope="module")
def site_url(checkout: Checkout) -> Iterator[str]:
    nobody = dict.fromkeys(PUBLIC_FUNCTIONS, "http://127.0.0.1:9")
    port = free_port()
    site = Site(port, site_config(nobody, make_keys()), checkout.folder / "frontend")
    yield f"http://127.0.0.1:{port}"
    site.stop()


def spaced(text: str) -> str:
    """Return a text as HTML shows it, whose white space is one space."""
    return re.sub(r"[ \n]+", " ", text)


def marked(page: Page) -> bool:
    """Tell whether something of a text has run."""
    return page.locator("html[data-run]").count() > 0


def test_a_check_has_nothing_to_change_in_odd_texts(checkout: Checkout) -> None:
    succeed(checkout, "check", "odd")


@pytest.mark.parametrize("name", ["", "withdraw.html", "courier.html"])
def test_no_text_breaks_out_of_its_element(visit: Visit, name: str) -> None:
    calm, odd = visit(f"/calm/{name}"), visit(f"/odd/{name}")

    for page in (calm, odd):
        page.wait_for_selector("html.script")
    assert odd.evaluate(STRUCTURE) == calm.evaluate(STRUCTURE)
    assert not marked(odd)


def test_the_page_shows_what_was_written(visit: Visit) -> None:
    page = visit("/odd/")

    said = spaced(page.text_content("main") or "")
    assert [kind for kind, text in WRITTEN.items() if spaced(text) not in said] == []
    for place in ("h1", ".promise", "[data-at=after] .news", ".lede", ".call a", "#updates li p"):
        assert spaced(page.locator(place).first.text_content() or "") == spaced(ALL), place
    for place in ("article.plea p:not(.addressed)", "a[href^='https://their-school']"):
        told = [spaced(text) for text in page.locator(place).all_text_contents()]
        assert told == [spaced(text) for text in WRITTEN.values()], place
    metas = "[...document.querySelectorAll('meta[content]')].map((meta) => meta.content)"
    assert {ALL, f"{ALL} {ALL}"} <= set(page.evaluate(metas))
    assert page.get_attribute("link[type='application/atom+xml']", "title") == ALL
    assert spaced(page.title()) == spaced(ALL)


def test_the_way_to_the_organizers_leads_to_whom_it_names(visit: Visit) -> None:
    page = visit("/odd/")

    way = page.locator("a[href^='mailto:']")
    assert way.text_content() == CONTACT
    parts = "(a) => [decodeURIComponent(new URL(a.href).pathname), new URL(a.href).search]"
    assert way.evaluate(parts) == [CONTACT, ""]


def test_what_is_shared_on_kakaotalk_is_what_was_written(visit: Visit, checkout: Checkout) -> None:
    file = checkout.folder / "functions/campaigns/odd.json"

    def serve(page: Page) -> None:
        page.route("**/petitions/odd.json", lambda route: route.fulfill(path=file))

    page = visit("/odd/kakao.html#code=0123456789&lang=en&stage=after", before=serve)

    expect(page.locator("#told")).to_contain_text("http")
    assert (page.text_content("#told") or "").startswith(f"{SHORT} http")
    assert not marked(page)


@pytest.mark.parametrize("path", ["/odd/", "/"])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_very_long_word_makes_no_page_wider(visit: Visit, path: str, width: int) -> None:
    page = visit(path, viewport={"width": width, "height": 700})
    for details in page.locator("details").all():
        details.evaluate("(one) => { one.open = true; }")

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_root_names_it_as_it_was_written(visit: Visit) -> None:
    page = visit("/")

    assert spaced(page.locator("a[href='odd/']").first.text_content() or "") == spaced(ALL)
    assert not marked(page)


@pytest.mark.parametrize("stage", ["before", "after", "speaking"])
def test_a_card_says_what_was_written_and_keeps_it_inside(
    visit: Visit, campaign: Campaign, checkout: Checkout, stage: str
) -> None:
    page = visit("about:blank", viewport={"width": 1200, "height": 630})
    show_card(page, campaign, "en", stage)

    assert [page.locator(x).text_content() for x in ("h1", "h2")] == [ALL, ALL]
    assert page.locator("main > *").count() == 4
    assert page.evaluate("document.querySelector('main').scrollWidth") <= 590
    box = page.locator("main").bounding_box()
    assert box
    assert box["y"] > 0
    assert box["y"] + box["height"] < 630
    assert not marked(page)
    assert (checkout.folder / f"frontend/cards/odd-en-{stage}.png").exists()


def test_a_feed_is_well_formed_and_says_what_was_written(checkout: Checkout) -> None:
    feed = ElementTree.parse(checkout.folder / "frontend/odd/feed-en.xml").getroot()  # noqa: S314

    for place in ("a:title", "a:subtitle", "a:author/a:name"):
        assert feed.findtext(place, namespaces=ATOM) == ALL, place
    told = [entry.findtext("a:content", namespaces=ATOM) for entry in feed.findall("a:entry", ATOM)]
    assert told == [ALL, *WRITTEN.values()]


def test_a_link_opens_a_page_that_says_what_was_written_and_leads_on(
    visit: Visit, campaign: Campaign, site_url: str
) -> None:
    link = f"{site_url}/link/0123456789"
    opened = landing_page(
        campaign, "en", stage="after", link=link, site_url=site_url, via="0123456789.line"
    )
    page = visit("about:blank")
    read = """
    (source) => {
      const page = new DOMParser().parseFromString(source, "text/html");
      const said = (name) => page.querySelector(name).textContent;
      const meta = (name) => page.querySelector(`meta[property="${name}"]`).content;
      return [said("title"), said("h1"), said("a"), meta("og:title"), meta("og:description"),
        page.querySelectorAll("body *").length];
    }
    """
    assert page.evaluate(read, opened) == [ALL, ALL, ALL, ALL, f"{ALL} {ALL}", 4]

    page.route(link, lambda route: route.fulfill(body=opened, content_type="text/html"))
    page.goto(link)
    page.wait_for_url(f"{site_url}/odd/?lang=en&via=0123456789.line")
    assert not marked(page)
