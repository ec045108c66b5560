"""A running petition as strangers see it, over HTTP alone, and as the referee sees it."""

import asyncio
import base64
import datetime as dt
import hashlib
import hmac
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from dev.keys import DevelopmentKeys
from dev.stack import Stack
from tests.functions.signers import (
    PETITION,
    base64url,
    envelope_form,
    receipt_hash,
    sealed_form,
    write_receipt,
)

PATIENCE = dt.timedelta(minutes=1)
LOOK_SECONDS = 0.5
HOME, ELSEWHERE = "KR", "AQ"


@dataclass(frozen=True)
class Claim:
    """What somebody signs with; an invented address is a tag: nobody can tell them apart."""

    tag: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    receipt: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    country: str = HOME
    via: str | None = None
    petition: str = PETITION

    @property
    def receipt_hash(self) -> str:
        """Return the id under which it is stored."""
        return receipt_hash(self.receipt, self.petition)


@dataclass(frozen=True)
class Seen:
    """What count told at one moment."""

    signatures: int
    countries: tuple[tuple[str, int], ...]
    badge: int
    etag: str
    as_of: str


@dataclass(frozen=True)
class Answer:
    """All that comes back to who asked, but the date, and how long it took in seconds."""

    content: bytes
    seconds: float


class World:
    """The public functions of a stack; `count` may be another one than the stack's."""

    def __init__(self, stack: Stack, http: httpx.AsyncClient) -> None:
        self._stack = stack
        self._http = http
        # One box for all: what is in it is for the organizers, and sealing takes time.
        self.box: str = sealed_form(stack.private_key.public_key(), "any@example.org")["sealed"]

    def form(self, claim: Claim) -> dict[str, Any]:
        """Fill in the sealed form."""
        form = {
            "address_tag": base64url(claim.tag),
            "sealed": self.box,
            "receipt_hash": claim.receipt_hash,
            "country": claim.country,
            "language": "en",
        }
        return form | ({"via": claim.via} if claim.via else {})

    def envelope(self, claim: Claim) -> dict[str, Any]:
        """Seal a form for a relay, which cannot open it."""
        key = self._stack.keys.envelope_key.public_key()
        return envelope_form(self.form(claim), key, petition=claim.petition)

    async def sign(self, claim: Claim) -> Answer:
        """Sign, and insist on it."""
        return await self.send(claim.petition, self.form(claim))

    async def send(self, petition: str, form: dict[str, Any]) -> Answer:
        """Hand a form in, whoever's it is."""
        return await self._post(f"{self._stack.sign}/{petition}", form, 201)

    async def withdraw(self, claim: Claim, *, keep_count: bool = False) -> Answer:
        """Hand a receipt in."""
        body = {"receipt": write_receipt(claim.receipt), "keep_count": keep_count}
        return await self._post(f"{self._stack.withdraw}/{claim.petition}", body, 204)

    async def sweep(self, petition: str = PETITION) -> None:
        """Let the scheduler's hour come; an attacker cannot, and waits for it."""
        await self._post(f"{self._stack.sweep}/{petition}", {}, 204)

    async def look(self, petition: str, *, count: str | None = None) -> Seen:
        """
        Read the numbers and the badge as soon as they were counted after this moment.

        Args:
            count: Another count function's address than the stack's own.
        """
        begun = dt.datetime.now(dt.UTC)
        while True:
            seen = await self._read(f"{count or self._stack.count}/{petition}")
            # Told in whole seconds, so one that began in this very second may be older.
            if dt.datetime.fromisoformat(seen.as_of) >= begun:
                return seen
            assert dt.datetime.now(dt.UTC) - begun < PATIENCE
            await asyncio.sleep(LOOK_SECONDS)

    async def _read(self, url: str) -> Seen:
        answer = (await self._http.get(url)).raise_for_status()
        badge = (await self._http.get(f"{url}/badge.svg")).raise_for_status()
        numbers = answer.json()
        title = badge.text.partition("<title>")[2].partition("</title>")[0]
        return Seen(
            numbers["signatures"],
            tuple((row["country"], row["signatures"]) for row in numbers["countries"]),
            int(title.rpartition(": ")[2].replace(",", "")),
            answer.headers["etag"],
            numbers["as_of"],
        )

    async def make_link(self, petition: str) -> str:
        """Make a share link, and return its code."""
        url = f"{self._stack.share_link}/{petition}"
        answer = await self._http.post(url, json={"language": "en"})
        code: str = answer.raise_for_status().json()["code"]
        return code

    async def open_link(self, petition: str, code: str) -> bytes:
        """Return all that a link shows: its page and its QR code."""
        url = f"{self._stack.share_link}/{petition}/{code}"
        return content(await self._http.get(url)) + content(await self._http.get(f"{url}.svg"))

    async def _post(self, url: str, body: dict[str, Any], status: int) -> Answer:
        begun = time.perf_counter()
        answer = await self._http.post(url, json=body)
        # On a busy machine; whoever measures time sees that too.
        while answer.status_code == 503 and time.perf_counter() - begun < PATIENCE.seconds:
            await asyncio.sleep(int(answer.headers["retry-after"]))
            answer = await self._http.post(url, json=body)
        seconds = time.perf_counter() - begun
        assert answer.status_code == status, answer.text
        return Answer(content(answer), seconds)


def content(answer: httpx.Response) -> bytes:
    """Return an answer's bytes, without the date."""
    headers = [pair for pair in answer.headers.raw if pair[0].lower() != b"date"]
    return repr((answer.status_code, headers, answer.content)).encode()


@asynccontextmanager
async def living(stack: Stack) -> AsyncIterator[World]:
    """Speak to a stack on this machine, whatever proxy the environment names."""
    limits = httpx.Limits(max_connections=64)
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE.seconds, limits=limits) as http:
        yield World(stack, http)


async def crowd(world: World, rates: Mapping[str, float], ended: asyncio.Event) -> None:
    """Let people sign, at a rate a second for each petition, until the game has ended."""

    async def sign_at(petition: str, rate: float) -> None:
        signing = set()
        while not ended.is_set():
            signing.add(asyncio.create_task(world.sign(Claim(petition=petition))))
            await asyncio.sleep(secrets.SystemRandom().expovariate(rate))
        await asyncio.gather(*signing)

    await asyncio.gather(*(sign_at(petition, rate) for petition, rate in rates.items()))


def signer_id(tag: bytes, keys: DevelopmentKeys, petition: str = PETITION) -> str:
    """Return the id of an address's signer, which only who has the pepper can tell."""
    material = petition.encode() + b"\0" + tag
    digest = hmac.new(keys.pepper.encode(), material, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def is_drawn(id: str) -> bool:
    """Tell whether the lot falls on a signer, written out from docs: one in twenty, by its id."""
    digest = hashlib.sha256(b"savemyfriend/drawn/1\0" + id.encode()).digest()
    return int.from_bytes(digest[:8], "big") % 20 == 0
