"""
Mirrors and relays: wherever the page lies, and whichever way is left,
a signature arrives, once.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from dev.mirror import pack
from dev.pictures.browser import LANGUAGES
from dev.pictures.signer import Signer, sign
from dev.ports import free_port
from dev.process import Process
from dev.site import PUBLIC_FUNCTIONS, site_config
from dev.stack import Stack
from tests.browser.actions import claim_of, claims_of, counted
from tests.browser.conftest import Visit
from tests.browser.mirrors.conftest import START_SECONDS, Mirrors
from tests.browser.mirrors.relays import program, silence, worker_host


@pytest.fixture(scope="module")
def silent() -> Iterator[str]:
    with silence() as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def withdraw(page: Page, receipt: str) -> None:
    """Take a signature back on the mirror that a page lies on."""
    page.click("footer a[href^='withdraw.html']")
    page.wait_for_selector("#receipt")
    page.fill("#receipt", receipt)
    page.click("#submit")
    page.wait_for_selector("#done", state="visible")


@pytest.mark.parametrize("trouble", ["refused", "unknown", "portal", "silent"])
def test_a_signature_arrives_once_by_the_relay_when_the_first_address_does_not_answer(
    visit: Visit, services: Stack, mirrors: Mirrors, trouble: str, request: pytest.FixtureRequest
) -> None:
    first = {"refused": f"http://127.0.0.1:{free_port()}", "unknown": "https://name.invalid"}
    base = first.get(trouble) or request.getfixturevalue(trouble)
    email = f"mirror-{trouble}@example.org"
    before = counted(services)
    page = visit(mirrors.add(trouble, f"{base}/", f"{mirrors.relay}/"))

    receipt = sign(page, Signer(email))
    page.wait_for_selector("#share-qr", state="visible")

    assert claim_of(services, email)
    assert counted(services) == before + 1
    expect(page.locator("#count")).to_have_class(re.compile("known"))
    withdraw(page, receipt)
    assert claims_of(services, email) == []


def test_the_address_that_answered_is_asked_first_for_the_rest_of_the_visit(
    visit: Visit, mirrors: Mirrors
) -> None:
    asked: list[str] = []
    dead = f"http://127.0.0.1:{free_port()}"
    address = mirrors.add("remembering", f"{dead}/", f"{mirrors.relay}/")
    page = visit(address, before=lambda page: page.on("request", lambda it: asked.append(it.url)))
    expect(page.locator("#count")).to_have_class(re.compile("known"))
    assert [url for url in asked if url.startswith(dead)] == [f"{dead}/count/savemyfriend"]
    asked.clear()

    sign(page, Signer("remembered@example.org"))

    assert [url for url in asked if url.startswith(mirrors.relay)]
    assert [url for url in asked if url.startswith(dead)] == []


def test_a_host_that_is_mirror_and_relay_needs_nobodys_leave(
    visit: Visit, services: Stack, mirrors: Mirrors
) -> None:
    """Its origin is none that the functions know, but the page asks no other."""
    mirrors.add("own", "../../")

    sign(visit(f"{mirrors.relay}/some/own/"), Signer("own@example.org"))

    assert claim_of(services, "own@example.org")


def test_nothing_is_asked_of_other_hosts_than_the_mirror_and_its_relays(
    visit: Visit, mirrors: Mirrors
) -> None:
    asked: list[str] = []
    address = mirrors.add("alone", f"{mirrors.relay}/")
    page = visit(address, before=lambda page: page.on("request", lambda it: asked.append(it.url)))

    sign(page, Signer("alone@example.org"))
    page.wait_for_selector("#share-qr", state="visible")

    asked = [url for url in asked if not url.startswith("blob:")]
    assert {f"{urlsplit(url).scheme}://{urlsplit(url).netloc}" for url in asked} == {
        mirrors.host,
        mirrors.relay,
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_link_that_is_made_on_a_mirror_leads_to_the_mirror_and_counts(
    visit: Visit, services: Stack, mirrors: Mirrors, language: str
) -> None:
    address = mirrors.add(f"links-{language}", f"{mirrors.relay}/")
    page = visit(address, language=language)
    page.click("#share-make")
    page.wait_for_selector("#share-qr", state="visible")

    url = page.input_value("#share-url")
    path, _, query = url.partition("?")
    assert path == f"{address}savemyfriend/"
    (code,) = re.findall(rf"^lang={language}&via=([0-9a-z]{{10}})$", query)
    hrefs = page.locator("a[data-network]").evaluate_all(
        "all => Object.fromEntries(all.map(e => [e.dataset.network, e.href]))"
    )
    for network, href in hrefs.items():
        assert quote(f"{url}.{network}", safe="") in href
        assert services.share_link not in unquote(href)
    scanned = Image.open(io.BytesIO(page.locator("#share-qr-image").screenshot()))
    assert [found.text for found in zxingcpp.read_barcodes(scanned)] == [f"{url}.wechat"]

    friend = visit(f"{url}.telegram", language="fr-FR")
    assert friend.evaluate("document.documentElement.lang") == language
    email = f"friend-of-mirror-{language}@example.org"
    sign(friend, Signer(email))
    assert claim_of(services, email)["via"] == f"{code}.telegram"


def test_a_link_of_a_mirror_names_the_file_where_the_host_needs_it(
    visit: Visit, mirrors: Mirrors
) -> None:
    address = mirrors.add("bare", f"{mirrors.relay}/")
    page = visit(f"{address}savemyfriend/index.html")

    page.click("#share-make")
    page.wait_for_selector("#share-qr", state="visible")

    assert page.input_value("#share-url").startswith(f"{address}savemyfriend/index.html?lang=en")


def test_the_documented_worker_is_a_relay(
    visit: Visit, services: Stack, mirrors: Mirrors, tmp_path: Path
) -> None:
    node = program("node", "nodejs")
    port = free_port()
    # The relay stands for the edge, which has all functions below one address.
    host = worker_host(tmp_path, mirrors.relay)
    running = Process("worker", [node, host, str(port)], {}, tmp_path / "worker.log")
    try:
        running.wait_until_it_answers(f"http://127.0.0.1:{port}", seconds=START_SECONDS)
        page = visit(mirrors.add("worker", f"http://127.0.0.1:{port}/"))
        sign(page, Signer("worker@example.org"))
        page.wait_for_selector("#share-qr", state="visible")
    finally:
        running.kill()

    assert claim_of(services, "worker@example.org")


def test_an_archive_is_the_same_each_time_and_holds_what_a_mirror_needs(
    mirrors: Mirrors, tmp_path: Path
) -> None:
    config = site_config(dict.fromkeys(PUBLIC_FUNCTIONS, "https://a.example.org"), mirrors.keys)
    one, other = tmp_path / "one.zip", tmp_path / "other.zip"
    pack(config, one)
    pack(config, other)

    assert one.read_bytes() == other.read_bytes()
    with zipfile.ZipFile(one) as opened:
        names = set(opened.namelist())
        assert json.loads(opened.read("config.json")) == config | {"mirror": True}
    assert {"index.html", "courier.html", "withdraw.html", "addresses.json"} <= names
    assert "petitions/savemyfriend.json" in names
    assert names.isdisjoint({"headers.json", "crypto/README.md", "petitions/canary.json"})
