"""
A second petition, added by the organizers' commands alone: everything on its page is its own, and
the first one does not move.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from dev import ROOT
from dev.emulator import Emulator
from dev.pictures.signer import Signer, sign
from dev.ports import free_port
from dev.process import Process
from tests.browser.conftest import PATIENCE_MILLISECONDS

SECOND = "letthemspeak"
FUNCTIONS = ("sign", "count", "share-link", "withdraw", "sweep")
TEXTS = {
    "title": "Let them speak #LetThemSpeak",
    "call": "Sign and pass it on",
    "promise": "Your voice may give ten people back theirs.",
    "summary": "Ten teachers were silenced by the sea. Ask for their voices: sign, and share.",
    "plea": ["Ten teachers may not speak.", "Ask with us that they may."],
    "addressed_to": ["The town by the sea"],
    "organizers": "Their pupils",
    "share": "Ten teachers may not speak. Ask for them. #LetThemSpeak",
    "badge": "#LetThemSpeak",
    "outcomes": {"speaking": {"headline": "They speak again, all ten of them."}},
}
KOREAN = TEXTS | {
    "title": "말하게 해 주세요 #LetThemSpeak",
    "call": "서명하고 알리기",
    "promise": "여러분의 목소리가 열 사람의 목소리를 되찾을 수 있습니다.",
    "summary": "바닷가 마을에서 선생님 열 분이 말을 빼앗겼습니다. 서명하고 알려 주세요.",
    "plea": ["선생님 열 분이 말할 수 없습니다.", "함께 물어 주세요."],
    "addressed_to": ["바닷가 마을"],
    "organizers": "제자들",
    "share": "선생님 열 분이 말할 수 없습니다. 함께 물어 주세요. #LetThemSpeak",
    "outcomes": {"speaking": {"headline": "열 분 모두 다시 말합니다."}},
}
ANSWERS = {
    "petition": SECOND,
    "hashtag": "#LetThemSpeak",
    "started": "2026-01-01",
    "milestones": [10, 100],
    "texts": {"en": TEXTS, "ko": KOREAN},
}


@dataclass
class Checkout:
    """A copy of this repository, with a second petition in it, and its local run."""

    folder: Path
    env: dict[str, str]
    site: str

    def organizer(self, *arguments: str | Path, code: int = 0) -> str:
        """Run a command in it, and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "organizer", *map(str, arguments)],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def counted(self, petition: str) -> int:
        """Return how many have signed, as everybody is told in a local run."""
        address = f"http://127.0.0.1:{self.env['COUNT_PORT']}/{petition}"
        answer = httpx.get(address, timeout=60)
        for _ in range(60):
            if answer.status_code != 503:  # A machine that is busy: try again, as a reader does.
                break
            time.sleep(1)
            answer = httpx.get(address, timeout=60)
        return int(answer.raise_for_status().json()["signatures"])


