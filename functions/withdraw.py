"""Withdraw: `POST /{petition}` takes a signature back, for whoever holds its receipt."""

from typing import Annotated

import functions_framework.aio
from petition.campaign import Campaign, load_campaigns
from petition.form import Form, fault, read_form
from petition.problems import NotFound
from petition.receipt import hash_receipt, read_receipt
from petition.retry import until_certain
from petition.settings import Settings, load_settings
from petition.store import Store
from petition.web import NO_STORE, allow, endpoint, read_json
from pydantic import AfterValidator, Field
from starlette.requests import Request
from starlette.responses import Response

MAX_RECEIPT_CHARACTERS = 60  # ours: 32 as written, and a few spaces more


def _check_receipt(text: str) -> str:
    try:
        read_receipt(text)
    except ValueError:
        raise fault("Enter the receipt as it was shown: 26 letters and digits.") from None
    return text


class WithdrawForm(Form):
    """The receipt, and whether the anonymous +1 stays."""

    receipt: Annotated[
        str, Field(max_length=MAX_RECEIPT_CHARACTERS), AfterValidator(_check_receipt)
    ]
    keep_count: bool


settings = load_settings(Settings)
campaigns = load_campaigns()
store = Store(settings)


@functions_framework.aio.http
@endpoint(settings, campaigns)
async def withdraw(request: Request, campaign: Campaign, rest: str) -> Response:
    """
    Forget a signature.

    Returns:
        204, whether or not anything was found: it is looked up and committed always.
    """
    if rest:
        raise NotFound
    allow(request, "POST")
    form = read_form(WithdrawForm, await read_json(request))
    petition = campaign.petition
    receipt_hash = hash_receipt(read_receipt(form.receipt), petition)

    async def forget() -> None:
        found = await store.find(petition, receipt_hash)
        await store.withdraw(petition, found, keep_count=form.keep_count)

    await until_certain(forget)
    return Response(None, 204, {"Cache-Control": NO_STORE})
