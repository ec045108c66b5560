"""Sweep: `POST /{petition}` counts off who has withdrawn; private, called by the scheduler."""

import datetime as dt
from collections.abc import Sequence
from functools import partial

import functions_framework.aio
from petition import log
from petition.campaign import Campaign, load_campaigns
from petition.documents import Leaving
from petition.firestore import Conflict
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
        left, moving = await until_certain(partial(leave, petition, entries))
        log.add("sweep", labels, left=left, kept=len(entries) - left - moving)
        if moving == len(entries):
            break  # They are looked at again when it is called again.


async def leave(petition: str, entries: Sequence[Leaving]) -> tuple[int, int]:
    """
    Count off whom nothing keeps; one by one, if one of them changes at the same moment.

    Somebody may claim one address again and again, and must not keep all others on the count.

    Returns:
        How many left, and how many kept changing.

    Raises:
        Unavailable: The database does not answer in time; doing it again is safe.
    """
    try:
        return await store.leave(petition, entries), 0
    except Conflict:
        left = moving = 0
    for entry in entries:
        try:
            left += await store.leave(petition, [entry])
        except Conflict:
            moving += 1
    return left, moving
