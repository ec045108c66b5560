"""The page as those who measure it get it: compressed, and with the edge's headers."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from dev import ROOT
from dev.keys import make_keys
from dev.ports import free_port
from dev.published import NEWEST, VERSION, serving
from dev.site import PUBLIC_FUNCTIONS, site_config

CONFIG = site_config(dict.fromkeys(PUBLIC_FUNCTIONS, "http://127.0.0.1:8081"), make_keys())


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    port = free_port()
    with (
        serving(CONFIG, port, tmp_path_factory.mktemp("page")),
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        yield client


def script_of(html: str) -> str:
    """Return the address of a page's first module."""
    (address,) = re.findall(r'<script type="module" src="([^"]+)"', html)
    return f"/{address}"


def test_everything_a_reader_loads_is_compressed(page: httpx.Client) -> None:
    html = page.get("/")
    script = page.get(script_of(html.text))

    for answer in (html, script, page.get("/config.json"), page.get("/addresses.json")):
        assert (answer.status_code, answer.headers["content-encoding"]) == (200, "gzip")
        assert answer.text  # httpx fails where it is not what the header says
    assert page.get("/config.json").json() == json.loads(json.dumps(CONFIG))
    assert "content-encoding" not in page.get("/cards/savemyfriend-en-after.png").headers


def test_versions_are_kept_for_ever_and_pages_for_a_minute(page: httpx.Client) -> None:
    html = page.get("/")

    assert html.headers["cache-control"] == NEWEST
    assert page.get(script_of(html.text)).headers["cache-control"] == VERSION
    declared = Path(ROOT, "infra", "site.tf").read_text()
    assert f'newest  = "{NEWEST}"' in declared
    assert f'version = "{VERSION}"' in declared


def test_headers_of_a_document_come_with_documents_alone(page: httpx.Client) -> None:
    html = page.get("/")
    script = page.get(script_of(html.text))

    assert "http://127.0.0.1:8081" in html.headers["content-security-policy"]
    assert "content-security-policy" not in script.headers
    assert script.headers["x-content-type-options"] == "nosniff"
