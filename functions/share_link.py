"""Share links: make one, open it, draw it, and count who came through it."""

import re
from dataclasses import asdict
from typing import Annotated

import functions_framework.aio
from petition.cache import CachedByKey
from petition.campaign import Campaign, load_campaigns
from petition.form import Form, Language, read_form
from petition.problems import Unavailable
from petition.retry import until_certain
from petition.settings import ShareLinkSettings, load_settings
from petition.share import (
    CODE_PATTERN,
    MARKS,
    VIA_PATTERN,
    draw_qr,
    landing_page,
    make_code,
    targets,
)
from petition.store import Link, Store
from petition.tally import FLOOR
from petition.web import allow, document_response, endpoint, json_response, read_json
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

LINK_SECONDS = 3600.0  # ours: a link never changes
THROUGH_SECONDS = 10.0  # ours: how old the number of a link may be
KEPT = 10_000  # ours: links remembered by one process, about a kilobyte each

PAGE_CACHE = "public, max-age=300, s-maxage=3600"
QR_CACHE = "public, max-age=86400"
NUMBER_CACHE = "public, max-age=10"

# CODE, CODE.svg, CODE.json, CODE.weibo …; one network's robot may ask for what another shared.
_PATH = re.compile(rf"(?P<code>{CODE_PATTERN})(?:\.(?P<ending>svg|json|{'|'.join(MARKS)}))?")


class LinkForm(Form):
    """Whoever makes a link says in which language, and through which link they came themselves."""

    language: Language
    via: Annotated[str | None, Field(pattern=VIA_PATTERN)] = None


settings = load_settings(ShareLinkSettings)
campaigns = load_campaigns()
store = Store(settings)


async def _fetch_link(key: str) -> Link | None:
    return await store.link(*key.split("/"))


async def _count_through(key: str) -> int:
    return await store.count_through(*key.split("/"))


links = CachedByKey(_fetch_link, fresh_seconds=LINK_SECONDS, size=KEPT)
numbers = CachedByKey(_count_through, fresh_seconds=THROUGH_SECONDS, size=KEPT)


@functions_framework.aio.http
@endpoint(settings, campaigns)
async def share_link(request: Request, campaign: Campaign, rest: str) -> Response:
    """Make a link (POST /{petition}), or answer for what it leads to (GET below it)."""
    if not rest:
        allow(request, "POST")
        return await make(request, campaign)
    path = _PATH.fullmatch(rest)
    allow(request, "GET")
    ending = path["ending"] if path else None
    if path and ending == "svg":
        return document_response(
            draw_qr(f"{_url(campaign, path['code'])}.qr"), "image/svg+xml", cache=QR_CACHE
        )
    if path and ending == "json":
        return await tell_number(campaign, path["code"])
    return await open_link(campaign, rest, path["code"] if path else None)


async def make(request: Request, campaign: Campaign) -> Response:
    """
    Make a link that stands for nobody.

    Returns:
        201 `{code, url, signatures_url, qr_url, targets: [{network, label, href}]}`.
    """
    form = read_form(LinkForm, await read_json(request), {"languages": campaign.languages})

    async def store_link() -> str:
        # A code that may already be stored is left behind: it harms nobody, and another is free.
        code = make_code()
        await store.add_link(campaign.petition, code, form.language, form.via)
        return code

    code, _ = await until_certain(store_link)
    url = _url(campaign, code)
    answer = {
        "code": code,
        "url": url,
        "signatures_url": f"{url}.json",
        "qr_url": f"{url}.svg",
        "targets": [asdict(target) for target in targets(campaign, form.language, url)],
    }
    return json_response(answer, 201)


async def open_link(campaign: Campaign, rest: str, code: str | None) -> Response:
    """
    Take whoever opens a link on to the petition, also when the link is broken or unknown.

    Returns:
        200 with a page in the link's language.
    """
    language, via = None, ""
    if code:
        try:
            link = await links.read(f"{campaign.petition}/{code}")
        except Unavailable:
            link = Link(campaign.languages[0])  # The database is slow; the reader need not be.
        if link:
            language, via = link.language, rest
    if language not in campaign.texts:
        language = campaign.languages[0]
    page = landing_page(
        campaign, language, link=_url(campaign, via or ""), site_url=settings.site_url, via=via
    )
    return document_response(page.encode(), "text/html", cache=PAGE_CACHE)


async def tell_number(campaign: Campaign, code: str) -> Response:
    """
    Tell how many signatures came through a link, once they are enough to hide each other.

    Returns:
        200 `{code, signatures}`; numbers under FLOOR are given as 0.

    Source: docs/decisions/2026-11-small-numbers.md
    """
    number = await numbers.read(f"{campaign.petition}/{code}")
    answer = {"code": code, "signatures": number if number >= FLOOR else 0}
    return json_response(answer, cache=NUMBER_CACHE)


def _url(campaign: Campaign, code: str) -> str:
    return f"{settings.share_link_url}/{campaign.petition}/{code}"
