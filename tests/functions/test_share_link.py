"""A link can be made, opened, scanned and counted, and stands for nobody."""

import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import httpx
import pytest
import zxingcpp
from PIL import Image, ImageDraw

from dev.functions import Running
from dev.stack import Stack
from tests.functions.database import Database
from tests.functions.signers import PETITION, first_petition, sealed_form

Start = Callable[..., Running]

CODE = re.compile(r"[0-9a-hjkmnp-tv-z]{10}")
MIDNIGHT = re.compile(r"\d{4}-\d\d-\d\dT00:00:00Z")
NETWORKS = {
    "weibo",
    "wechat",
    "line",
    "kakaotalk",
    "telegram",
    "whatsapp",
    "x",
    "facebook",
    "email",
    "copy",
}
UNKNOWN = "0123456789"
ENDINGS = ("", ".x", ".qr", ".svg", ".png", ".json")


class Page(HTMLParser):
    """What a robot and a browser read of a page: its language, its metas, its links, its tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.language = ""
        self.metas: dict[str, str] = {}
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        values = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        match tag:
            case "html":
                self.language = values["lang"]
            case "meta":
                name = values.get("property") or values.get("name") or values.get("http-equiv")
                self.metas[name or "charset"] = values.get("content", "")
            case "a":
                self.links.append(values["href"])


@pytest.fixture
def make(http: httpx.Client, services: Stack) -> Callable[..., dict[str, Any]]:
    """Make a link."""

    def post(language: str = "en", **more: str) -> dict[str, Any]:
        body = {"language": language, **more}
        answer = http.post(f"{services.share_link}/{PETITION}", json=body)
        assert answer.status_code == 201, answer.text
        link: dict[str, Any] = answer.json()
        return link

    return post


def scan(svg: bytes) -> str:
    """Read a QR code as a phone does."""
    text = svg.decode()
    (size,), (scale,) = (
        [int(number) for number in re.findall(pattern, text)]
        for pattern in (r' width="(\d+)"', r"scale\((\d+)\)")
    )
    picture = Image.new("L", (size, size), 255)
    draw = ImageDraw.Draw(picture)
    (path,) = re.findall(r'stroke="#000" d="([^"]*)"', text)
    x = y = 0.0
    for step, across, _, down in re.findall(r"([Mmh])(-?[\d.]+)(?:([ ,]?)(-?[\d.]+))?", path):
        if step == "h":
            box = [x * scale, (y - 0.5) * scale, (x + float(across)) * scale - 1]
            draw.rectangle((*box, (y + 0.5) * scale - 1), fill=0)
        x, y = (
            (float(across), float(down))
            if step == "M"
            else (x + float(across), y + float(down or 0))
        )
    (code,) = zxingcpp.read_barcodes(picture)
    return str(code.text)


def leads_to(page: Page) -> tuple[str, dict[str, list[str]]]:
    """Return where a page sends people, with or without a tap: the site and what it is told."""
    (link,) = page.links
    assert page.metas["refresh"] == f"0; url={link}"
    parts = urlsplit(link)
    return f"{parts.scheme}://{parts.netloc}{parts.path}", parse_qs(parts.query)


@pytest.mark.parametrize("language", ["zh-Hans", "en", "ko"])
def test_a_link_comes_with_every_way_to_share_it(
    make: Callable[..., dict[str, Any]], services: Stack, language: str
) -> None:
    link = make(language)

    url = f"{services.share_link}/{PETITION}/{link['code']}"
    assert link.keys() == {"code", "url", "qr_url", "text", "targets"}
    assert CODE.fullmatch(link["code"])
    assert (link["url"], link["qr_url"]) == (url, f"{url}.png")
    assert all(target.keys() == {"network", "label", "href"} for target in link["targets"])
    targets = {target["network"]: target for target in link["targets"]}
    assert len(link["targets"]) == len(targets)
    assert targets.keys() == NETWORKS
    assert targets.pop("wechat")["href"] == f"{url}.wechat.png"
    for network in ("kakaotalk", "copy"):
        assert targets.pop(network)["href"] == f"{url}.{network}"
    share = first_petition()["texts"][language]["after"]["share"]
    assert link["text"] == share
    for network, target in targets.items():
        assert f"{url}.{network}" in unquote(target["href"])
        if network != "facebook":  # It takes its words from the page.
            assert quote(share, safe="") in target["href"]
        assert urlsplit(target["href"]).scheme in ("https", "mailto")


def test_exactly_the_documented_fields_are_stored_of_a_link(
    make: Callable[..., dict[str, Any]], stored: Database
) -> None:
    plain, through = make("ko"), make("en", via=f"{UNKNOWN}.x")

    links = stored.list(f"petitions/{PETITION}/links")

    assert links[plain["code"]].keys() == {"language", "created_day"}
    assert links[through["code"]].keys() == {"language", "created_day", "via"}
    assert links[through["code"]]["via"] == f"{UNKNOWN}.x"
    assert links[plain["code"]]["language"] == "ko"
    assert MIDNIGHT.fullmatch(links[plain["code"]]["created_day"])


def test_no_two_links_are_the_same(make: Callable[..., dict[str, Any]]) -> None:
    assert len({make()["code"] for _ in range(30)}) == 30


@pytest.mark.parametrize("language", ["zh-Hans", "en", "ko"])
@pytest.mark.parametrize("mark", ["", ".x", ".weibo", ".device", ".qr"])
def test_a_link_opens_a_card_in_its_language_and_leads_to_the_petition(
    http: httpx.Client,
    services: Stack,
    make: Callable[..., dict[str, Any]],
    language: str,
    mark: str,
) -> None:
    link = make(language)

    answer = http.get(f"{link['url']}{mark}")

    texts = first_petition()["texts"][language]
    card = f"{services.site}/cards/{PETITION}-{language}-after.png"
    after = texts["after"]
    description = f"{after['headline']} {after['summary']}"
    page = Page(answer.text)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=300, s-maxage=3600"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.language == language
    assert (
        page.metas
        | {
            "og:type": "website",
            "og:title": texts["title"],
            "og:description": description,
            "og:url": f"{link['url']}{mark}",
            "og:image": card,
            "og:image:width": "1200",
            "og:image:height": "630",
            "og:locale": {"zh-Hans": "zh_CN", "en": "en_US", "ko": "ko_KR"}[language],
            "twitter:card": "summary_large_image",
            "twitter:title": texts["title"],
            "twitter:description": description,
            "twitter:image": card,
        }
        == page.metas
    )
    told = {"lang": [language], "via": [f"{link['code']}{mark}"]}
    assert leads_to(page) == (f"{services.site}/{PETITION}/", told)


@pytest.mark.parametrize(
    ("own", "host", "status"),
    [
        ("https://s.example.org", "share-link-123.us-central1.run.app", 404),
        ("https://s.example.org", "share-link-123.us-central1.run.app:443", 404),
        ("https://s.example.org", "s.example.org", 201),
        ("https://share-link-123.us-central1.run.app", "share-link-abc-uc.a.run.app", 201),
    ],
)
def test_nobody_makes_links_beside_the_edge_and_old_ones_open_there(
    http: httpx.Client, start_function: Start, own: str, host: str, status: int
) -> None:
    """The edge of a domain limits how many one address makes; Cloud Run's own does not."""
    url = f"{start_function('share-link', SHARE_LINK_URL=own).url}/{PETITION}"

    made = http.post(url, json={"language": "ko"}, headers={"Host": host})

    assert made.status_code == status
    assert http.get(f"{url}/{UNKNOWN}", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        UNKNOWN,
        f"{UNKNOWN}.x",
        "short",
        "ILOU012345",
        f"{UNKNOWN}.myspace",
        f"{UNKNOWN}.json",
        f"{UNKNOWN}.svg.svg",
        f"{UNKNOWN}.png.svg",
        "%3Cscript%3Ealert(1)",
        "%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E",
        "%27%22%26%00%0dSet-Cookie:a=b",
        "金" * 500,
    ],
)
def test_an_unknown_link_still_leads_to_the_petition_and_repeats_nothing(
    http: httpx.Client, services: Stack, path: str
) -> None:
    answer = http.get(f"{services.share_link}/{PETITION}/{path}")

    page = Page(answer.text)
    assert answer.status_code == 200
    assert leads_to(page) == (f"{services.site}/{PETITION}/", {"lang": ["zh-Hans"]})
    assert page.language == "zh-Hans"
    assert page.tags == {"html", "meta", "title", "h1", "p", "a"}
    assert unquote(path)[:30] not in answer.text
    assert "set-cookie" not in answer.headers


