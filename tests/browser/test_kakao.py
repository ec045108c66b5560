"""
KakaoTalk's own share, where organizers have a key: Kakao's program runs on a page of its own, and
hears of nobody who does not tap there.

Kakao's servers cannot be reached from here. Chromium is answered in their place, by a program that
does what Kakao's is documented to do on a desktop: it opens a window, and posts a form to Kakao.
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from dev.pictures.browser import LANGUAGES
from dev.pictures.signer import Signer, sign
from dev.stack import Stack
from tests.browser.actions import claim_of
from tests.browser.conftest import PHONE, Visit
from tests.browser.test_sharing import DEVICE, TEXTS, open_panel, share_text

ROOT = Path(__file__).parents[2]
KEY = "0123456789abcdef" * 2

PROGRAM = """
window.Kakao = {
  isInitialized: () => Boolean(Kakao.key),
  init: (key) => { Kakao.key = key; },
  Share: {
    sendDefault(message) {
      open("about:blank", "picker");
      const form = document.createElement("form");
      form.action = "https://sharer.kakao.com/picker/link";
      form.method = "post";
      form.target = "picker";
      for (const [name, value] of [["app_key", Kakao.key], ["message", JSON.stringify(message)]]) {
        const input = document.createElement("input");
        form.append(Object.assign(input, { name, value, type: "hidden" }));
      }
      document.body.append(form);
      form.submit();
    },
  },
};
"""

ACTIVE = """
(isActive) => Object.defineProperty(
  navigator, "userActivation", { configurable: true, value: { isActive } },
)
"""


def send_program(route: Route, program: str = PROGRAM) -> None:
    """Answer as the host of Kakao's program does."""
    headers = {"Access-Control-Allow-Origin": "*"}
    route.fulfill(body=program, content_type="text/javascript", headers=headers)


class Kakao:
    """Answers in the place of Kakao's servers, and notes everything that leaves this machine."""

    def __init__(self, page: Page) -> None:
        self.asked: list[str] = []
        self.posted: list[tuple[dict[str, str], str | None]] = []
        self.answer: Callable[[Route], object] = send_program
        page.context.route("**/config.json", self.add_key)
        page.context.route(re.compile(r"https://"), self.note)
        page.context.route("**/kakao.js", self.trust_program)

    def add_key(self, route: Route) -> None:
        route.fulfill(json=route.fetch().json() | {"kakao_key": KEY})

    def trust_program(self, route: Route) -> None:
        """Put the hash of our stand-in in the place of Kakao's, which it cannot have."""
        digest = base64.b64encode(hashlib.sha384(PROGRAM.encode()).digest()).decode()
        script = re.sub(r'"sha384-[^"]+"', f'"sha384-{digest}"', route.fetch().text())
        route.fulfill(body=script, content_type="text/javascript")

    def note(self, route: Route) -> None:
        request = route.request
        self.asked.append(request.url)
        if request.method == "POST":
            form = {name: value for name, (value,) in parse_qs(request.post_data or "").items()}
            self.posted.append((form, request.headers.get("referer")))
            route.fulfill(body="<p>friends", content_type="text/html")
        else:
            self.answer(route)


@pytest.fixture
def kakao() -> list[Kakao]:
    return []


def with_key(kakao: list[Kakao], *more: Callable[[Page], object]) -> Callable[[Page], None]:
    """Give the deployment a key."""

    def before(page: Page) -> None:
        kakao.append(Kakao(page))
        for each in more:
            each(page)

    return before


def open_kakao(page: Page, control: str = "[data-network=kakaotalk]") -> Page:
    """Follow the way to KakaoTalk."""
    with page.context.expect_page() as opened:
        page.click(control)
    opened.value.wait_for_selector("#message", state="visible")
    return opened.value


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_tap_hands_kakao_the_card_the_text_and_the_link_and_nothing_else(
    visit: Visit, services: Stack, kakao: list[Kakao], language: str
) -> None:
    page = visit(language=language, before=with_key(kakao))
    sign(page, Signer(f"kakao-{language}@example.org"))
    page.wait_for_selector("#share-qr", state="visible")
    url = page.input_value("#share-url")

    opened = open_kakao(page)
    expect(opened.locator("h1:visible")).to_contain_text(re.compile("Kakao|카카오"))
    expect(opened.locator("#told")).to_have_text(f"{share_text(language)} {url}.kakaotalk")
    # The picture comes later than the words.
    opened.wait_for_function("() => document.getElementById('card').naturalWidth === 1200")
    assert opened.evaluate("opener") is None
    assert not opened.locator("form, input, textarea").count()
    assert kakao[0].asked == []  # nothing before a tap on a page that says what Kakao learns

    with page.context.expect_page() as picker:
        opened.click("#open")
    picker.value.wait_for_url("https://sharer.kakao.com/picker/link")

    ((form, referrer),) = kakao[0].posted
    link = {"mobileWebUrl": f"{url}.kakaotalk", "webUrl": f"{url}.kakaotalk"}
    texts = json.loads(TEXTS.read_text(encoding="utf-8"))["texts"][language]
    assert form["app_key"] == KEY
    assert json.loads(form["message"]) == {
        "objectType": "feed",
        "content": {
            "title": texts["title"],
            "description": share_text(language),
            "imageUrl": f"{services.site}/cards/savemyfriend-{language}-after.png",
            "imageWidth": 1200,
            "imageHeight": 630,
            "link": link,
        },
        "buttons": [{"title": texts["after"].get("call", texts["call"]), "link": link}],
    }
    # Kakao has to know which domain asks, and no more of the address.
    assert referrer == f"{services.site}/"
    assert [urlsplit(asked).netloc for asked in kakao[0].asked] == [
        "t1.kakaocdn.net",
        "sharer.kakao.com",
    ]


