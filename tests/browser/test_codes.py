"""The codes that the page draws: the same as another program draws, and read by a third."""

import base64
import io
from collections.abc import Iterator
from typing import Any

import pytest
import segno
import zxingcpp
from PIL import Image
from playwright.sync_api import Page

from dev.keys import DevelopmentKeys
from tests.browser.conftest import lone_site

DRAW = """
async (text) => {
  const { qrModules } = await import("/qr.js");
  const { drawCode } = await import("/picture.js");
  const octets = new Uint8Array(await drawCode(text).arrayBuffer());
  return [qrModules(text), btoa(String.fromCharCode(...octets))];
}
"""

# Octets that fill a symbol of each version at level M, ISO/IEC 18004, table 7.
CAPACITIES = [14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412]


@pytest.fixture(scope="module")
def site_url(keys: DevelopmentKeys) -> Iterator[str]:
    with lone_site(keys) as url:
        yield url


@pytest.fixture
def page(visit: Any) -> Page:
    page: Page = visit("/problems.html")
    return page


def address(length: int) -> str:
    """Return an address of a length."""
    return ("https://a.example/?via=" + "7k2m9qx4tb." * 40)[:length]


def read(picture: str) -> list[str]:
    """Read all codes in a picture."""
    return [found.text for found in zxingcpp.read_barcodes(image(picture))]


def image(picture: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(picture)))


def test_every_version_is_drawn_as_another_program_draws_it(page: Page) -> None:
    for version, capacity in enumerate(CAPACITIES, start=1):
        text = address(capacity)

        modules, picture = page.evaluate(DRAW, text)

        # Which of the eight masks is best is a matter of opinion; both follow the standard.
        others = [
            segno.make_qr(text, error="m", mode="byte", boost_error=False, mask=mask)
            for mask in range(8)
        ]
        assert {other.version for other in others} == {version}
        assert modules in [[list(row) for row in other.matrix] for other in others]
        assert read(picture) == [text]


@pytest.mark.parametrize("fewer", [1, 2, 3, 11])
def test_a_code_that_is_not_full_is_read(page: Page, fewer: int) -> None:
    for capacity in CAPACITIES:
        text = address(capacity - fewer)

        assert read(page.evaluate(DRAW, text)[1]) == [text]


def test_a_code_that_was_damaged_is_read(page: Page) -> None:
    """Level M mends some 15 %; a scratch over the data takes a tenth of them."""
    _, picture = page.evaluate(DRAW, address(106))
    scratched = image(picture).convert("L")
    side = scratched.width
    scratched.paste(255, (side // 2, side // 2, side * 4 // 5, side * 3 // 5))

    assert [found.text for found in zxingcpp.read_barcodes(scratched)] == [address(106)]


def test_the_picture_is_wide_enough_for_wechat_and_has_its_quiet_zone(page: Page) -> None:
    _, picture = page.evaluate(DRAW, address(60))
    drawn = image(picture)
    drawn.verify()

    drawn = image(picture).convert("L")
    assert drawn.width == drawn.height >= 300
    assert drawn.crop((0, 0, drawn.width, 40)).getextrema() == (255, 255)
    assert drawn.getpixel((40, 40)) == 0


def test_what_is_too_long_for_a_code_is_refused(page: Page) -> None:
    said = page.evaluate(
        """async (text) => {
          const { qrModules } = await import("/qr.js");
          try { qrModules(text); } catch (error) { return error.name; }
        }""",
        address(413),
    )

    assert said == "RangeError"