def test_the_texts_of_a_petition_are_escaped_wherever_they_stand(
    http: httpx.Client,
    petitions: Path,
    start_function: Start,
) -> None:
    hostile = """<script>alert("1")</script> & 'x' {site}"""
    petition = first_petition()
    names = ("title", "call", "promise", "summary", "share", "badge")
    petition["texts"]["zh-Hans"] |= dict.fromkeys(names, hostile[:40])
    petition["texts"]["zh-Hans"]["after"] = {"headline": hostile[:40]}
    (petitions / f"{PETITION}.json").write_text(json.dumps(petition), encoding="utf-8")
    pages = {
        "landing": f"{start_function('share-link').url}/{PETITION}/{UNKNOWN}",
        "badge": f"{start_function('count').url}/{PETITION}/badge.svg",
    }

    for url in pages.values():
        text = http.get(url).text
        assert "<script" not in text
        assert "&lt;script&gt;alert(" in text


def test_the_code_to_scan_leads_where_the_link_leads(
    http: httpx.Client, make: Callable[..., dict[str, Any]]
) -> None:
    link = make("ko")

    answer = http.get(f"{link['url']}.svg")

    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["cache-control"] == "public, max-age=86400"
    assert scan(answer.content) == f"{link['url']}.qr"
    assert Page(http.get(scan(answer.content)).text).language == "ko"