def test_a_friend_who_comes_by_kakaotalk_counts_for_the_link(
    visit: Visit, services: Stack, kakao: list[Kakao]
) -> None:
    page = visit(language="ko", before=with_key(kakao))
    url = open_panel(page)
    told = open_kakao(page).locator("#told").inner_text()

    friend = visit(told.rpartition(" ")[2])
    friend.wait_for_url(re.compile("lang=ko"))
    sign(friend, Signer("friend-kakao@example.org"))

    assert claim_of(services, "friend-kakao@example.org")["via"] == f"{url[-10:]}.kakaotalk"


@pytest.mark.parametrize("control", ["#share-first a", "[data-network=kakaotalk]"])
def test_on_a_phone_the_key_opens_kakaos_page_and_no_share_sheet(
    visit: Visit, kakao: list[Kakao], control: str
) -> None:
    sheet = [lambda page: page.add_init_script(DEVICE)] if control.startswith("[") else []
    page = visit(language="ko", before=with_key(kakao, *sheet), **PHONE)
    open_panel(page)

    open_kakao(page, control)

    assert not page.evaluate("window.shared ?? []")


@pytest.mark.parametrize("trouble", ["blocked", "other", "empty", "throws"])
def test_without_kakaos_program_text_and_link_are_copied(
    visit: Visit, kakao: list[Kakao], trouble: str
) -> None:
    answers: dict[str, Callable[[Route], object]] = {
        "blocked": lambda route: route.abort(),
        # What the hash does not stand for is not run.
        "other": lambda route: send_program(route, f"{PROGRAM}stolen = 1;"),
        "empty": lambda route: send_program(route, ""),
        "throws": send_program,
    }
    page = visit(before=with_key(kakao), permissions=["clipboard-read", "clipboard-write"])
    kakao[0].answer = answers[trouble]
    url = open_panel(page)
    opened = open_kakao(page)
    if trouble == "throws":
        opened.evaluate("() => { window.open = () => { throw new Error('no window'); }; }")

    opened.click("#open")

    expect(opened.locator("#failed")).to_be_visible()
    expect(opened.locator("#copied")).to_contain_text("Open KakaoTalk")
    assert opened.evaluate("document.activeElement.id") == "failed"
    assert opened.evaluate("navigator.clipboard.readText()") == (
        f"{share_text('en')} {url}.kakaotalk"
    )
    assert opened.evaluate("typeof stolen") == "undefined"
    assert not opened.evaluate("document.documentElement.classList.contains('broken')")


def test_a_program_that_came_late_waits_for_another_tap(visit: Visit, kakao: list[Kakao]) -> None:
    page = visit(before=with_key(kakao))
    open_panel(page)
    opened = open_kakao(page)
    # A program that takes longer to come than a tap counts would take this test as long.
    opened.evaluate(ACTIVE, False)

    opened.click("#open")
    expect(opened.locator("#again")).to_be_visible()
    assert kakao[0].posted == []

    opened.evaluate(ACTIVE, True)
    with page.context.expect_page() as picker:
        opened.click("#open")
    picker.value.wait_for_url("https://sharer.kakao.com/picker/link")
    assert len(kakao[0].posted) == 1


@pytest.mark.parametrize(
    "fragment",
    ["", "#code=7k2m9qx4tb", "#code=javascript:1&lang=en", "#code=7k2m9qx4tb&lang=constructor"],
)
def test_an_address_that_names_no_link_has_nothing_to_share(visit: Visit, fragment: str) -> None:
    page = visit(f"/kakao.html{fragment}")

    expect(page.locator("#nothing")).to_be_visible()
    assert not page.is_visible("#message")


def test_an_address_can_put_no_words_of_its_own_into_a_message(visit: Visit) -> None:
    named = "code=7k2m9qx4tb&lang=en&stage=__proto__&text=Liar&title=Liar&url=https://evil.example"
    page = visit(f"/savemyfriend/kakao.html#{named}")

    expect(page.locator("#told")).to_contain_text("#SaveMyFriend")
    assert "Liar" not in page.content()
    assert "evil" not in page.inner_text("#told")


def test_kakaos_program_is_named_nowhere_else(visit: Visit, kakao: list[Kakao]) -> None:
    asked: list[str] = []
    page = visit(language="ko", before=with_key(kakao))
    page.on("request", lambda it: asked.append(it.url))

    open_panel(page)

    assert kakao[0].asked == []
    assert not [url for url in asked if "kakao.js" in url or "kakao.html" in url]
    for path in (ROOT / "frontend").rglob("*.html"):
        named = "t1.kakaocdn.net" in path.read_text(encoding="utf-8")
        assert named == (path.name == "kakao.html"), path


def test_only_kakaos_page_is_sent_with_leave_for_kakao(visit: Visit, services: Stack) -> None:
    page = visit()
    promised = json.loads((ROOT / "frontend" / "headers-kakao.json").read_text())
    others = json.loads((ROOT / "frontend" / "headers.json").read_text())

    for path in ("kakao.html", "savemyfriend/kakao.html"):
        headers = page.request.get(f"{services.site}/{path}").headers
        for name, value in (others | promised).items():
            assert headers[name.lower()] == value
    assert "kakao" not in page.request.get(services.site).headers["content-security-policy"]
    policy = promised["Content-Security-Policy"].replace("; frame-ancestors 'none'", "")
    for folder in ("", "savemyfriend"):
        assert policy in (ROOT / "frontend" / folder / "kakao.html").read_text()
