"""The page asks nobody else for anything, is light, lies still, and runs no code but its own."""

import gzip
import json
import re
import time
from pathlib import Path
from typing import IO

import pytest
from playwright.sync_api import Page, Request, Response, Route

from dev.pictures.browser import LANGUAGES
from dev.pictures.signer import Signer, sign
from dev.site import Handler
from dev.stack import Stack
from tests.browser.conftest import PHONE, Visit

ROOT = Path(__file__).parents[2]

KIB = 1024

FIRST_VIEW_REQUESTS = 12
FIRST_VIEW_OCTETS = 60 * KIB
EVERYTHING_OCTETS = 150 * KIB

PAUSE_SECONDS = 0.05  # three frames
PARTS = re.compile(rb"(?=<(?:header|section|article|h2|h3|form|button|span|footer)\b)")


def test_nobody_else_is_asked_for_anything(visit: Visit, services: Stack) -> None:
    requests: list[Request] = []
    page = visit(before=lambda page: page.on("request", lambda it: requests.append(it)))
    sign(page, Signer("quiet@example.org"))
    page.wait_for_selector("#share-qr", state="visible")

    own = {services.site, services.sign, services.count, services.share_link}
    foreign = {r.url for r in requests if not r.url.startswith((*own, "blob:"))}
    assert foreign == set()
    sent = [r for r in requests if not r.url.startswith("blob:")]
    assert [r.url for r in sent if "referer" in r.all_headers()] == []


def transferred(responses: list[Response]) -> int:
    """Return the octets of answers and their headers, compressed as the deployed edge does it."""
    total = 0
    for response in responses:
        if response.url.startswith("blob:"):
            continue  # the page has made it itself
        body = response.body()
        if response.headers.get("content-type", "").startswith(
            ("text/", "application/", "image/svg")
        ):
            body = min(body, gzip.compress(body, 6), key=len)
        head = "".join(f"{name}: {value}\r\n" for name, value in response.all_headers().items())
        total += len(body) + len(head)
    return total


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_light(visit: Visit, language: str) -> None:
    responses: list[Response] = []
    page = visit(
        language=language, before=lambda page: page.on("response", lambda it: responses.append(it))
    )
    # The last thing that a first view asks for.
    page.wait_for_selector("#count.known", timeout=60_000)
    at_first = [one for one in responses if not one.url.endswith("icon.svg")]  # the browser's own
    first_view = transferred(responses)

    sign(page, Signer(f"light-{language}@example.org"))
    page.wait_for_selector("#share-qr", state="visible")

    assert len(at_first) <= FIRST_VIEW_REQUESTS, [response.url for response in at_first]
    octets = f"first view {len(at_first)} requests, {first_view} octets"
    print(f"{octets}, everything {transferred(responses)}")  # noqa: T201
    assert first_view < FIRST_VIEW_OCTETS
    assert transferred(responses) < EVERYTHING_OCTETS


def test_no_module_of_the_first_view_waits_for_another_to_name_it(visit: Visit) -> None:
    """What a module imports is only found once it has come, a round trip later."""
    asked: list[str] = []
    page = visit(before=lambda page: page.on("request", lambda request: asked.append(request.url)))
    page.wait_for_selector("#count.known", timeout=60_000)

    named = page.evaluate(
        "[...document.querySelectorAll('link[rel=modulepreload], script[type=module]')]"
        ".map((element) => element.href ?? element.src)"
    )
    modules = [url for url in asked if url.endswith(".js") and not url.endswith("first.js")]
    assert sorted(modules) == sorted(named)


