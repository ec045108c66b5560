"""
Every engine: what a person does from the first view to leaving, in Firefox and in WebKit, on a
mirror whose first address is dead. All other tests of the page do the same in Chromium, at length.
"""

import contextlib
from pathlib import Path

import pytest

from dev.ports import free_port
from dev.stack import Stack
from tests.browser.actions import claim_of, claims_of
from tests.browser.mirrors.conftest import Mirrors
from tests.browser.mirrors.engines import Refused, Window, firefox, webkit

# What a browser says of itself, and the language that the page then has.
FIREFOX = {"zh-Hans": "zh-CN, zh", "en": "C", "ko": "ko-KR, ko"}
RUNS = [*(("firefox", language) for language in FIREFOX), ("webkit", "en"), ("webkit", "ko")]

ESCAPE = "\ue00c"  # WebDriver, section 17.4.2

PHONE = {"x": 0, "y": 0, "width": 450, "height": 900}


@pytest.mark.parametrize(("engine", "language"), RUNS)
def test_the_whole_way_works_in_every_engine(
    services: Stack, mirrors: Mirrors, tmp_path: Path, engine: str, language: str
) -> None:
    dead = f"http://127.0.0.1:{free_port()}"
    address = mirrors.add(f"{engine}-{language}", f"{dead}/", f"{mirrors.relay}/")
    cut_off = mirrors.add(f"{engine}-{language}-cut-off", f"{dead}/")
    email = f"{engine}-{language}@example.org"
    # WebKit says no language at all here: only the address can pin one.
    pin = "" if language == "en" or engine == "firefox" else f"?lang={language}"
    with contextlib.ExitStack() as running:
        browser = firefox(tmp_path, FIREFOX[language]) if engine == "firefox" else webkit(tmp_path)
        window = running.enter_context(browser)
        window.command("SetWindowRect", **PHONE)

        window.open(f"{address}{pin}")
        assert window.run("document.documentElement.lang") == language
        receipt = sign(window, email, tmp_path)
        assert claim_of(services, email)["language"] == language
        window.open(f"{address}withdraw.html{pin}")
        window.type("#receipt", receipt)
        window.click("#submit")
        window.wait_for("#done")
        assert claims_of(services, email) == []

        window.open(f"{cut_off}{pin}")
        sealed = hand_over(window, f"courier.{email}", tmp_path)
        window.open(f"{address}courier.html{pin}")
        window.run(f"document.getElementById('sealed').value = {sealed!r}")
        window.click("#submit")
        window.wait_for("#done")
        window.picture(tmp_path / "carried.png")
        assert claim_of(services, f"courier.{email}")

        leave(window, f"{address}{pin}")
        meet_a_missing_module(window, mirrors)


def sign(window: Window, email: str, folder: Path) -> str:
    """Meet the faults, mend them, sign and get a link to share; return the receipt."""
    window.wait("document.getElementById('count').classList.contains('known')")
    window.picture(folder / "plea.png")
    window.click("#submit")
    window.wait("document.activeElement.id === 'faults'")
    assert window.run("document.querySelectorAll('#faults-list li').length") == 2
    window.picture(folder / "faults.png")
    # Whatever a browser says of itself, all countries are there to be chosen.
    assert window.run("document.getElementById('country').options.length") > 200
    window.type("#name", "김 李 O'Brien")
    window.type("#email", email)
    window.click("#submit")
    window.wait_for("#thanks")
    window.wait_for("#share-qr")
    window.wait("document.getElementById('share-qr-image').naturalWidth > 0")
    window.picture(folder / "thanks.png")
    assert window.run("document.getElementById('share-url').value").startswith("http")
    assert not window.run("document.documentElement.classList.contains('broken')")
    return str(window.run("document.getElementById('receipt-text').textContent"))


def hand_over(window: Window, email: str, folder: Path) -> str:
    """Sign where no address answers, and return the sealed signature that the page offers."""
    window.type("#name", "Kim")
    window.type("#email", email)
    window.click("#submit")
    window.wait_for("#courier")
    window.picture(folder / "courier.png")
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


def meet_a_missing_module(window: Window, mirrors: Mirrors) -> None:
    """Open a mirror that lacks a file, and see that the page says so."""
    address = mirrors.add("incomplete", "../../")
    (mirrors.folder / "mirrors" / "some" / "incomplete" / "count.js").unlink()
    window.open(address)
    window.wait_for(".bar .broken")
