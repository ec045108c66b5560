"""
Many signers at once, who remember what they were told.
"""

import asyncio
import base64
import hashlib
import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import httpx

PETITION = "savemyfriend"

# Whose it is decides what is counted, not what is in the box; one serves for all, and is quick.
BOX = base64.urlsafe_b64encode(b"\x01" + secrets.token_bytes(2129)).decode().rstrip("=")


def forms(number: int, *, crowd: str | None = None) -> list[dict[str, str]]:
    """
    Fill in the sealed forms of as many signers, the same ones for the same `crowd`.
    """
    crowd = crowd or secrets.token_hex(8)
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


def digest(text: str) -> str:
    """
    Return a digest as forms carry it.
    """
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


@dataclass
class Told:
    """
    What the signers were told: by status, and whose signatures were acknowledged.

    A status of 0 is an answer that never came.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    acknowledged: set[str] = field(default_factory=set)
    retry_after: set[str | None] = field(default_factory=set)


def sign_all(urls: Iterable[str], forms: Iterable[dict[str, str]], *, at_once: int = 64) -> Told:
    """
    Sign with all forms, `at_once` at a time, at the functions' addresses in turn.
    """
    return asyncio.run(_sign_all([f"{url}/{PETITION}" for url in urls], forms, at_once))


async def _sign_all(places: list[str], forms: Iterable[dict[str, str]], at_once: int) -> Told:
    told = Told()
    limit = asyncio.Semaphore(at_once)
    connections = httpx.Limits(max_connections=at_once)
    async with httpx.AsyncClient(trust_env=False, timeout=60, limits=connections) as http:

        async def sign(number: int, form: dict[str, str]) -> None:
            async with limit:
                try:
                    answer = await http.post(places[number % len(places)], json=form)
                except httpx.TransportError:
                    told.statuses[0] += 1
                    return
            told.statuses[answer.status_code] += 1
            if answer.status_code == 201:
                assert answer.json() == {"accepted": True}
                told.acknowledged.add(form["address_tag"])
            if answer.status_code == 503:
                told.retry_after.add(answer.headers.get("retry-after"))

        await asyncio.gather(*(sign(number, form) for number, form in enumerate(forms)))
    return told