SHIFTS = """
  window.shifts = 0;
  window.moved = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      window.shifts += entry.value;
      window.moved.push(...entry.sources.map(({ node }) => String(node?.id || node?.className)));
    }
  }).observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("screen", [{}, PHONE], ids=["desktop", "phone"])
def test_nothing_moves_when_the_count_arrives(
    visit: Visit, services: Stack, language: str, screen: dict[str, object]
) -> None:
    held: list[Route] = []

    def before(page: Page) -> None:
        page.add_init_script(SHIFTS)
        page.route(f"{services.count}/**", lambda route: held.append(route))

    page = visit(language=language, before=before, **screen)
    for _ in range(100):
        if held:
            break
        page.wait_for_timeout(100)
    held[0].fulfill(
        json={
            "petition": "savemyfriend",
            "status": "open",
            "outcome": None,
            "closes": "2012-03-01T00:00:00Z",
            "signatures": 178920,
            "exact": False,
            "goal": 200000,
            "countries": [{"country": "KR", "signatures": 178920}],
            "as_of": "2012-03-01T00:00:00Z",
        },
        headers={"Access-Control-Allow-Origin": "*"},
    )
    page.wait_for_selector("#count.known")
    page.wait_for_timeout(500)

    assert page.evaluate("window.moved") == []
    assert page.evaluate("window.shifts") == 0


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("screen", [{}, PHONE], ids=["desktop", "phone"])
def test_nothing_moves_while_the_page_is_read(
    visit: Visit, language: str, screen: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a slow network a page comes in pieces, and each is painted before the next is there."""
    monkeypatch.setattr(Handler, "copyfile", trickle)

    page = visit(language=language, before=lambda page: page.add_init_script(SHIFTS), **screen)
    page.wait_for_selector("#count.known")

    assert page.evaluate("performance.getEntriesByType('paint').length") > 0
    assert page.evaluate("window.moved") == []


def trickle(handler: Handler, source: IO[bytes], answer: IO[bytes]) -> None:
    """Send a page with a pause before each of its parts, longer than a frame; the rest at once."""
    content = source.read()
    parts = [content]
    if handler.path.partition("?")[0] == "/":
        parts = PARTS.split(content)
    for part in parts:
        answer.write(part)
        answer.flush()
        time.sleep(PAUSE_SECONDS if len(parts) > 1 else 0)


def test_the_page_sends_the_headers_it_promises(visit: Visit, services: Stack) -> None:
    responses: list[Response] = []
    visit(before=lambda page: page.on("response", lambda it: responses.append(it)))

    promised = json.loads((ROOT / "frontend" / "headers.json").read_text())
    headers = responses[0].headers
    for name, value in promised.items():
        if name != "Content-Security-Policy":
            assert headers[name.lower()] == value
    policy = headers["content-security-policy"]
    assert services.sign in policy
    # Which code of a page's own is allowed, the page says, by hash: a header cannot change with it.
    inline = re.sub(r"(script|style)-src 'self' 'unsafe-inline';", "", policy)
    assert not re.search(r"unsafe|\*|https?:(?!//127)|data:", inline)


def test_the_page_alone_keeps_the_policy_that_a_bucket_cannot_send() -> None:
    """
    A bucket without an edge sends no headers, so each page carries the policy, too.

    There it cannot know the functions' addresses, and lets connections go to any https one; and
    it allows nothing inline, but for what is written into it under its hash (infra/publish.py).
    """
    policy = json.loads((ROOT / "frontend" / "headers.json").read_text())["Content-Security-Policy"]
    rules = [rule for rule in policy.split("; ") if not rule.startswith("frame-ancestors")]
    wide = "https: http://127.0.0.1:* http://localhost:*"
    strict = "; ".join(rules).replace("{connect}", wide).replace(" 'unsafe-inline'", "")

    for path in (ROOT / "frontend").rglob("*.html"):
        if path.name == "kakao.html":  # tests/browser/test_kakao.py has it
            continue
        assert strict in path.read_text(), path.name


def test_script_from_elsewhere_is_refused(visit: Visit, services: Stack) -> None:
    page = visit(complaints=False)

    refused = page.evaluate(
        """async () => {
          const refusals = [];
          addEventListener("securitypolicyviolation", (event) => {
            refusals.push(event.effectiveDirective);
          });
          const tried = [
            () => document.body.insertAdjacentHTML("beforeend", "<p>"),
            () => fetch("http://127.0.0.1:9/"),
          ];
          for (const attempt of tried) await Promise.resolve().then(attempt).catch(() => {});
          await new Promise((later) => setTimeout(later, 200));
          return refusals;
        }"""
    )

    assert {"require-trusted-types-for", "connect-src"} <= set(refused)
