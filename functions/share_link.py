"""Share links: make one, open it, draw it."""

import asyncio
import datetime as dt
import re
from dataclasses import asdict
from functools import partial
from typing import Annotated
from urllib.parse import urlsplit

import functions_framework.aio
from petition import tally
from petition.cache import Cached, CachedByKey
from petition.campaign import Campaign, load_campaigns
from petition.documents import Link, Status
from petition.form import Form, Language, read_form
from petition.link import (
    CODE_PATTERN,
    MARKS,
    VIA_PATTERN,
    draw_qr,
    landing_page,
    make_code,
    targets,
)
from petition.problems import NotFound, Unavailable
from petition.retry import until_certain
from petition.settings import ShareLinkSettings, load_settings
from petition.store import Store
from petition.web import NO_STORE, allow, document_response, endpoint, json_response, read_json
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

LINK_SECONDS = 3600.0  # ours: a link never changes
KEPT = 10_000  # ours: links remembered by one process, about a kilobyte each

PAGE_CACHE = "public, max-age=300, s-maxage=3600"
QR_CACHE = "public, max-age=86400"
QR_TYPES = {"svg": "image/svg+xml", "png": "image/png"}

OUTCOME_SECONDS = 60.0  # ours: what became of people is told within a minute, in shared texts too

# CODE, CODE.weibo, and the code to scan: CODE.png, CODE.svg, CODE.wechat.png …
_PATH = re.compile(
    rf"(?P<code>{CODE_PATTERN})(?:\.(?P<mark>{'|'.join(MARKS)}))?(?:\.(?P<kind>svg|png))?"
)


class LinkForm(Form):
    """Whoever makes a link says in which language, and through which link they came themselves."""

    language: Language
    via: Annotated[str | None, Field(pattern=VIA_PATTERN)] = None


settings = load_settings(ShareLinkSettings)
campaigns = load_campaigns()
store = Store(settings)


links = CachedByKey(store.link, fresh_seconds=LINK_SECONDS, size=KEPT)
published = {
    petition: Cached(partial(store.published, petition), fresh_seconds=OUTCOME_SECONDS)
    for petition in campaigns
}


@functions_framework.aio.http
@endpoint(settings, campaigns, "GET", "POST")
async def share_link(request: Request, campaign: Campaign, rest: str) -> Response:
    """Make a link (POST /{petition}), or answer for what it leads to (GET below it)."""
    if not rest:
        allow(request, "POST")
        if is_beside_edge(request):
            raise NotFound
        return await make(request, campaign)
    path = _PATH.fullmatch(rest)
    allow(request, "GET")
    if path and path["kind"]:
        return await draw(campaign, path["code"], path["mark"] or "qr", path["kind"])
    return await open_link(campaign, rest, path["code"] if path else None)


async def draw(campaign: Campaign, code: str, mark: str, kind: str) -> Response:
    """
    Draw a link as a code to scan, which is marked as such unless it says otherwise.

    Returns:
        200 with an SVG or a PNG.
    """
    # A PNG takes 13 ms, in which this process would answer nobody else.
    qr = await asyncio.to_thread(draw_qr, f"{_url(campaign, code)}.{mark}", kind)
    return document_response(qr, QR_TYPES[kind], cache=QR_CACHE)


def is_beside_edge(request: Request) -> bool:
    """
    Tell whether a domain's edge, which limits how many links one address makes, was passed by.

    Links that were made before there was a domain still open at Cloud Run's own address.
    """
    own = ".run.app"
    host = request.headers.get("host", "").partition(":")[0]
    edge = urlsplit(settings.share_link_url).hostname or ""
    return host.endswith(own) and not edge.endswith(own)


async def make(request: Request, campaign: Campaign) -> Response:
    """
    Make a link that stands for nobody.

    Returns:
        201 `{code, url, qr_url, text, targets: [{network, label, href}]}`.
    """
    form = read_form(LinkForm, await read_json(request), {"languages": campaign.languages})

    today = dt.datetime.now(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    link = Link(form.language, form.via, today)

    async def store_link() -> str:
        # A code that may already be stored is left behind: it harms nobody, and another is free.
        code = make_code()
        await store.add_link(campaign.petition, code, link)
        return code

    code = await until_certain(store_link)
    url = _url(campaign, code)
    stage, _ = await stage_now(campaign)
    answer = {
        "code": code,
        "url": url,
        "qr_url": f"{url}.png",
        "text": campaign.texts[form.language].at(stage).share,
        "targets": [asdict(target) for target in targets(campaign, form.language, stage, url)],
    }
    return json_response(answer, 201)


async def open_link(campaign: Campaign, rest: str, code: str | None) -> Response:
    """
    Take whoever opens a link on to the petition, also when the link is broken or unknown.

    Returns:
        200 with a page in the link's language.
    """
    (link, known), (stage, certain) = await asyncio.gather(
        read_link(campaign, code), stage_now(campaign)
    )
    # Nobody keeps what may be a guess.
    cache = PAGE_CACHE if known and certain else NO_STORE
    via = rest if link else ""
    language = link.language if link else ""
    if language not in campaign.texts:
        language = campaign.languages[0]
    page = landing_page(
        campaign,
        language,
        stage=stage,
        link=_url(campaign, via),
        site_url=settings.site_url,
        via=via,
    )
    return document_response(page.encode(), "text/html", cache=cache)


async def read_link(campaign: Campaign, code: str | None) -> tuple[Link | None, bool]:
    """Return a link, None when there is none, and whether that is certain."""
    try:
        return (await links.read((campaign.petition, code)) if code else None), True
    except Unavailable:
        # The database is slow; the reader need not be.
        return Link(campaign.languages[0]), False


async def stage_now(campaign: Campaign) -> tuple[str, bool]:
    """Return what a petition's words are for now, and whether that is certain."""
    try:
        reading = await published[campaign.petition].read()
    except Unavailable:
        return campaign.stage(dt.datetime.now(dt.UTC)), False
    document, now = reading.published, reading.at
    closed = tally.status(document, campaign, now) is Status.CLOSED
    known = document.outcome in campaign.texts_in(None).outcomes
    return campaign.stage(now, document.outcome if closed and known else None), True


def _url(campaign: Campaign, code: str) -> str:
    return f"{settings.share_link_url}/{campaign.petition}/{code}"
