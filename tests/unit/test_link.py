"""Share links: codes that stand for nobody, and what each network and each reader is given."""

import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit
from xml.etree import ElementTree

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from petition import link
from petition.campaign import Campaign, Texts, load_campaigns
from petition.link import (
    CODE_DIGITS,
    CODE_PATTERN,
    MARKS,
    NETWORKS,
    VIA_PATTERN,
    Target,
    draw_qr,
    label,
    landing_page,
    make_code,
    targets,
)
from PIL import Image

CAMPAIGN = load_campaigns()["savemyfriend"]
FRONTEND = Path(__file__).parents[2] / "frontend"
CODE = "7k2m9qx4tb"
TABLE = Path(link.__file__).with_name("networks.json")
URL = f"https://example.org/api/share-link/savemyfriend/{CODE}"
SITE = "https://example.org/page"

STAGES = ("before", "after", *CAMPAIGN.texts_in(None).outcomes)

# What would leave its place in HTML, in an address, or in both.
HOSTILE = "<script>\"'&amp;</title>%26#?+ \u2028친구"


def hostile_campaign() -> Campaign:
    """Return a petition whose every text is hostile."""
    texts = CAMPAIGN.texts["en"].model_dump() | {
        name: HOSTILE for name in ("title", "call", "summary", "share")
    }
    return CAMPAIGN.model_copy(update={"texts": {"en": Texts.model_validate(texts)}})


def landing(campaign: Campaign, language: str, *, link: str, via: str) -> str:
    """Return the page that a link opens before the deadline."""
    return landing_page(campaign, language, stage="before", link=link, site_url=SITE, via=via)


def by_network(campaign: Campaign, language: str) -> dict[str, Target]:
    """Return the targets of a link by their networks."""
    return {target.network: target for target in targets(campaign, language, "before", URL)}


def query(href: str) -> dict[str, str]:
    """Return what a network reads from the address it is opened with."""
    return dict(parse_qsl(urlsplit(href).query, keep_blank_values=True, strict_parsing=True))


def test_code_has_fifty_bits_in_digits_that_are_never_mistaken() -> None:
    assert len(set(CODE_DIGITS)) ** 10 == 2**50
    assert not set(CODE_DIGITS) & set("ilou")


def test_codes_are_never_alike_and_have_their_form() -> None:
    codes = {make_code() for _ in range(1000)}

    assert len(codes) == 1000
    assert all(re.fullmatch(CODE_PATTERN, code) for code in codes)
    assert {digit for code in codes for digit in code} == set(CODE_DIGITS)


@pytest.mark.parametrize("mark", ["", *(f".{mark}" for mark in MARKS)])
def test_code_with_a_mark_is_a_way_somebody_came(mark: str) -> None:
    assert re.search(VIA_PATTERN, CODE + mark)


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("nothing", ""),
        ("short", CODE[1:]),
        ("long", CODE + "0"),
        ("in capitals", CODE.upper()),
        ("a letter that is no digit", "7k2m9qx4ti"),
        ("an unknown mark", f"{CODE}.myspace"),
        ("an ending that is no network", f"{CODE}.svg"),
        ("two marks", f"{CODE}.line.x"),
        ("a dot alone", f"{CODE}."),
        ("more after it", f"{CODE}.x/"),
        ("more before it", f"a{CODE}"),
    ],
)
def test_what_is_no_way_is_refused(fault: str, text: str) -> None:
    assert not re.search(VIA_PATTERN, text)


@pytest.mark.parametrize("language", [*CAMPAIGN.texts])
def test_every_network_is_offered_once_in_every_language(language: str) -> None:
    networks = [target.network for target in targets(CAMPAIGN, language, "before", URL)]

    assert sorted(networks) == sorted(NETWORKS)
    assert networks[-1] == "copy"


@pytest.mark.parametrize(
    ("language", "first"), [("zh-Hans", "weibo"), ("ko", "kakaotalk"), ("en", "x")]
)
def test_network_that_people_of_the_language_use_most_comes_first(
    language: str, first: str
) -> None:
    assert targets(CAMPAIGN, language, "before", URL)[0].network == first


