"""The page as it is uploaded, with its scripts in a folder that is named by their content."""

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


@pytest.fixture(scope="module")
def site_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve what is uploaded, as the bucket does: decompressed for whoever asks."""
    folder = tmp_path_factory.mktemp("published")
    publish(FRONTEND, folder)
    for path in (path for path in folder.rglob("*") if path.suffix in COMPRESSED):
        path.write_bytes(gzip.decompress(path.read_bytes()))
    (folder / "headers.json").write_bytes(Path(FRONTEND, "headers.json").read_bytes())
    nobody = {name: "http://127.0.0.1:1" for name in PUBLIC_FUNCTIONS}
    port = free_port()
    site = Site(port, site_config(nobody, make_keys()), folder)
    yield f"http://localhost:{port}"
    site.stop()


@pytest.mark.parametrize("path", ["/", "/withdraw.html", "/problems.html"])
def test_every_script_and_style_comes_from_one_version(visit: Visit, path: str) -> None:
    asked: list[str] = []

    def listen(page: Page) -> None:
        page.on("request", lambda request: asked.append(request.url))

    visit(path, before=listen)  # until its scripts have put the phrases in

    code = [url for url in asked if url.endswith((".js", ".css"))]
    versions = {url.partition("/v/")[2].partition("/")[0] for url in code}
    assert len(code) >= 2
    assert len(versions) == 1 and versions != {""}
