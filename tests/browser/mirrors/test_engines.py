"""
Every engine: what a person does from the first view to leaving, in Chromium, Firefox and WebKit, on
a mirror whose first address is dead, in windows as narrow as a phone. What is finer is tested in
Chromium alone.
"""

import contextlib
import dataclasses
import itertools
import json
from pathlib import Path

import pytest
from PIL import Image

from dev.pictures.signer import Signer
from dev.ports import free_port
from dev.site import FRONTEND
from dev.stack import Stack
from tests.browser.actions import claim_of, claims_of, set_petition
from tests.browser.marks import SECRET, leaks
from tests.browser.mirrors.conftest import Mirrors
from tests.browser.mirrors.engines import ENGINES, Device
from tests.browser.mirrors.window import ESCAPE, Refused, Window

# What a browser may say of its languages; WebKit says C, and only the address can pin one there.
LANGUAGES = {"zh-Hans": "zh-CN, zh", "en": "en-US, en", "ko": "ko-KR, ko"}
SAYS_C = {"firefox": "en", "webkit": "en"}

# Browsers inside chat apps, which run the phone's own engine under a name of theirs.
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
ANDROID = "Mozilla/5.0 (Linux; Android 14; SM-S911N; wv) AppleWebKit/537.36 (KHTML, like Gecko)"
WEBVIEW = f"{ANDROID} Version/4.0 Chrome/130.0.0.0 Mobile Safari/537.36"
APPS = {
    ("webkit", "zh-Hans"): f"{IPHONE} (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.60",
    ("webkit", "ko"): f"{IPHONE} (KHTML, like Gecko) Mobile/15E148 KAKAOTALK 25.5.1",
    (
        "chromium",
        "zh-Hans",
    ): f"{WEBVIEW} MicroMessenger/8.0.50",
    ("chromium", "ko"): f"{WEBVIEW};KAKAOTALK 2610500",
}

WIDTHS = (447, 390)

INK = 128  # of 255 shades of grey, the darker half
# Where the first 30 of the promise stands: thirty seconds, in every language.
THIRTY = """(() => {
  const all = [...document.querySelectorAll(".promise")];
  const $promise = all.find(($one) => $one.getClientRects().length);
  const texts = document.createTreeWalker($promise, NodeFilter.SHOW_TEXT);
  while (texts.nextNode() && !texts.currentNode.data.includes("30"));
  const at = texts.currentNode.data.indexOf("30");
  const range = document.createRange();
  range.setStart(texts.currentNode, at);
  range.setEnd(texts.currentNode, at + 2);
  const { left, top, right, bottom } = range.getBoundingClientRect();
  return [left, top, right, bottom];
})()"""


def device(engine: str, language: str) -> Device:
    """Describe a browser of somebody who reads a language."""
    languages = "C" if SAYS_C.get(engine) == language else LANGUAGES[language]
    return Device(languages, APPS.get((engine, language), ""))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("engine", ENGINES)
def test_the_whole_way_works_in_every_engine(
    services: Stack, mirrors: Mirrors, portal: str, tmp_path: Path, engine: str, language: str
) -> None:
    dead = f"http://127.0.0.1:{free_port()}"
    address = mirrors.add(f"{engine}-{language}", f"{dead}/", f"{mirrors.relay}/")
    cut_off = mirrors.add(f"{engine}-{language}-cut-off", f"{dead}/", f"{portal}/")
    signer = dataclasses.replace(SECRET, email=f"marker.person.{engine}.{language}@example.org")
    carried = dataclasses.replace(signer, email=f"courier.{signer.email}")
    pin = f"?lang={language}" if engine == "webkit" and language != "en" else ""
    with ENGINES[engine](tmp_path, device(engine, language)) as window:
        window.open(f"{address}{pin}")
        assert window.run("document.documentElement.lang") == language
        receipt = sign(window, signer, tmp_path)
        assert claim_of(services, signer.email)["language"] == language
        assert claim_of(services, signer.email)["message"] == signer.message
        share(window, language)
        window.open(f"{address}withdraw.html{pin}")
        window.type("#receipt", receipt)
        window.click("#submit")
        window.wait_for("#done")
        look(window, tmp_path / "withdrawn")
        assert claims_of(services, signer.email) == []

        window.open(f"{cut_off}{pin}")
        sealed = hand_over(window, carried, tmp_path)
        window.open(f"{address}courier.html{pin}")
        window.run(f"document.getElementById('sealed').value = {json.dumps(sealed)}")
        window.click("#submit")
        window.wait_for("#done")
        look(window, tmp_path / "carried")
        assert claim_of(services, carried.email)["language"] == language

        leave(window, f"{address}{pin}")
        meet_a_missing_module(window, mirrors, f"{engine}-{language}-incomplete")

    sent = mirrors.sent()
    assert b'"envelope"' in sent
    assert leaks(signer, sent) == leaks(carried, sent) == leaks(carried, sealed.encode()) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_an_ended_petition_is_told_in_every_engine(
    services: Stack, mirrors: Mirrors, tmp_path: Path, engine: str
) -> None:
    """The last, because it ends the petition."""
    set_petition(services, status="closed", outcome="returned")
    address = mirrors.add(f"{engine}-ended", f"{mirrors.relay}/")
    with ENGINES[engine](tmp_path, device(engine, "en")) as window:
        window.open(address)
        window.wait("document.documentElement.dataset.stage === 'returned'")
        window.wait_for("#closed")
        look(window, tmp_path / "ended")
        assert window.run("document.getElementById('sign').getClientRects().length") == 0


