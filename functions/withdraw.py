"""Withdraw: `POST /{petition}` takes a claim back, for whoever holds its receipt."""

import datetime as dt
import random
from functools import partial
from typing import Annotated

import functions_framework.aio
from petition.campaign import Campaign, load_campaigns
from petition.form import Form, fault, read_form
from petition.problems import NotFound
from petition.receipt import hash_receipt, read_receipt
from petition.retry import until_certain
from petition.settings import WithdrawSettings, load_settings
from petition.store import Store
from petition.web import NO_STORE, allow, endpoint, on_grid, read_json
from pydantic import BeforeValidator
from starlette.requests import Request
from starlette.responses import Response

MAX_RECEIPT_CHARACTERS = 60  # ours: 32 as written, and a few spaces more


def _read_receipt(text: object) -> bytes:
    try:
        if isinstance(text, str) and len(text) <= MAX_RECEIPT_CHARACTERS:
            return read_receipt(text)
    except ValueError:
        pass
    raise fault("Enter the receipt as it was shown: 26 letters and digits.")


class WithdrawForm(Form):
    """The receipt, and whether the anonymous +1 stays."""

    receipt: Annotated[bytes, BeforeValidator(_read_receipt)]
    keep_count: bool


settings = load_settings(WithdrawSettings)
campaigns = load_campaigns()
store = Store(settings)


@functions_framework.aio.http
@endpoint(settings, campaigns, "POST")
async def withdraw(request: Request, campaign: Campaign, rest: str) -> Response:
    """
    Erase a claim now; its +1 leaves the count days later among others, or stays.

    Returns:
        204, whether or not anything was found: it is looked up and committed always.
    """
    if rest:
        raise NotFound
    allow(request, "POST")
    form = read_form(WithdrawForm, await read_json(request))
    withdrawing = partial(
        store.withdraw,
        campaign.petition,
        hash_receipt(form.receipt, campaign.petition),
        keep_count=form.keep_count,
        due=draw_due(dt.datetime.now(dt.UTC)),
    )
    await on_grid(until_certain(withdrawing), settings.answer_grid_ms)
    return Response(None, 204, {"Cache-Control": NO_STORE})


def draw_due(now: dt.datetime) -> dt.datetime:
    """Return from when a +1 may leave: at random, so that nobody sees when it was withdrawn."""
    more = random.SystemRandom().uniform(0, settings.leave_within_seconds)
    return now + dt.timedelta(seconds=settings.leave_after_seconds + more)
