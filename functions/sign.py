"""Sign: `POST /{petition}` stores a claim and counts its signer, exactly once."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import functions_framework.aio
from petition import tally
from petition.cache import Cached
from petition.campaign import Campaign, load_campaigns
from petition.claim import EnvelopeForm, OpenForm, SealedForm, from_open, from_sealed
from petition.documents import Claim, Status
from petition.form import fault_at, read_form
from petition.ledger import Ledger
from petition.problems import NotFound, OpenFormDisabled, PetitionClosed, Unavailable
from petition.retry import until_certain
from petition.seal import SealError, decode_private_key, decode_public_key, open_envelope
from petition.settings import SignSettings, load_settings
from petition.store import Reading, Store
from petition.web import allow, endpoint, json_response, on_grid, read_json
from starlette.requests import Request
from starlette.responses import Response

STATUS_SECONDS = 3.0  # ours: how long a closed petition may still take signatures
COLLECTED = 0.1  # ours: the share of the grid for which claims wait for each other
MAX_HASHING = 16  # ours: open forms hashed or waiting for it, about a second's work of one core

settings = load_settings(SignSettings)
pepper = settings.pepper.get_secret_value().encode()
public_key = decode_public_key(settings.seal_public_key)
envelope_key = decode_private_key(settings.envelope_private_key.get_secret_value())
store = Store(settings)
campaigns = load_campaigns(hidden=True)
collect_seconds = COLLECTED * settings.answer_grid_ms / 1000
ledgers = {id: Ledger(store, id, collect_seconds=collect_seconds) for id in campaigns}
# One core is what an instance has, and one thread writes over what it held before.
hashing = ThreadPoolExecutor(max_workers=1)
hashed = 0  # open forms that are hashed or wait for it


async def _read_published(petition: str) -> Reading:
    return await until_certain(partial(store.published, petition))


last_published = {
    id: Cached(partial(_read_published, id), fresh_seconds=STATUS_SECONDS) for id in campaigns
}


@functions_framework.aio.http
@endpoint(settings, campaigns, "POST")
async def sign(request: Request, campaign: Campaign, rest: str) -> Response:
    """
    Record a claim, sealed in the browser or here, or carried by anybody in an envelope.

    Returns:
        201 `{"accepted": true}`, with `receipt` for the open form; the same for a repeat, in
        the same time, so that no answer tells whether somebody has signed.
    """
    if rest:
        raise NotFound
    allow(request, "POST")
    claim, answer = await read_claim(await read_json(request), campaign)
    last = await last_published[campaign.petition].read()
    if tally.status(last.published, campaign, last.at) is Status.CLOSED:
        raise PetitionClosed
    await on_grid(ledgers[campaign.petition].record(claim), settings.answer_grid_ms)
    return json_response(answer, 201)


async def read_claim(body: object, campaign: Campaign) -> tuple[Claim, dict[str, object]]:
    """
    Read whichever form it is; whoever sends an e-mail address or a name means the open one.

    Raises:
        InvalidRequest: It is none of them.
        OpenFormDisabled: It is the open one, and only sealed ones are taken here.
        Unavailable: Too many open forms wait to be hashed.
    """
    if isinstance(body, dict) and "envelope" in body:
        body = unwrap(read_form(EnvelopeForm, body), campaign.petition)
    elif isinstance(body, dict) and not body.keys().isdisjoint({"email", "name"}):
        if not settings.open_form:
            raise OpenFormDisabled
        open_form = read_form(OpenForm, body, {"languages": campaign.languages})
        return await seal_open(open_form, campaign.petition)
    form = read_form(SealedForm, body, {"languages": campaign.languages})
    return from_sealed(form, campaign.petition, pepper), {"accepted": True}


def unwrap(form: EnvelopeForm, petition: str) -> object:
    """
    Return the sealed form that an envelope holds, unchecked.

    Raises:
        InvalidRequest: It was not sealed to this function and petition.
    """
    try:
        return open_envelope(form.envelope, petition, envelope_key)
    except SealError:
        raise fault_at("#/envelope", "This envelope cannot be opened here.") from None


async def seal_open(form: OpenForm, petition: str) -> tuple[Claim, dict[str, object]]:
    """
    Hash and seal an open form, one at a time and beside the event loop.

    Raises:
        Unavailable: Too many wait already.
    """
    global hashed
    if hashed >= MAX_HASHING:
        raise Unavailable
    hashed += 1
    try:
        work = partial(from_open, form, petition, pepper, public_key)
        claim, receipt = await asyncio.get_running_loop().run_in_executor(hashing, work)
    finally:
        hashed -= 1
    return claim, {"accepted": True, "receipt": receipt}
