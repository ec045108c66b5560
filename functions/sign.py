"""Sign: `POST /{petition}` stores and counts a signature, exactly once."""

from functools import partial

import functions_framework.aio
from petition.cache import Cached
from petition.campaign import Campaign, load_campaigns
from petition.form import read_form
from petition.ledger import Ledger
from petition.problems import NotFound, OpenFormDisabled, PetitionClosed
from petition.retry import until_certain
from petition.seal import decode_public_key
from petition.settings import SignSettings, load_settings
from petition.signature import OpenForm, SealedForm, Signature, from_open, from_sealed
from petition.store import Store
from petition.web import allow, endpoint, json_response, read_json
from starlette.requests import Request
from starlette.responses import Response

STATUS_SECONDS = 3.0  # ours: how long a closed petition may still take signatures

settings = load_settings(SignSettings)
pepper = settings.pepper.get_secret_value().encode()
public_key = decode_public_key(settings.seal_public_key)
store = Store(settings)
campaigns = load_campaigns()
ledgers = {petition: Ledger(store, petition) for petition in campaigns}


async def _read_status(petition: str) -> str:
    published, _ = await until_certain(partial(store.published, petition))
    return published.status


statuses = {
    petition: Cached(partial(_read_status, petition), fresh_seconds=STATUS_SECONDS)
    for petition in campaigns
}


@functions_framework.aio.http
@endpoint(settings, campaigns)
async def sign(request: Request, campaign: Campaign, rest: str) -> Response:
    """
    Record a signature, sealed in the browser or here.

    Returns:
        201 `{"accepted": true}`, with `receipt` for the open form; the same for a repeat, in
        the same time, so that no answer tells whether somebody has signed.
    """
    if rest:
        raise NotFound
    allow(request, "POST")
    signature, answer = read_signature(await read_json(request), campaign)
    if await statuses[campaign.petition].read() == "closed":
        raise PetitionClosed
    await ledgers[campaign.petition].record(signature)
    return json_response(answer, 201)


def read_signature(body: object, campaign: Campaign) -> tuple[Signature, dict[str, object]]:
    """
    Read either form; whoever sends an e-mail address or a name means the open one.

    Raises:
        InvalidRequest: It is neither.
        OpenFormDisabled: It is the open one, and only sealed ones are taken here.
    """
    context = {"languages": campaign.languages}
    if isinstance(body, dict) and not body.keys().isdisjoint({"email", "name"}):
        if not settings.open_form:
            raise OpenFormDisabled
        open_form = read_form(OpenForm, body, context)
        signature, receipt = from_open(open_form, campaign.petition, pepper, public_key)
        return signature, {"accepted": True, "receipt": receipt}
    sealed_form = read_form(SealedForm, body, context)
    return from_sealed(sealed_form, campaign.petition, pepper), {"accepted": True}