def look(window: Window, picture: Path) -> None:
    """See that nothing lies beside the screen of a phone, and take a picture of each width."""
    for width in WIDTHS:
        window.resize(width)
        beside = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert window.run(beside) == 0, (picture.name, width)
        window.picture(picture.with_name(f"{picture.name}-{width}.png"))


def sign(window: Window, signer: Signer, folder: Path) -> str:
    """Meet the faults, mend them, sign and get a link to share; return the receipt."""
    window.wait("document.getElementById('count').classList.contains('known')")
    look(window, folder / "plea")
    assert letters_in(folder / "plea-390.png", window.run(THIRTY)) == 2
    window.click("#submit")
    window.wait("document.activeElement.id === 'faults'")
    assert window.run("document.querySelectorAll('#faults-list li').length") == 2
    look(window, folder / "faults")
    # Whatever a browser says of itself, all countries are there to be chosen.
    assert window.run("document.getElementById('country').options.length") > 200
    fill(window, signer)
    window.wait("document.getElementById('faults').hidden")
    window.click("#submit")
    window.wait_for("#thanks")
    window.wait_for("#share-qr")
    window.wait("document.getElementById('share-qr-image').naturalWidth > 0")
    look(window, folder / "thanks")
    assert window.run("document.getElementById('share-url').value").startswith("http")
    assert not window.run("document.documentElement.classList.contains('broken')")
    return str(window.run("document.getElementById('receipt-text').textContent"))


def letters_in(picture: Path, box: tuple[float, float, float, float]) -> int:
    """
    Count the letters that stand apart in a part of a picture, left, top, right and bottom.

    WebKit measured digits beside Chinese letters rightly, and drew them upon one another.
    """
    left, top, right, bottom = map(round, box)
    part = Image.open(picture).convert("L")
    columns = (part.crop((x, top, x + 1, bottom)).tobytes() for x in range(left, right))
    inked = [min(column) < INK for column in columns]
    return sum(there and not before for before, there in itertools.pairwise([False, *inked]))


def fill(window: Window, signer: Signer) -> None:
    """Type into the form."""
    window.type("#name", signer.name)
    window.type("#email", signer.email)
    window.type("#message", signer.message)


def share(window: Window, language: str) -> None:
    """Copy the link or be told why not, make a poster, and get a link in another language."""
    phrases = json.loads((FRONTEND / "phrases" / f"{language}.json").read_text(encoding="utf-8"))
    window.click("#share-copy")
    said = "document.getElementById('share-status').textContent"
    window.wait(f"[{phrases['share.copied']!r}, {phrases['copy.failed']!r}].includes({said})")
    window.run("window.print = () => {}")
    window.click("#share-panel summary")
    window.click("#share-poster")
    window.wait("document.documentElement.classList.contains('poster')")
    window.run("dispatchEvent(new Event('afterprint'))")
    shown = window.run("document.getElementById('share-url').value")
    other = "ko" if language == "en" else "en"
    window.click(f"[data-pin={other}]")
    window.wait(f"document.getElementById('share-url').value !== {shown!r}")


def hand_over(window: Window, signer: Signer, folder: Path) -> str:
    """Sign where no address answers, and return the sealed signature that the page offers."""
    fill(window, signer)
    window.click("#submit")
    window.wait_for("#courier")
    look(window, folder / "courier")
    return str(window.run("document.getElementById('courier-text').value"))


def leave(window: Window, address: str) -> None:
    """Leave by Escape, and see that neither the page nor going back shows the plea."""
    window.open(address)
    window.type("#name", "Somebody")
    # Firefox takes it for a fault that the page elsewhere cannot be reached from here.
    with contextlib.suppress(Refused):
        window.type("#name", 3 * ESCAPE)
    gone = "!document.body?.innerText.includes('SaveMyFriend')"
    window.wait(f"!location.href.startsWith('{address}') && {gone}")
    with contextlib.suppress(Refused):
        window.command("Back")
    window.wait(f"!document.getElementById('name')?.value && {gone}")


def meet_a_missing_module(window: Window, mirrors: Mirrors, name: str) -> None:
    """Open a mirror that lacks a file, and see that the page says so."""
    address = mirrors.add(name, "../../")
    (mirrors.folder / "mirrors" / "some" / name / "count.js").unlink()
    window.open(address)
    window.wait_for(".bar .broken")
