"""Count: `GET /{petition}` and a badge, from memory and caches, for any number of readers."""

import datetime as dt
from dataclasses import dataclass
from functools import partial

import functions_framework.aio
from petition.badge import draw_badge
from petition.cache import Cached
from petition.campaign import Campaign, load_campaigns
from petition.problems import NotFound
from petition.retry import until_certain
from petition.settings import Settings, load_settings
from petition.store import Published, Store
from petition.tally import count_up, fold
from petition.web import allow, document_response, endpoint, make_etag, not_modified, write_json
from starlette.requests import Request
from starlette.responses import Response

FRESH_SECONDS = 2.0  # ours: how long this process answers from memory

# A reader keeps a number for two seconds, a shared cache for five; in trouble the old one is
# shown for a day, with its own date (RFC 5861).
CACHE = "public, max-age=2, s-maxage=5, stale-while-revalidate=30, stale-if-error=86400"


@dataclass(frozen=True)
class Answer:
    """A count as it is sent: written once, however many read it."""

    published: Published
    body: bytes
    etag: str


async def refresh(campaign: Campaign) -> Answer:
    """Take a new count of a petition."""
    published, _ = await until_certain(partial(count_up, store, campaign.petition))
    body = write_json(describe(campaign, published))
    return Answer(published, body, make_etag(body))


settings = load_settings(Settings)
campaigns = load_campaigns()
store = Store(settings)
answers = {
    petition: Cached(partial(refresh, campaign), fresh_seconds=FRESH_SECONDS)
    for petition, campaign in campaigns.items()
}


@functions_framework.aio.http
@endpoint(settings, campaigns)
async def count(request: Request, campaign: Campaign, rest: str) -> Response:
    """
    Answer with the count, as JSON or, for `badge.svg`, drawn; `?lang=` chooses its words.

    Returns:
        200, or 304 when the reader has it already; both may be kept as CACHE says.
    """
    if rest not in ("", "badge.svg"):
        raise NotFound
    allow(request, "GET")
    answer = await answers[campaign.petition].read()
    if rest == "badge.svg":
        words = campaign.words(request.query_params.get("lang"))
        badge = draw_badge(words.badge, answer.published.signatures)
        return document_response(badge, "image/svg+xml", cache=CACHE)
    headers = {"Cache-Control": CACHE, "ETag": answer.etag}
    if not_modified(request, answer.etag):
        return Response(None, 304, headers)
    return Response(answer.body, 200, headers, media_type="application/json")


def describe(campaign: Campaign, published: Published) -> dict[str, object]:
    """Return the count as readers get it: small countries folded, so that nobody stands out."""
    as_of = published.counted_at or dt.datetime.now(dt.UTC)
    countries = fold(published.countries or {}, published.signatures)
    return {
        "petition": campaign.petition,
        "status": published.status,
        "outcome": published.outcome,
        "signatures": published.signatures,
        "goal": campaign.goal(published.signatures),
        "countries": [{"country": code, "signatures": number} for code, number in countries],
        "as_of": as_of.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
