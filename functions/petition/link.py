"""
Share links: their codes, what each network is given, the landing page and the QR code.

A code is random and stands for nobody: it is never stored beside the signature of the person
who made it, so there is no graph of who told whom.
"""

import io
import json
import secrets
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote, urlencode

import segno

from petition.campaign import Campaign, StageTexts

CODE_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: none looks like another
CODE_LENGTH = 10  # ours: 50 bits, so that codes are not found by trying

_TABLE = json.loads(Path(__file__).with_name("networks.json").read_text(encoding="utf-8"))

# By name, in no order: how each calls itself, and what it is given to share.
NETWORKS = {network["network"]: network for network in _TABLE["networks"]}
# What a link can be marked with: a network, the phone's own share sheet, or a printed code.
MARKS = (*NETWORKS, *_TABLE["other_marks"])

CODE_PATTERN = rf"[{CODE_DIGITS}]{{{CODE_LENGTH}}}"
VIA_PATTERN = rf"^{CODE_PATTERN}(\.({'|'.join(MARKS)}))?$"

QR_SCALE = 10  # ours: pixels of a module, so that a PNG is wider than the 300 that WeChat asks for

# How Facebook and KakaoTalk write a language.
LOCALES = {"zh-Hans": "zh_CN", "ko": "ko_KR", "en": "en_US"}


@dataclass(frozen=True)
class Target:
    """One way to share a link: `href` is what a person opens, in the network's own manner."""

    network: str
    label: str
    href: str


def make_code() -> str:
    """Return a new code, CODE_LENGTH of CODE_DIGITS."""
    return "".join(secrets.choice(CODE_DIGITS) for _ in range(CODE_LENGTH))


def label(mark: str, language: str) -> str:
    """Return how a network calls itself in a language."""
    labels: dict[str, str] = NETWORKS[mark]["labels"]
    return labels.get(language, labels["*"])


def targets(campaign: Campaign, language: str, stage: str, url: str) -> list[Target]:
    """
    Return every way to share a link, those first that people of the language use most.

    Args:
        stage: What the shared text is for, as Campaign.stage names it.
        url: The link without a mark; each target carries its own.
    """
    texts = campaign.texts[language]
    words = {"share": texts.at(stage).share, "title": texts.title}
    first: list[str] = _TABLE["order"].get(language, _TABLE["order"]["*"])
    networks = sorted(NETWORKS, key=lambda n: first.index(n) if n in first else len(first))
    return [
        Target(network, label(network, language), _href(network, words, url))
        for network in networks
    ]


def _href(network: str, words: dict[str, str], url: str) -> str:
    values = {"url": url, "link": f"{url}.{network}", **words}
    address = str(NETWORKS[network]["address"]).format(**values)
    parameters = NETWORKS[network]["parameters"]
    query = {name: text.format(**values) for name, text in parameters.items()}
    return f"{address}?{urlencode(query, quote_via=quote)}" if query else address


def draw_qr(text: str, kind: str) -> bytes:
    """Return a QR code as svg or png, with the quiet zone that ISO/IEC 18004 asks for."""
    out = io.BytesIO()
    more = {"nl": False} if kind == "svg" else {}
    # Level M survives a fold in the paper; white is drawn, for pages that are dark.
    code = segno.make_qr(text, error="m")
    code.save(out, kind=kind, scale=QR_SCALE, border=4, light="#fff", **more)
    return out.getvalue()


def describe(told: StageTexts) -> str:
    """Return what has happened and what is asked, in two or three sentences."""
    return " ".join(filter(None, (told.headline, told.summary)))


def landing_page(
    campaign: Campaign, language: str, *, stage: str, link: str, site_url: str, via: str
) -> str:
    """
    Return the page that a link opens: cards for the networks' robots, the petition for people.

    Args:
        stage: What the card's words and picture are for, as Campaign.stage names it.
        link: The page's own address.
        via: The code and its mark, or "" when the link is not known.
    """
    texts = campaign.texts[language]
    told = texts.at(stage)
    parameters = {"lang": language} | ({"via": via} if via else {})
    site = f"{site_url}/{campaign.petition}/?{urlencode(parameters)}"
    card = f"{site_url}/cards/{campaign.petition}-{language}-{stage}.png"
    tags = {
        "og:type": "website",
        "og:title": texts.title,
        "og:description": describe(told),
        "og:url": link,
        "og:image": card,
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": describe(told),
        "og:locale": LOCALES.get(language, language),
        "twitter:card": "summary_large_image",
        "twitter:title": texts.title,
        "twitter:description": describe(told),
        "twitter:image": card,
    }
    # Open Graph names are properties, Twitter's are names.
    metas = "\n".join(
        f'<meta {"property" if name.startswith("og:") else "name"}="{name}" '
        f'content="{escape(content)}">'
        for name, content in tags.items()
    )
    return LANDING.format(
        language=escape(language),
        title=escape(texts.title),
        summary=escape(describe(told)),
        call=escape(told.call),
        site=escape(site),
        metas=metas,
    )


LANDING = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<meta name="description" content="{summary}">
<meta name="robots" content="noindex">
{metas}
<meta http-equiv="refresh" content="0; url={site}">
<h1>{title}</h1>
<p>{summary}</p>
<p><a href="{site}">{call}</a></p>
</html>
"""
