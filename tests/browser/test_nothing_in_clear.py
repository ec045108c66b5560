"""
What leaves the browser otherwise than by a request: files, posters, and what is copied; and that
nothing of a person who signed in one is left with those who answered, whatever went by request.
"""

import subprocess
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page

from dev.pictures.signer import Signer, fill, sign
from dev.stack import Stack
from tests.browser.conftest import Visit
from tests.browser.marks import SECRET, leaks
from tests.browser.mirrors.relays import program
from tests.functions.database import Database
from tests.marks.process import memory_of, worker_of
from tests.marks.spelling import near_marks, new_mark


@pytest.fixture
def signed(visit: Visit, services: Stack) -> tuple[Page, Path]:
    """Sign at the second attempt, after the first has led to a file for couriers."""
    page = visit(
        permissions=["clipboard-read", "clipboard-write"],
        before=lambda page: page.add_init_script("window.print = () => {}"),
    )
    page.route(f"{services.sign}/**", lambda route: route.abort())
    fill(page, SECRET)
    page.click("#submit")
    page.wait_for_selector("#courier", state="visible")
    sealed = saved(page, "#courier-save")
    page.unroute(f"{services.sign}/**")
    page.click("#sending-again")
    page.wait_for_selector("#share-qr", state="visible")
    return page, sealed


def saved(page: Page, button: str) -> Path:
    """Save a file, whose name says as little as what is in it."""
    with page.expect_download() as download:
        page.click(button)
    assert leaks(SECRET, download.value.suggested_filename.encode()) == []
    return download.value.path()


def test_no_file_holds_name_address_or_message(signed: tuple[Page, Path]) -> None:
    page, sealed = signed
    page.click("#receipt summary")
    page.click("#share-panel summary")

    files = [sealed, saved(page, "#receipt-save"), saved(page, "#share-save")]

    assert [leaks(SECRET, file.read_bytes()) for file in files] == [[], [], []]
    (code,) = zxingcpp.read_barcodes(Image.open(files[-1]))
    assert leaks(SECRET, code.text.encode()) == []


def test_no_poster_and_no_copied_text_holds_name_address_or_message(
    signed: tuple[Page, Path], tmp_path: Path
) -> None:
    page, _ = signed
    page.click("#share-copy")
    page.wait_for_function("() => document.getElementById('share-status').textContent")
    page.click("#share-panel summary")
    page.click("#share-poster")
    page.wait_for_selector("html.poster", state="attached")

    poster = tmp_path / "poster.pdf"
    page.pdf(path=poster, prefer_css_page_size=True)
    reader = program("pdftotext", "poppler-utils")
    printed = subprocess.run([reader, poster, "-"], capture_output=True, check=True).stdout

    assert b"Your 30 seconds" in printed
    # What stands in the page but not on the paper might be on that of another browser.
    copied = page.evaluate("navigator.clipboard.readText()")
    seen = printed + poster.read_bytes() + page.content().encode() + copied.encode()
    assert leaks(SECRET, seen) == []


def test_nothing_that_was_typed_is_left_with_those_who_answered(
    visit: Visit, services: Stack
) -> None:
    """Neither in the memory of a function nor in the database; tests/marks/ searches the logs."""
    mark = new_mark()
    page = visit()
    sign(page, Signer(f"{mark}@example.org", name=f"Kim {mark}", message=f"I am {mark}."))
    page.wait_for_selector("#share-qr", state="visible")

    workers = [worker_of(function) for function in services.functions.values()]
    database = Database(services.emulator.host, services.project)
    stored = repr(database.everything()).encode()
    database.close()

    assert near_marks(region for worker in workers for region in memory_of(worker)) == b""
    assert near_marks([stored]) == b""
    assert any(b"savemyfriend" in region for region in memory_of(workers[0]))
    assert b"savemyfriend" in stored
