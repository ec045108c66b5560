"""
Share links: their codes, what each network is given, the landing page and the QR code.

A code is random and stands for nobody: it is never stored beside the signature of the person
who made it, so there is no graph of who told whom.
"""

import io
import secrets
from dataclasses import dataclass
from html import escape
from urllib.parse import quote, urlencode

import segno

from petition.campaign import Campaign

CODE_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: none looks like another
CODE_LENGTH = 10  # ours: 50 bits, so that codes are not found by trying

# What a link can be marked with: the networks, the phone's own share sheet, and a printed code.
NETWORKS = (
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
)
MARKS = (*NETWORKS, "device", "qr")

CODE_PATTERN = rf"[{CODE_DIGITS}]{{{CODE_LENGTH}}}"
VIA_PATTERN = rf"^{CODE_PATTERN}(\.({'|'.join(MARKS)}))?$"

# Where a network's name differs from how it calls itself.
LABELS = {
    "weibo": {"zh-Hans": "微博", "*": "Weibo"},
    "wechat": {"zh-Hans": "微信", "*": "WeChat"},
    "line": {"*": "LINE"},
    "kakaotalk": {"ko": "카카오톡", "*": "KakaoTalk"},
    "telegram": {"ko": "텔레그램", "*": "Telegram"},
    "whatsapp": {"*": "WhatsApp"},
    "x": {"*": "X"},
    "facebook": {"ko": "페이스북", "*": "Facebook"},
    "email": {"zh-Hans": "电子邮件", "ko": "이메일", "*": "E-mail"},
    "copy": {"zh-Hans": "复制链接", "ko": "링크 복사", "*": "Copy link"},
}
ORDER = {
    "zh-Hans": ("weibo", "wechat", "telegram", "x", "line", "whatsapp", "facebook"),
    "ko": ("kakaotalk", "line", "x", "facebook", "telegram", "whatsapp", "weibo", "wechat"),
    "*": ("x", "facebook", "whatsapp", "telegram", "line", "kakaotalk", "weibo", "wechat"),
}


@dataclass(frozen=True)
class Target:
    """One way to share a link: `href` is what a person opens, in the network's own manner."""

    network: str
    label: str
    href: str


def make_code() -> str:
    """Return a new code, CODE_LENGTH of CODE_DIGITS."""
    return "".join(secrets.choice(CODE_DIGITS) for _ in range(CODE_LENGTH))


def targets(campaign: Campaign, language: str, url: str) -> list[Target]:
    """
    Return every way to share a link, those first that people of the language use most.

    Args:
        url: The link without a mark; each target carries its own.
    """
    first = ORDER.get(language, ORDER["*"])
    networks = sorted(NETWORKS, key=lambda n: first.index(n) if n in first else len(first))
    return [
        Target(
            network=network,
            label=LABELS[network].get(language, LABELS[network]["*"]),
            href=_href(network, campaign, language, url),
        )
        for network in networks
    ]


def _href(network: str, campaign: Campaign, language: str, url: str) -> str:
    words = campaign.texts[language]
    link = f"{url}.{network}"
    text = f"{words.share} {link}"
    match network:
        case "weibo":
            # Weibo puts the title before the link by itself.
            return _query(
                "https://service.weibo.com/share/share.php", url=link, title=f"{words.share} "
            )
        case "wechat":
            return f"{url}.svg"  # WeChat shares nothing from the web; people scan.
        case "line":
            return _query("https://social-plugins.line.me/lineit/share", url=link, text=words.share)
        case "telegram":
            return _query("https://t.me/share/url", url=link, text=words.share)
        case "whatsapp":
            return _query("https://wa.me/", text=text)
        case "x":
            return _query("https://x.com/intent/post", text=words.share, url=link)
        case "facebook":
            return _query("https://www.facebook.com/sharer/sharer.php", u=link)
        case "email":
            return _query("mailto:", subject=words.title, body=text)
        case _:
            return link  # KakaoTalk's web sharing needs its own script and key; people paste.


def _query(address: str, **parameters: str) -> str:
    return f"{address}?{urlencode(parameters, quote_via=quote)}"


def draw_qr(text: str) -> bytes:
    """Return a QR code as SVG, with the quiet zone that ISO/IEC 18004 asks for."""
    out = io.BytesIO()
    # Level M survives a fold in the paper; white is drawn, for pages that are dark.
    segno.make_qr(text, error="m").save(out, kind="svg", scale=8, border=4, light="#fff", nl=False)
    return out.getvalue()


def landing_page(campaign: Campaign, language: str, *, link: str, site_url: str, via: str) -> str:
    """
    Return the page that a link opens: cards for the networks' robots, the petition for people.

    Args:
        link: The page's own address.
        via: The code and its mark, or "" when the link is not known.
    """
    words = campaign.texts[language]
    parameters = {"petition": campaign.petition, "lang": language} | ({"via": via} if via else {})
    site = f"{site_url}/?{urlencode(parameters)}"
    card = f"{site_url}/cards/{campaign.petition}-{language}.png"
    tags = {
        "og:type": "website",
        "og:title": words.title,
        "og:description": words.summary,
        "og:url": link,
        "og:image": card,
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:locale": {"zh-Hans": "zh_CN", "ko": "ko_KR", "en": "en_US"}.get(language, language),
        "twitter:card": "summary_large_image",
        "twitter:title": words.title,
        "twitter:description": words.summary,
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
        title=escape(words.title),
        summary=escape(words.summary),
        call=escape(words.call),
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
