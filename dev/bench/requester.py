"""A small load generator, for machines without wrk and for a given rate; HTTP/1.1, kept alive."""

import asyncio
import random
import time
from typing import Any
from urllib.parse import urlsplit

from dev.bench.load import Load

# A canonical last character of base64url for 32 bytes: its two low bits are zero.
ENDINGS = "AEIMQUYcgkosw048"


async def send(url: str, load: Load, connections: int, prefix: str, box: str) -> dict[str, Any]:
    """Send a load, and return the fields of load.Answers."""
    address = urlsplit(url)
    requests = Requests(address.path, load, prefix, box)
    start = time.monotonic()
    times: list[float] = []
    failed = sent = 0

    async def connection() -> None:
        nonlocal failed, sent
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        while time.monotonic() < start + load.seconds and not requests.are_enough():
            if load.rate:
                sent += 1
                await asyncio.sleep(start + sent / load.rate - time.monotonic())
            asked = time.monotonic()
            writer.write(requests.make())
            if await _status(reader) < 400:
                times.append(time.monotonic() - asked)
            else:
                failed += 1
        writer.close()

    await asyncio.gather(*(connection() for _ in range(connections)))
    times.sort()
    return {
        "answers": len(times),
        "failed": failed,
        "seconds": time.monotonic() - start,
        "p50": times[len(times) // 2] if times else 0.0,
        "p99": times[len(times) * 99 // 100] if times else 0.0,
        "signers": requests.signers,
        "receipts": requests.signers + requests.more_receipts,
    }


class Requests:
    """What is sent, made as it is needed; it knows how many signers and receipts there are."""

    def __init__(self, path: str, load: Load, prefix: str, box: str) -> None:
        self._path = path
        self._load = load
        self._prefix = prefix
        self._body = (
            '{"address_tag":"%s","sealed":"' + box + '",'
            '"receipt_hash":"%s","country":"KR","language":"ko"}'
        )
        self.signers = 0
        self.more_receipts = 0

    def are_enough(self) -> bool:
        """Tell whether as many have signed as were wanted."""
        return 0 < self._load.signers <= self.signers

    def make(self) -> bytes:
        """Return the next request, as it goes over the wire."""
        head = f" {self._path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        if not self._load.signers:
            return f"GET{head}\r\n".encode()
        tag, receipt = self._sign_again() if self._is_repeat() else self._sign()
        body = self._body % (tag, receipt)
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        return f"POST{head}{body}".encode()

    def _is_repeat(self) -> bool:
        return self.signers > 0 and random.random() < self._load.repeats  # noqa: S311 – no secret

    def _sign(self) -> tuple[str, str]:
        digest = self._digest(0, self.signers)
        self.signers += 1
        return digest, digest

    def _sign_again(self) -> tuple[str, str]:
        digest = self._digest(0, random.randrange(self.signers))  # noqa: S311
        if self._load.repeat == "same":
            return digest, digest
        self.more_receipts += 1
        return digest, self._digest(1, self.more_receipts)

    def _digest(self, kind: int, number: int) -> str:
        return f"{self._prefix}{kind}{number:031d}{ENDINGS[number % 16]}"


async def _status(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
    await reader.readexactly(int(length or 0))
    return int(head.split(b" ", 2)[1])