@pytest.fixture(scope="module")
def checkout(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """Add a petition to a copy of the repository by the commands alone, and run it."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("functions", "frontend", "organizer", "dev"):
        unwanted = shutil.ignore_patterns("__pycache__", "node_modules")
        shutil.copytree(ROOT / name, folder / name, ignore=unwanted)
    ports = {name: free_port() for name in ("site", *FUNCTIONS)}
    env = os.environ | {f"{x.replace('-', '_').upper()}_PORT": str(p) for x, p in ports.items()}
    env |= {
        "PYTHONPATH": f"{folder}{os.pathsep}{folder / 'functions'}",
        "RUN_FOLDER": str(folder / ".run"),
        "FIRESTORE_EMULATOR_HOST": emulator.host,
    }
    env.pop("GOOGLE_CLOUD_PROJECT", None)
    made = Checkout(folder, env, f"http://127.0.0.1:{ports['site']}")
    answers = folder / "answers.json"
    answers.write_text(json.dumps(ANSWERS), encoding="utf-8")

    made.organizer("petition", "new", "--from", answers)
    assert f"organizer petition page {SECOND}" in made.organizer(
        "petition", "check", SECOND, code=1
    )
    made.organizer("petition", "page", SECOND)
    made.organizer("petition", "check", SECOND)

    local = Process("local run", [sys.executable, "-P", "-m", "dev"], env, folder / "run.log")
    local.wait_until_it_answers(f"{made.site}/config.json", seconds=120)
    yield made
    local.stop()


@pytest.fixture
def open_page(browser: Browser, checkout: Checkout) -> Iterator[Callable[[str], Page]]:
    """Open addresses, each as a new person would; nothing may go wrong in a page."""
    contexts = []
    wrong: list[str] = []

    def open_address(address: str) -> Page:
        context = browser.new_context(locale="en-US", base_url=checkout.site)
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(address)
        return page

    yield open_address
    for context in contexts:
        context.close()
    assert wrong == []


def test_people_sign_share_count_and_withdraw_there_and_the_first_does_not_move(
    checkout: Checkout, open_page: Callable[[str], Page]
) -> None:
    first = checkout.counted("savemyfriend")
    (address,) = checkout.organizer("petition", "preview", SECOND, "--no-open").splitlines()
    page = open_page(address)

    expect(page.locator("h1:visible")).to_have_text("Let them speak #LetThemSpeak")
    receipt = sign(page, Signer("pupil@example.org"))
    page.wait_for_selector("#share-qr", state="visible")
    link = page.input_value("#share-url")

    assert f"/{SECOND}/" in link
    friend = open_page(f"{link}.line")
    friend.wait_for_url(f"{checkout.site}/{SECOND}/?*")
    assert friend.title() == "Let them speak #LetThemSpeak"
    sign(friend, Signer("friend@example.org"))
    expect(friend.locator("#signatures")).to_have_text("2")

    page.click("footer a[href^='withdraw.html']")
    page.wait_for_url(f"{checkout.site}/{SECOND}/withdraw.html")
    page.fill("#receipt", receipt)
    page.check("#take")
    page.click("#submit")
    page.wait_for_selector("#done", state="visible")
    page.click("footer a")
    page.wait_for_url(f"{checkout.site}/{SECOND}/index.html")
    expect(page.locator("#signatures")).to_have_text("1", timeout=60_000)

    assert checkout.counted(SECOND) == 1
    assert checkout.counted("savemyfriend") == first


def test_the_second_petition_says_nothing_of_the_first(
    checkout: Checkout, open_page: Callable[[str], Page]
) -> None:
    page = open_page(f"/{SECOND}/")

    everything = page.content() + page.evaluate("document.head.innerHTML")
    assert "SaveMyFriend" not in everything
    assert "savemyfriend" not in everything
    assert page.locator("nav [data-pin]").all_inner_texts() == ["English", "한국어"]


@pytest.mark.parametrize("name", ["index.html", "withdraw.html", "problems.html"])
def test_no_page_of_the_second_leads_to_the_first(
    checkout: Checkout, open_page: Callable[[str], Page], name: str
) -> None:
    page = open_page(f"/{SECOND}/{name}")

    links = page.locator("a").evaluate_all("all => all.map(a => a.origin + a.pathname)")
    pages = [link for link in links if link.startswith(checkout.site) and "config" not in link]
    assert len(pages) > 3
    assert [link for link in pages if not link.startswith(f"{checkout.site}/{SECOND}/")] == []


def test_a_receipt_of_the_second_does_nothing_in_the_first(
    checkout: Checkout, open_page: Callable[[str], Page]
) -> None:
    page = open_page(f"/{SECOND}/withdraw.html")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.fill("#receipt", "0" * 26)

    page.click("#submit")

    page.wait_for_selector("#done", state="visible")
    posted = [url for url in asked if ":" + checkout.env["WITHDRAW_PORT"] in url]
    assert posted == [f"http://127.0.0.1:{checkout.env['WITHDRAW_PORT']}/{SECOND}"]


def test_the_root_shows_the_first_and_leads_to_the_second(
    checkout: Checkout, open_page: Callable[[str], Page]
) -> None:
    checkout.organizer("petition", "page", "savemyfriend", "--no-cards")
    page = open_page("/")

    assert page.title() == "Save North Korean Refugees #SaveMyFriend"
    page.get_by_role("link", name="Let them speak").click()
    page.wait_for_url(f"{checkout.site}/{SECOND}/")


def test_the_second_may_take_the_root_and_give_it_back(checkout: Checkout) -> None:
    before = (checkout.folder / "frontend" / "index.html").read_text()

    checkout.organizer("petition", "page", SECOND, "--root", "--no-cards")
    taken = (checkout.folder / "frontend" / "index.html").read_text()
    checkout.organizer("petition", "page", "savemyfriend", "--root", "--no-cards")

    assert f'data-petition="{SECOND}"' in taken
    assert (checkout.folder / "frontend" / "index.html").read_text() == before


def test_news_is_on_the_page_and_in_the_feed_at_once(
    checkout: Checkout, open_page: Callable[[str], Page]
) -> None:
    functions = {p: p.read_bytes() for p in (checkout.folder / "functions").rglob("*.json")}
    for day, english, korean in (
        ("2026-02-01", "Two of ten speak.", "두 분이 말합니다."),
        ("2026-02-03", "Five of ten speak.", "다섯 분이 말합니다."),
    ):
        said = ("--text", f"en={english}", "--text", f"ko={korean}")
        checkout.organizer("petition", "update", SECOND, "--date", day, *said)

    page = open_page(f"/{SECOND}/?lang=ko")
    assert page.locator("#updates li:visible p").all_inner_texts() == [
        "다섯 분이 말합니다.",
        "두 분이 말합니다.",
    ]
    feed = page.locator("link[type='application/atom+xml'][href$='feed-ko.xml']").get_attribute(
        "href"
    )
    answer = httpx.get(f"{checkout.site}/{SECOND}/{feed}")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert answer.text.index("다섯") < answer.text.index("두 분이")
    assert {p: p.read_bytes() for p in functions} == functions
