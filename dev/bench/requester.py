"""A small load generator, for machines without wrk; one process, HTTP/1.1 with keep-alive."""

import asyncio
import random
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from dev.bench.load import Load

# A canonical last character of base64url for 32 bytes: its two low bits are zero.
ENDINGS = "AEIMQUYcgkosw048"


async def send(url: str, load: "Load", connections: int, prefix: str, box: str) -> dict[str, Any]:
    """Send a load, and return the fields of load.Answers."""
    requests = _Requests(load, prefix, box)
    address = urlsplit(url)
    start = time.monotonic()
    times: list[float] = []
    failed = 0

    async def connection() -> None:
        nonlocal failed
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        while time.monotonic() < start + load.seconds and not requests.are_enough():
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
    }


class _Requests:
    def __init__(self, load: "Load", prefix: str, box: str) -> None:
        self._load = load
        self._prefix = prefix
        self._body = (
            '{"address_tag":"%s","sealed":"' + box + '",'
            '"receipt_hash":"%s","country":"KR","language":"ko"}'
        )
        self.signers = 0

    def are_enough(self) -> bool:
        return 0 < self._load.signers <= self.signers

    def make(self) -> bytes:
        head = f" {self._load.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        if not self._load.signers:
            return f"GET{head}\r\n".encode()
        signer = self.signers
        if signer and random.random() < self._load.repeats:  # noqa: S311 – no secret
            signer = random.randrange(signer)  # noqa: S311
        else:
            self.signers += 1
        tag = f"{self._prefix}{signer:032d}{ENDINGS[signer % 16]}"
        body = self._body % (tag, tag)
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        return f"POST{head}{body}".encode()


async def _status(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
    await reader.readexactly(int(length or 0))
    return int(head.split(b" ", 2)[1])
