"""Count: `GET /{petition}` and a badge, from memory and caches, for any number of readers."""

import datetime as dt
import re
from dataclasses import dataclass
from functools import partial

import functions_framework.aio
from petition import tally
from petition.badge import draw_badge
from petition.cache import Cached
from petition.campaign import Campaign, load_campaigns
from petition.problems import NotFound
from petition.retry import until_certain
from petition.settings import CountSettings, load_settings
from petition.store import Reading, Store
from petition.web import allow, document_response, endpoint, make_etag, not_modified, write_json
from starlette.requests import Request
from starlette.responses import Response

FRESH_SECONDS = 2.0  # ours: how long this process answers from memory

# A reader keeps a number for two seconds, a shared cache for five. How long the edge shows an old
# one is said in infra/edge.tf: a stale-while-revalidate here would count instead of that.
CACHE = "public, max-age=2, s-maxage=5"

# badge.svg, or badge.ko.svg: in the path, so that no query makes a cache ask again.
_BADGE = re.compile(r"badge(?:\.(?P<language>[A-Za-z-]+))?\.svg")


@dataclass(frozen=True)
class Answer:
    """A count as it is sent: written once, however many read it."""

    signatures: int
    body: bytes
    etag: str


async def refresh(campaign: Campaign) -> Answer:
    """Take a new count of a petition."""
    blurred = is_blurred(campaign)
    reading = await until_certain(
        partial(
            tally.count_up,
            store,
            campaign,
            period_seconds=settings.publish_seconds,
            blurred=blurred,
        )
    )
    numbers = tally.tell(reading.published, blurred=blurred)
    body = write_json(describe(campaign, reading, numbers))
    return Answer(numbers.signatures, body, make_etag(body))


def is_blurred(campaign: Campaign) -> bool:
    """Tell whether readers are told blurred numbers."""
    return settings.blur and campaign.numbers == "blurred"


settings = load_settings(CountSettings)
campaigns = load_campaigns()
store = Store(settings)
answers = {
    petition: Cached(partial(refresh, campaign), fresh_seconds=FRESH_SECONDS)
    for petition, campaign in campaigns.items()
}


@functions_framework.aio.http
@endpoint(settings, campaigns, "GET")
async def count(request: Request, campaign: Campaign, rest: str) -> Response:
    """
    Answer with the count, as JSON or, for `badge.svg`, drawn.

    Returns:
        200, or 304 when the reader has it already; both may be kept as CACHE says.
    """
    badge = _BADGE.fullmatch(rest)
    language = badge["language"] if badge else None
    if not (rest == "" or badge) or language not in (None, *campaign.languages):
        raise NotFound
    allow(request, "GET")
    answer = await answers[campaign.petition].read()
    if badge:
        drawn = draw_badge(campaign.texts_in(language).badge, answer.signatures)
        return document_response(drawn, "image/svg+xml", cache=CACHE)
    headers = {"Cache-Control": CACHE, "ETag": answer.etag}
    if not_modified(request, answer.etag):
        return Response(None, 304, headers)
    return Response(answer.body, 200, headers, media_type="application/json")


def describe(campaign: Campaign, reading: Reading, numbers: tally.Numbers) -> dict[str, object]:
    """Return the count as readers get it."""
    return {
        "petition": campaign.petition,
        "status": tally.status(reading.published, campaign, reading.at),
        "outcome": reading.published.outcome,
        "closes": campaign.closes and _instant(campaign.closes),
        "signatures": numbers.signatures,
        "exact": numbers.exact,
        "goal": campaign.goal(numbers.signatures),
        "countries": [
            {"country": code, "signatures": number} for code, number in numbers.countries
        ],
        "as_of": _instant(reading.published.counted_at or reading.at),
    }


def _instant(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
