"""The page on this machine comes as the deployed one does."""

import http.client
from collections.abc import Iterator

import httpx
import pytest

from dev import ROOT
from dev.keys import make_keys
from dev.ports import free_port
from dev.site import Site, site_config

URLS = {
    "sign": "http://127.0.0.1:8081",
    "count": "http://127.0.0.1:8081/count",
    "share-link": "http://127.0.0.1:8083/api",
    "withdraw": "http://127.0.0.1:8081/withdraw",
    "sweep": "http://127.0.0.1:8085",
}
KEYS = make_keys()
CONFIG = site_config(URLS, KEYS)
HEADERS = """{
  "Content-Security-Policy": "default-src 'none'; connect-src 'self' {connect}",
  "X-Content-Type-Options": "nosniff"
}"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    frontend = tmp_path_factory.mktemp("frontend")
    (frontend / "index.html").write_text("<!doctype html><title>친구</title>")
    (frontend / "headers.json").write_text(HEADERS)
    (frontend / "cards").mkdir()
    for name in (
        "page.js",
        "page.mjs",
        "page.css",
        "words.json",
        "cards/ko.png",
        "flag.svg",
        "feed.xml",
    ):
        (frontend / name).write_text("{}")
    port = free_port()
    site = Site(port, CONFIG, frontend)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        yield client
    site.stop()


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/?lang=ko&via=0123456789", "text/html; charset=utf-8"),
        ("/feed.xml", "application/atom+xml; charset=utf-8"),
        ("/page.js", "text/javascript; charset=utf-8"),
        ("/page.mjs", "text/javascript; charset=utf-8"),
        ("/page.css", "text/css; charset=utf-8"),
        ("/words.json", "application/json"),
        ("/config.json", "application/json"),
        ("/cards/ko.png", "image/png"),
        ("/flag.svg", "image/svg+xml"),
    ],
)
def test_a_file_comes_with_its_type(page: httpx.Client, path: str, content_type: str) -> None:
    answer = page.get(path)

    assert (answer.status_code, answer.headers["content-type"]) == (200, content_type)


def test_the_configuration_names_what_the_page_may_call_in_its_own_words(
    page: httpx.Client,
) -> None:
    assert page.get("/config.json").json() == {
        "petition": "savemyfriend",
        "functions": {
            "sign": [URLS["sign"]],
            "count": [URLS["count"]],
            "share_link": [URLS["share-link"]],
            "withdraw": [URLS["withdraw"]],
        },
        "seal_public_key": KEYS.seal_public_key,
        "envelope_public_key": KEYS.envelope_public_key,
    }


def test_the_pages_headers_allow_the_functions_origins(page: httpx.Client) -> None:
    for path in ("/", "/config.json", "/nowhere"):
        headers = page.get(path).headers

        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"] == (
            "default-src 'none'; connect-src 'self' http://127.0.0.1:8081 http://127.0.0.1:8083"
        )


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("/addresses.json", "functions/petition/addresses.json"),
        ("/petitions/savemyfriend.json", "functions/campaigns/savemyfriend.json"),
    ],
)
def test_the_page_reads_the_very_files_of_the_functions(
    page: httpx.Client, path: str, file: str
) -> None:
    assert page.get(path).content == (ROOT / file).read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/cards/",
        "/petitions/",
        "/petitions/other.json",
        "/petitions/../petition/addresses.json",
        "/petitions/../sign.py",
        "/petitions/%2e%2e/sign.py",
        "/petitions/..%2fsign.py",
        "/../pyproject.toml",
        "/%2e%2e/pyproject.toml",
    ],
)
def test_nothing_else_is_served_and_nothing_is_listed(page: httpx.Client, path: str) -> None:
    # Not httpx, which tidies a path before it sends it.
    connection = http.client.HTTPConnection(page.base_url.host, page.base_url.port)
    connection.request("GET", path)
    assert connection.getresponse().status == 404
    connection.close()