def test_order_and_labels_know_every_network_and_no_other() -> None:
    table = json.loads(TABLE.read_text(encoding="utf-8"))

    assert [network["network"] for network in table["networks"]] == list(NETWORKS)
    assert set().union(*table["order"].values()) <= set(NETWORKS)
    assert "*" in table["order"]
    assert table["order"].keys() <= {"*", *CAMPAIGN.texts}
    assert all("*" in network["labels"] for network in NETWORKS.values())
    assert not set(table["other_marks"]) & set(NETWORKS)


def test_network_is_called_as_it_calls_itself() -> None:
    assert label("wechat", "zh-Hans") == "微信"
    assert label("wechat", "en") == label("wechat", "fr") == "WeChat"


@pytest.mark.parametrize("language", [*CAMPAIGN.texts])
@pytest.mark.parametrize("network", NETWORKS)
def test_every_network_is_given_its_own_link(network: str, language: str) -> None:
    href = by_network(CAMPAIGN, language)[network].href
    given_link = " ".join([href, *query(href).values()] if "?" in href else [href])

    # Only WeChat shares by a picture.
    assert f"{URL}.wechat.png" == href if network == "wechat" else f"{URL}.{network}" in given_link
    assert not any(f"{URL}.{other}" in given_link for other in NETWORKS if other[0] != network[0])


@pytest.mark.parametrize(
    ("network", "address", "expected"),
    [
        (
            "weibo",
            "https://service.weibo.com/share/share.php",
            {"url": f"{URL}.weibo", "title": f"{HOSTILE} "},
        ),
        (
            "line",
            "https://social-plugins.line.me/lineit/share",
            {"url": f"{URL}.line", "text": HOSTILE},
        ),
        ("telegram", "https://t.me/share/url", {"url": f"{URL}.telegram", "text": HOSTILE}),
        ("whatsapp", "https://wa.me/", {"text": f"{HOSTILE} {URL}.whatsapp"}),
        ("x", "https://x.com/intent/post", {"text": HOSTILE, "url": f"{URL}.x"}),
        ("facebook", "https://www.facebook.com/sharer/sharer.php", {"u": f"{URL}.facebook"}),
        ("email", "mailto:", {"subject": HOSTILE, "body": f"{HOSTILE} {URL}.email"}),
    ],
)
def test_network_reads_text_and_link_as_they_were_written(
    network: str, address: str, expected: dict[str, str]
) -> None:
    href = by_network(hostile_campaign(), "en")[network].href

    assert href.partition("?")[0] == address
    assert query(href) == expected
    # Mail programs take "+" for itself, not for a space (RFC 6068, section 5).
    assert "+" not in href.partition("?")[2]
    assert re.fullmatch(r"[!-~]+", href)


@pytest.mark.parametrize("network", ["kakaotalk", "copy"])
def test_network_without_an_address_of_its_own_is_given_the_link(network: str) -> None:
    assert by_network(CAMPAIGN, "ko")[network].href == f"{URL}.{network}"


@pytest.mark.parametrize("language", [*CAMPAIGN.texts])
def test_shared_text_fits_into_a_post_with_its_link(language: str) -> None:
    """
    X counts a link as 23 characters and a Chinese or Korean one as two, of 280;
    Weibo takes 140.
    """
    for stage in STAGES:
        share = CAMPAIGN.texts[language].at(stage).share

        assert sum(1 if c.isascii() else 2 for c in share) + 1 + 23 <= 280, stage
        assert len(share) + 1 + 20 <= 140, stage


