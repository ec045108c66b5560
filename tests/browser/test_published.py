"""
The page as it is uploaded: what blocks its first paint is in it, and all else in a folder that is
named by its content.
"""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from dev.keys import make_keys
from dev.ports import free_port
from dev.site import FRONTEND, PUBLIC_FUNCTIONS, Site, site_config
from infra.publish import COMPRESSED, publish
from tests.browser.conftest import Visit

# What somebody might get into a page, each marking the document if it works.
INJECTED = """
<script>document.documentElement.dataset.run = "element";</script>
<img src="nothing" onerror="document.documentElement.dataset.run = 'attribute'">
<a id="lure" href="javascript:document.documentElement.dataset.run = 'address'">…</a>
<style>html { outline: 7px solid red; }</style>
<p id="styled" style="outline: 7px solid red">…</p>
"""


@pytest.fixture(scope="module")
def site_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve what is uploaded, as the bucket does: decompressed for whoever asks."""
    folder = tmp_path_factory.mktemp("published")
    publish(FRONTEND, folder)
    for path in (path for path in folder.rglob("*") if path.suffix in COMPRESSED):
        path.write_bytes(gzip.decompress(path.read_bytes()))
    (folder / "headers.json").write_bytes(Path(FRONTEND, "headers.json").read_bytes())
    page = (folder / "index.html").read_text()
    (folder / "injected.html").write_text(page.replace("</main>", f"{INJECTED}</main>"))
    nobody = {name: "http://127.0.0.1:1" for name in PUBLIC_FUNCTIONS}
    port = free_port()
    site = Site(port, site_config(nobody, make_keys()), folder)
    yield f"http://localhost:{port}"
    site.stop()


@pytest.mark.parametrize("path", ["/", "/withdraw.html", "/courier.html", "/problems.html"])
def test_pages_ask_for_nothing_before_they_are_painted_and_for_one_version_then(
    visit: Visit, path: str
) -> None:
    asked: list[str] = []

    def listen(page: Page) -> None:
        page.on("request", lambda request: asked.append(request.url))

    page = visit(path, before=listen)

    assert page.locator("html.script").count() == 1  # first.js has run,
    assert page.evaluate("getComputedStyle(document.body).margin") == "0px"  # and style.css holds
    code = [url for url in asked if url.endswith((".js", ".css"))]
    versions = {url.partition("/v/")[2].partition("/")[0] for url in code}
    assert not [url for url in code if url.endswith(("first.js", "style.css"))]
    assert "" not in versions and len(versions) <= 1


def test_what_is_injected_into_a_page_neither_runs_nor_shows(visit: Visit) -> None:
    page = visit("/injected.html", complaints=False)
    page.evaluate("document.getElementById('lure').click()")
    page.wait_for_load_state("networkidle")

    assert page.locator("html.script").count() == 1
    assert page.locator("html[data-run]").count() == 0
    for selector in ("html", "#styled"):
        outline = f"getComputedStyle(document.querySelector('{selector}')).outlineStyle"
        assert page.evaluate(outline) == "none"
