"""Signers who remember what they were told, and insist as the page does."""

import asyncio
import random
import secrets
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from dev.bench.audit import PETITION
from dev.bench.generator import BOX
from dev.bench.requester import ENDINGS
from dev.soak.arrivals import Connections, arrive
from dev.soak.latencies import Latencies

AGAIN = (1.0, 3.0)  # seconds until the page tries again: Retry-After of 2, with jitter
INSIST_SECONDS = 120  # ours: after an outage of a minute, everybody is through by then


@dataclass
class Told:
    """
    What people were told since the last look.

    Args:
        waits: From arrival to 201, however many attempts that took.
        statuses: Of every attempt; 0 is an answer that never came.
    """

    waits: Latencies = field(default_factory=Latencies)
    statuses: Counter[int] = field(default_factory=Counter)


class Crowd:
    """
    People who sign at the functions' addresses in turn.

    Args:
        waits: Whether connections wait for a server that does not listen yet.
    """

    def __init__(
        self, urls: Sequence[str], *, waits: bool = False, petition: str = PETITION
    ) -> None:
        self._petition = petition
        self._connections = [Connections(url, waits=waits) for url in urls]
        self._prefix = secrets.token_hex(5)
        self._addresses: list[int] = []  # of each claim, by its number
        self.acknowledged: set[int] = set()
        self.told = Told()
        self.total = Told()
        self.first = self.last = 0.0  # when somebody was acknowledged, by time.monotonic

    @property
    def signers(self) -> int:
        """Return how many addresses have signed."""
        return len(set(self._addresses))

    def receipts(self) -> set[str]:
        """Return under which ids the claims must be stored."""
        return {self._digest(1, number) for number in range(len(self._addresses))}

    def acknowledged_receipts(self) -> set[str]:
        """Return those of them that somebody was told are stored."""
        return {self._digest(1, number) for number in self.acknowledged}

    def cut(self) -> Told:
        """Return what people were told since the last cut, and begin anew."""
        told, self.told = self.told, Told()
        self.total.waits.buckets.update(told.waits.buckets)
        self.total.statuses.update(told.statuses)
        return told

    async def come(
        self, rate: float, seconds: float, interrupted: asyncio.Event | None = None
    ) -> None:
        """Let people arrive who sign for the first time; return when all are acknowledged."""
        await arrive(rate, seconds, self._sign_new, interrupted=interrupted)

    async def sign_once(self) -> None:
        """Let one more person sign, now."""
        await self._sign_new(time.monotonic())

    async def repeat(self, claims: int) -> None:
        """Send one claim again and again, as a page would that hears no answer."""
        number = self.claim()
        await asyncio.gather(*(self._sign(number, time.monotonic()) for _ in range(claims)))

    async def share_an_address(self, claims: int) -> None:
        """Claim one address at once, each time under a receipt of its own."""
        address = len(self._addresses)
        numbers = [self.claim(address) for _ in range(claims)]
        await asyncio.gather(*(self._sign(number, time.monotonic()) for number in numbers))

    async def _sign_new(self, arrived: float) -> None:
        await self._sign(self.claim(), arrived)

    def claim(self, address: int | None = None) -> int:
        """Make one more claim, of a new address or of an earlier one, and return its number."""
        number = len(self._addresses)
        self._addresses.append(number if address is None else address)
        return number

    async def _sign(self, number: int, arrived: float) -> None:
        request = self._request(number)
        place = number
        while time.monotonic() < arrived + INSIST_SECONDS:
            status = await self._connections[place % len(self._connections)].ask(request)
            self.told.statuses[status] += 1
            if status == 201:
                self.last = time.monotonic()
                self.first = self.first or self.last
                self.told.waits.add(self.last - arrived)
                self.acknowledged.add(number)
                return
            if status not in (0, 503):
                return
            place += 1  # The platform sends the next attempt wherever it likes.
            await asyncio.sleep(random.uniform(*AGAIN))  # noqa: S311 – no secret

    async def close(self) -> None:
        """Hang up."""
        for connections in self._connections:
            await connections.close()

    def _request(self, number: int) -> bytes:
        body = (
            f'{{"address_tag":"{self._digest(0, self._addresses[number])}","sealed":"{BOX}",'
            f'"receipt_hash":"{self._digest(1, number)}","country":"KR","language":"ko"}}'
        )
        return (
            f"POST /{self._petition} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    def _digest(self, kind: int, number: int) -> str:
        return f"{self._prefix}{kind}{number:031d}{ENDINGS[number % 16]}"
