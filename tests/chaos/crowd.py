"""Many signers at once, who remember what they were told."""

import asyncio
import base64
import hashlib
import itertools
import json
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

PETITION = "savemyfriend"
PATIENCE_SECONDS = 60  # Nobody who is answered at all waits so long.

# Whose it is decides what is counted, not what is in the box; one serves for all, and is quick.
BOX = base64.urlsafe_b64encode(b"\x01" + secrets.token_bytes(2129)).decode().rstrip("=")


def forms(number: int) -> list[dict[str, str]]:
    """Fill in the sealed forms of as many signers whom nobody has met, each with one claim."""
    crowd = secrets.token_hex(8)
    return [
        {
            "address_tag": digest(f"{crowd} {i}"),
            "sealed": BOX,
            "receipt_hash": digest(f"receipt {crowd} {i}"),
            "country": ("KR", "US", "CN")[i % 3],
            "language": "ko",
        }
        for i in range(number)
    ]


def claims_of(form: dict[str, str], number: int) -> list[dict[str, str]]:
    """Fill in as many forms of one signer, each under a receipt of its own."""
    return [form | {"receipt_hash": digest(f"{form['receipt_hash']} {i}")} for i in range(number)]


def receipts(forms: Iterable[dict[str, str]]) -> set[str]:
    """Return under which ids the claims of some forms must be stored."""
    return {form["receipt_hash"] for form in forms}


def digest(text: str) -> str:
    """Return a digest as forms carry it."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


@dataclass
class Told:
    """
    What the signers were told: by status, and which claims were acknowledged, by receipt.

    A status of 0 is an answer that never came.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    acknowledged: set[str] = field(default_factory=set)
    retry_after: set[str | None] = field(default_factory=set)


def sign_all(
    urls: Iterable[str],
    forms: Iterable[dict[str, str]],
    *,
    at_once: int = 64,
    told: Told | None = None,
) -> Told:
    """
    Sign with all forms, `at_once` at a time, at the functions' addresses in turn.

    Args:
        told: To be looked at from another thread meanwhile.
    """
    told = told or Told()
    asyncio.run(_sign_all([urlsplit(f"{url}/{PETITION}") for url in urls], forms, at_once, told))
    return told


async def _sign_all(
    places: list[SplitResult], forms: Iterable[dict[str, str]], at_once: int, told: Told
) -> None:
    waiting = zip(forms, itertools.cycle(places))
    signers = [_Signer(told) for _ in range(at_once)]

    async def work(signer: _Signer) -> None:
        for form, place in waiting:
            await signer.sign(place, form)
        signer.hang_up()

    await asyncio.gather(*(work(signer) for signer in signers))


class _Signer:
    """
    One connection at a time; a tenth of the processor time of a client that knows
    all of HTTP.
    """

    def __init__(self, told: Told) -> None:
        self._told = told
        self._place: SplitResult | None = None
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter | None = None

    async def sign(self, place: SplitResult, form: dict[str, str]) -> None:
        """Send a form, and note what was answered."""
        try:
            status, headers, body = await asyncio.wait_for(
                self._exchange(place, json.dumps(form).encode()), PATIENCE_SECONDS
            )
        except (OSError, EOFError):
            self.hang_up()
            self._told.statuses[0] += 1
            return
        self._told.statuses[status] += 1
        if status == 201:
            assert json.loads(body) == {"accepted": True}
            self._told.acknowledged.add(form["receipt_hash"])
        if status == 503:
            self._told.retry_after.add(headers.get("retry-after"))
        if headers.get("connection") == "close":
            self.hang_up()

    async def _exchange(self, place: SplitResult, body: bytes) -> tuple[int, dict[str, str], bytes]:
        if self._writer is None or place != self._place:
            self.hang_up()
            self._reader, self._writer = await asyncio.open_connection(place.hostname, place.port)
            self._place = place
        head = (
            f"POST {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._writer.write(head.encode() + body)
        lines = (await self._reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        pairs = [line.partition(": ") for line in lines[1:]]
        headers = {name.lower(): value for name, _, value in pairs}
        answer = await self._reader.readexactly(int(headers["content-length"]))
        return int(lines[0].split()[1]), headers, answer

    def hang_up(self) -> None:
        """Close the connection, if there is one."""
        if self._writer:
            self._writer.close()
        self._writer = None


def wait_until(condition: Callable[[], bool]) -> None:
    """Return when something has happened."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