def test_the_code_to_scan_is_a_picture_too_for_networks_that_take_no_other(
    http: httpx.Client, make: Callable[..., dict[str, Any]]
) -> None:
    link = make("ko")

    answer = http.get(link["qr_url"])

    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "public, max-age=86400"
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(answer.content)).convert("L"))
    assert code.text == f"{link['url']}.qr"


def test_no_answer_tells_how_many_signed_through_a_link(
    http: httpx.Client, services: Stack, make: Callable[..., dict[str, Any]]
) -> None:
    """Whoever has a link of their own could ask with it whether an address has signed."""
    link = make()
    before = {end: http.get(f"{link['url']}{end}") for end in ENDINGS}
    for number in range(12):
        via = f"{link['code']}{('', '.x', '.qr')[number % 3]}"
        form = sealed_form(services.private_key.public_key(), via=via)
        assert http.post(f"{services.sign}/{PETITION}", json=form).status_code == 201

    after = {end: http.get(f"{link['url']}{end}") for end in ENDINGS}

    assert {a.status_code for a in before.values()} == {200}
    assert [a.content for a in after.values()] == [b.content for b in before.values()]


@pytest.mark.parametrize("query", ["?lang=ko", "?x=1", "?via=0123456789", "?%22"])
def test_no_query_makes_another_answer(
    http: httpx.Client, make: Callable[..., dict[str, Any]], query: str
) -> None:
    link = make("en")
    for ending in ENDINGS:
        plain, asked = http.get(f"{link['url']}{ending}"), http.get(f"{link['url']}{ending}{query}")

        assert asked.content == plain.content
        assert asked.headers["cache-control"] == plain.headers["cache-control"]


@pytest.mark.parametrize("mark", ["wechat", "device"])
@pytest.mark.parametrize("kind", ["svg", "png"])
def test_a_code_to_scan_can_be_marked_with_where_it_is_shown(
    http: httpx.Client, make: Callable[..., dict[str, Any]], mark: str, kind: str
) -> None:
    link = make("ko")

    drawn = http.get(f"{link['url']}.{mark}.{kind}").content

    if kind == "svg":
        assert scan(drawn) == f"{link['url']}.{mark}"
    else:
        (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(drawn)).convert("L"))
        assert code.text == f"{link['url']}.{mark}"


@pytest.mark.parametrize(
    ("status", "outcome", "stage"),
    [
        ("closed", "free", "free"),
        ("closed", "returned", "returned"),
        ("closed", "unknown", "unknown"),
        ("closed", "a-word-of-no-campaign", "after"),
        ("open", "free", "after"),
    ],
)
def test_what_is_shared_is_true_once_the_outcome_is_known(
    http: httpx.Client,
    start_function: Start,
    database: Database,
    status: str,
    outcome: str,
    stage: str,
) -> None:
    """An outcome that organizers have set is told when the petition closes, as on the page."""
    database.put(f"petitions/{PETITION}", status=status, outcome=outcome)
    texts = first_petition()["texts"]["en"]
    told = texts["after"] if stage == "after" else texts["outcomes"][stage]

    url = f"{start_function('share-link').url}/{PETITION}"
    link = http.post(url, json={"language": "en"}).json()

    page = Page(http.get(f"{url}/{link['code']}").text)
    assert link["text"] == told["share"]
    assert page.metas["og:description"] == f"{told['headline']} {told['summary']}"
    assert page.metas["og:image"].endswith(f"-en-{stage}.png")