class Page(HTMLParser):
    """What a browser and a network's robot find in a landing page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.metas: dict[str, str] = {}
        self.links: list[str] = []
        self.tags: list[str] = []
        self.text: dict[str, str] = {}
        self.language = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if tag == "meta":
            names = [attributes.get(key) for key in ("property", "name", "http-equiv")]
            name = next((name for name in names if name), "charset")
            self.metas[name] = attributes.get("content", "")
        if tag == "a":
            self.links.append(attributes["href"])
        if tag == "html":
            self.language = attributes["lang"]

    def handle_data(self, data: str) -> None:
        if self.tags:
            self.text[self.tags[-1]] = self.text.get(self.tags[-1], "") + data


@pytest.mark.parametrize("language", [*CAMPAIGN.texts])
def test_landing_page_is_a_card_for_robots_and_a_way_on_for_people(language: str) -> None:
    texts = CAMPAIGN.texts[language]

    page = Page(
        landing_page(
            CAMPAIGN,
            language,
            stage="before",
            link=f"{URL}.line",
            site_url=SITE,
            via=f"{CODE}.line",
        )
    )

    assert page.language == language
    assert page.metas["og:title"] == page.metas["twitter:title"] == texts.title
    assert page.metas["og:description"] == page.metas["description"] == texts.summary
    assert page.metas["og:image:alt"] == texts.summary
    assert page.metas["og:url"] == f"{URL}.line"
    assert page.metas["og:image"] == f"{SITE}/cards/savemyfriend-{language}-before.png"
    assert page.metas["twitter:card"] == "summary_large_image"
    onwards = page.links[0]
    assert page.metas["refresh"] == f"0; url={onwards}"
    assert onwards.startswith(f"{SITE}/savemyfriend/?")
    assert parse_qs(urlsplit(onwards).query) == {
        "lang": [language],
        "via": [f"{CODE}.line"],
    }


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("language", [*CAMPAIGN.texts])
def test_everything_that_is_shared_is_true_at_its_stage(language: str, stage: str) -> None:
    told = CAMPAIGN.texts[language].at(stage)

    opened = landing_page(CAMPAIGN, language, stage=stage, link=URL, site_url=SITE, via="")
    shared = {target.network: target for target in targets(CAMPAIGN, language, stage, URL)}

    page = Page(opened)
    assert told.summary in page.metas["og:description"]
    assert (told.headline or "") in page.metas["og:description"]
    assert page.metas["og:image"].endswith(f"{language}-{stage}.png")
    assert (FRONTEND / page.metas["og:image"].removeprefix(f"{SITE}/")).exists()
    assert query(shared["x"].href)["text"] == told.share


def test_landing_page_of_an_unknown_link_says_no_way() -> None:
    page = Page(landing(CAMPAIGN, "ko", link=URL, via=""))

    assert parse_qs(urlsplit(page.links[0]).query).keys() == {"lang"}


def test_landing_page_keeps_every_text_a_text() -> None:
    calm = Page(landing(CAMPAIGN, "en", link=URL, via=CODE))
    hostile = Page(landing(hostile_campaign(), "en", link=URL, via=CODE))

    assert hostile.tags == calm.tags
    assert hostile.metas["og:title"] == HOSTILE
    assert hostile.text["h1"].strip() == HOSTILE


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40))
def test_landing_page_of_any_link_leads_to_the_petition(rest: str) -> None:
    page = Page(landing(CAMPAIGN, "en", link=f"{URL}/{rest}", via=""))

    assert page.metas["og:url"] == f"{URL}/{rest}"
    assert page.links == [f"{SITE}/savemyfriend/?lang=en"]


def test_qr_code_is_an_svg_with_a_quiet_zone_on_white() -> None:
    svg = ElementTree.fromstring(draw_qr(f"{URL}.qr", "svg"))  # noqa: S314 – it is our own

    assert svg.tag == "{http://www.w3.org/2000/svg}svg"
    assert svg.get("width") == svg.get("height")
    assert "#fff" in {path.get("fill") for path in svg.iter()}


def test_qr_code_is_a_png_as_large_as_a_network_asks_for() -> None:
    """WeChat takes no picture of fewer than 300 pixels."""
    png = Image.open(io.BytesIO(draw_qr(f"{URL}.qr", "png")))

    assert png.format == "PNG"
    assert png.width == png.height > 300
    assert {png.convert("L").getpixel(corner) for corner in ((0, 0), (39, 39))} == {255}
    assert [code.text for code in zxingcpp.read_barcodes(png.convert("L"))] == [f"{URL}.qr"]


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_qr_codes_of_two_links_differ(kind: str) -> None:
    assert draw_qr(f"{URL}.qr", kind) != draw_qr(f"{URL}.line", kind)
