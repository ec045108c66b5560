"""
Sharing: one's own link, on the networks that the readers use,
without a word about the signer.
"""

import io
import json
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, Route, expect

from dev.pictures.browser import LANGUAGES
from dev.pictures.signer import Signer, sign
from dev.stack import Stack
from tests.browser.actions import claim_of, documents
from tests.browser.conftest import PHONE, Visit

ROOT = Path(__file__).parents[2]
TEXTS = ROOT / "functions" / "campaigns" / "savemyfriend.json"

# What a device that can share records instead of opening its sheet.
DEVICE = """
  window.shared = [];
  navigator.share = async (what) => { window.shared.push(what); };
"""


def open_panel(page: Page) -> str:
    """Ask for a link before signing, and return it."""
    page.click("#share-make")
    page.wait_for_selector("#share-qr", state="visible")
    return page.input_value("#share-url")


def share_text(language: str) -> str:
    """Return what is shared today, when the deadline is over."""
    texts = json.loads(TEXTS.read_text(encoding="utf-8"))["texts"]
    text: str = texts[language]["after"]["share"]
    return text


FIRST = {"zh-Hans": ["weibo", "wechat"], "en": ["x", "facebook"], "ko": ["kakaotalk", "line"]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_networks_of_the_language_come_first(visit: Visit, language: str) -> None:
    page = visit(language=language)

    open_panel(page)

    networks = page.locator("[data-network]").evaluate_all("all => all.map(e => e.dataset.network)")
    assert networks[:2] == FIRST[language]
    assert sorted(networks) == sorted(
        ["weibo", "wechat", "line", "kakaotalk", "telegram", "whatsapp", "x", "facebook", "email"]
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_carries_ones_own_code_and_says_nothing_about_signing(
    visit: Visit, language: str
) -> None:
    page = visit(language=language)
    url = open_panel(page)

    hrefs = page.locator("a[data-network]").evaluate_all(
        "all => Object.fromEntries(all.map(e => [e.dataset.network, e.href]))"
    )

    for network, href in hrefs.items():
        assert f"{url}.{network}" in unquote(unquote(href))
        assert share_text(language) in unquote(href).replace("+", " ") or network == "facebook"
        assert not re.search(r"signed|我已|我签|서명했", unquote(href))


# WCAG's relative luminance, of the sign's ground and of what is drawn on it.
CONTRAST = """
(sign) => {
  const light = (colour) => {
    const parts = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255);
    const linear = parts.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const style = getComputedStyle(sign);
  const picture = sign.querySelector("svg");
  const drawn = picture ? getComputedStyle(picture).fill : style.color;
  const [dark, bright] = [light(style.backgroundColor), light(drawn)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}
"""


@pytest.mark.parametrize("dark", [False, True])
def test_every_network_has_its_sign_which_is_seen_and_not_said(visit: Visit, dark: bool) -> None:
    page = visit(dark=dark)
    open_panel(page)

    ways = page.locator("[data-network]")
    drawn = page.locator("[data-network]:has(svg path)")
    letters = {it.get_attribute("data-network") for it in ways.all()} - {
        it.get_attribute("data-network") for it in drawn.all()
    }
    assert letters == {"email"}
    for one in page.locator("[data-network] .logo").all():
        assert one.get_attribute("aria-hidden") == "true"
        assert one.evaluate(CONTRAST) >= 3  # WCAG 1.4.11
    expect(page.locator("[data-network=weibo]")).to_have_accessible_name("Weibo")
    expect(page.locator("[data-network=email]")).to_have_accessible_name("E-mail")


def test_signs_are_asked_for_with_sharing_alone(visit: Visit) -> None:
    asked: list[str] = []
    page = visit(before=lambda page: page.on("request", lambda it: asked.append(it.url)))
    expect(page.locator("#count")).to_have_class(re.compile("known"))
    assert not [url for url in asked if "signs" in url]

    open_panel(page)

    assert [url for url in asked if url.endswith("/signs.js")]


def test_signing_opens_the_panel_with_a_link_of_ones_own(visit: Visit, services: Stack) -> None:
    page = visit("/?via=0123456789.weibo")
    before = len(documents(services, "links"))

    sign(page, Signer("sharer@example.org"))
    page.wait_for_selector("#share-qr", state="visible")

    links = documents(services, "links")
    assert len(links) == before + 1
    assert {"language", "via", "created_day"} in [set(link) for link in links]


def test_no_link_is_made_before_somebody_asks(visit: Visit, services: Stack) -> None:
    before = len(documents(services, "links"))

    visit().wait_for_timeout(500)

    assert len(documents(services, "links")) == before


def test_the_code_to_scan_leads_to_the_link(visit: Visit) -> None:
    page = visit(language="zh-Hans")
    url = open_panel(page)

    picture = Image.open(io.BytesIO(page.locator("#share-qr-image").screenshot()))
    (code,) = zxingcpp.read_barcodes(picture)

    assert code.text == f"{url}.wechat"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_shared_link_leads_a_friend_to_the_page_in_its_language(
    visit: Visit, services: Stack, language: str
) -> None:
    url = open_panel(visit(language=language))

    friend = visit(f"{url}.telegram", language="fr-FR")
    friend.wait_for_url(
        f"{services.site}/savemyfriend/?lang={language}&via={urlsplit(url).path[-10:]}.telegram"
    )

    email = f"friend-{language}@example.org"
    sign(friend, Signer(email))
    assert claim_of(services, email)["via"] == f"{urlsplit(url).path.split('/')[-1]}.telegram"


def test_no_number_is_told_by_link(visit: Visit, services: Stack) -> None:
    asked: list[str] = []
    page = visit(before=lambda page: page.on("request", lambda it: asked.append(it.url)))

    open_panel(page)

    expect(page.locator("#share-panel [data-phrase='share.courage']")).to_be_visible()
    assert not re.search(r"\d", page.locator("#share-panel").inner_text())
    links = [url for url in asked if url.startswith(services.share_link)]
    assert len(links) == 1


def test_text_and_link_are_copied_together(visit: Visit) -> None:
    page = visit(language="ko", permissions=["clipboard-read", "clipboard-write"])
    url = open_panel(page)

    page.click("#share-copy")

    expect(page.locator("#share-status")).to_have_text("글과 링크를 복사했습니다.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(share_text("ko"))
    assert url in copied


def test_kakaotalk_without_a_share_sheet_copies_and_says_what_to_do(visit: Visit) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    url = open_panel(page)

    page.click("[data-network=kakaotalk]")

    expect(page.locator("#share-status")).to_contain_text("Open KakaoTalk")
    assert url in page.evaluate("navigator.clipboard.readText()")


@pytest.mark.parametrize("control", ["[data-way=device]", "[data-network=kakaotalk]"])
def test_the_devices_own_share_sheet_gets_text_and_link(visit: Visit, control: str) -> None:
    page = visit(language="ko", before=lambda page: page.add_init_script(DEVICE), **PHONE)
    url = open_panel(page)

    page.tap(control)

    (shared,) = page.evaluate("window.shared")
    assert shared["text"] == share_text("ko")
    assert shared["url"] == f"{url}.{'kakaotalk' if 'kakaotalk' in control else 'device'}"


def test_the_share_sheet_comes_first_where_there_is_one(visit: Visit) -> None:
    without = visit()
    open_panel(without)
    assert not without.locator("[data-way=device]").count()

    page = visit(before=lambda page: page.add_init_script(DEVICE))
    open_panel(page)

    controls = page.locator("#share-panel :is(button, a):visible")
    assert controls.first.get_attribute("data-way") == "device"


def test_a_link_that_cannot_be_made_can_be_asked_for_again(visit: Visit, services: Stack) -> None:
    page = visit()
    page.route(f"{services.share_link}/savemyfriend", lambda route: route.abort())
    page.click("#share-make")
    expect(page.locator("#share-status")).to_contain_text("could not be made")

    page.unroute(f"{services.share_link}/savemyfriend")

    assert open_panel(page).startswith(f"{services.share_link}/savemyfriend/")


def test_another_language_brings_a_link_in_that_language(visit: Visit) -> None:
    page = visit()
    first = open_panel(page)

    page.click("[data-pin=ko]")

    page.wait_for_function("(url) => document.getElementById('share-url').value !== url", arg=first)
    assert page.locator("[data-network]").first.get_attribute("data-network") == "kakaotalk"
    page.click("[data-pin=en]")
    expect(page.locator("#share-url")).to_have_value(first)


class Held:
    """Keeps requests for links until a test lets them go."""

    def __init__(self, page: Page, services: Stack) -> None:
        self.routes: list[Route] = []
        page.route(f"{services.share_link}/savemyfriend", lambda route: self.routes.append(route))

    def next(self, page: Page) -> Route:
        """Wait for the next request, and hand it over."""
        for _ in range(100):
            if self.routes:
                return self.routes.pop(0)
            page.wait_for_timeout(100)
        pytest.fail("no link was asked for")


def test_a_change_of_language_while_the_link_is_made_does_no_harm(
    visit: Visit, services: Stack
) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    held = Held(page, services)
    page.click("#share-make")
    first = held.next(page)
    page.click("[data-pin=ko]")
    expect(page.locator("#submit")).to_have_text("서명하기")
    first.continue_()
    held.next(page).continue_()

    expect(page.locator("[data-network]").first).to_have_attribute("data-network", "kakaotalk")
    page.click("#share-copy")

    expect(page.locator("#share-status")).to_have_text("글과 링크를 복사했습니다.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(share_text("ko"))
    languages = {link["language"] for link in documents(services, "links")}
    assert {"en", "ko"} <= languages


def test_the_shown_link_can_be_shared_while_another_is_on_its_way(
    visit: Visit, services: Stack
) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    first = open_panel(page)
    held = Held(page, services)

    page.click("[data-pin=ko]")
    second = held.next(page)
    page.click("#share-copy")

    expect(page.locator("#share-status")).to_have_text("글과 링크를 복사했습니다.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(share_text("en"))
    assert first in copied
    second.continue_()
    expect(page.locator("#share-url")).not_to_have_value(first)


def test_the_code_needs_no_server(visit: Visit, services: Stack) -> None:
    page = visit(language="zh-Hans")
    page.route(f"{services.share_link}/savemyfriend/**", lambda route: route.abort())

    open_panel(page)
    page.click("[data-network=wechat]")

    assert page.evaluate("document.activeElement.id") == "share-qr"


def test_wechats_code_comes_first_where_people_scan(visit: Visit) -> None:
    page = visit(language="zh-Hans")
    open_panel(page)

    box, networks = (page.locator(one).bounding_box() for one in ("#share-qr", "#share-networks"))
    assert box and networks
    assert box["y"] < networks["y"]
    assert page.locator("#share-qr-image").evaluate("image => image.width") >= 300


def test_kakaotalk_comes_first_in_korean(visit: Visit) -> None:
    page = visit(language="ko", permissions=["clipboard-read", "clipboard-write"])
    url = open_panel(page)

    page.click("#share-first button")

    expect(page.locator("#share-status")).to_contain_text("카카오톡을 열어")
    assert f"{url}.kakaotalk" in page.evaluate("navigator.clipboard.readText()")


def test_the_sharer_chooses_the_language_of_the_link(visit: Visit, services: Stack) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    first = open_panel(page)

    page.select_option("#share-language", "ko")

    expect(page.locator("#share-url")).not_to_have_value(first)
    page.click("#share-copy")
    expect(page.locator("#share-status")).to_have_text("Text and link copied.")
    assert page.evaluate("navigator.clipboard.readText()").startswith(share_text("ko"))
    page.click("[data-pin=zh-Hans]")
    expect(page.locator("#share-language")).to_have_value("ko")


def test_the_code_can_be_saved_as_a_picture(visit: Visit, tmp_path: Path) -> None:
    page = visit()
    url = open_panel(page)
    page.click("#share-panel summary")

    with page.expect_download() as download:
        page.click("#share-save")

    picture = Image.open(download.value.path()).convert("L")
    assert picture.width >= 300
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [f"{url}.qr"]


def test_a_poster_is_one_sheet_with_the_code_and_the_pleas_beginning(visit: Visit) -> None:
    page = visit(before=lambda page: page.add_init_script("window.print = () => {}"))
    url = open_panel(page)
    page.click("#share-panel summary")

    page.click("#share-poster")
    page.wait_for_selector("html.poster", state="attached")
    page.emulate_media(media="print")

    picture = Image.open(io.BytesIO(page.locator("#poster-image").screenshot())).convert("L")
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [f"{url}.qr"]
    assert page.locator(".plea div:visible > p:visible").count() == 1
    assert page.locator(".promise:visible").count() == 1
    assert not page.is_visible("#act")
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) == 1
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not page.locator("html.poster").count()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_badges_line_is_html_that_shows_the_number(
    visit: Visit, services: Stack, language: str
) -> None:
    page = visit(language=language)
    open_panel(page)

    line = page.input_value("#share-badge")

    source = re.search(r'<img src="([^"]+)" alt="[^"]+">', line)
    assert source
    assert page.request.get(source[1]).headers["content-type"].startswith("image/svg+xml")
    assert f'<a href="{services.site}/?lang={language}">' in line
