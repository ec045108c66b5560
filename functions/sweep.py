"""Sweep: `POST /{petition}` counts off who has withdrawn; private, called by the scheduler."""

import datetime as dt
from functools import partial

import functions_framework.aio
from petition import log
from petition.campaign import Campaign, load_campaigns
from petition.problems import NotFound
from petition.retry import until_certain
from petition.settings import Settings, load_settings
from petition.store import Store
from petition.web import NO_STORE, allow, endpoint
from starlette.requests import Request
from starlette.responses import Response

TOGETHER = 100  # ours: entries that are looked at and committed at once

settings = load_settings(Settings)
campaigns = load_campaigns()
store = Store(settings)


@functions_framework.aio.http
@endpoint(settings, campaigns, "POST")
async def sweep(request: Request, campaign: Campaign, rest: str) -> Response:
    """
    Look at every withdrawal that is due, until none is left.

    Returns:
        204; what was done stands in the log at once. Called again, it goes on where it was.
    """
    if rest:
        raise NotFound
    allow(request, "POST")
    try:
        await _take_off(campaign.petition)
    finally:
        log.flush()  # Between its hours an instance may have no CPU, and its minute never ends.
    return Response(None, 204, {"Cache-Control": NO_STORE})


async def _take_off(petition: str) -> None:
    now = dt.datetime.now(dt.UTC)
    labels = {"function": "sweep", "petition": petition}
    log.add("sweep", labels, left=0, kept=0)
    while entries := await until_certain(partial(store.due, petition, now, TOGETHER)):
        left = await until_certain(partial(store.leave, petition, entries))
        log.add("sweep", labels, left=left, kept=len(entries) - left)
