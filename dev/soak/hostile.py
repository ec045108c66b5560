"""
Clients that mean harm, from one machine: each holds as many connections as it is told.

Whoever speaks HTTP to the public can do all of this; the platform's front would stop some of it,
and a relay or a server of one's own none.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import urlsplit

from dev.bench.generator import PATH

Client = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

DRIP_SECONDS = 0.5  # between two octets of a slow client
HEAD = f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"


async def drip_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send a head that never ends, an octet at a time."""
    writer.write(HEAD.encode() + b"X-Slow: ")
    await drip(writer)


async def drip_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Announce a body, and send it an octet at a time."""
    writer.write(f"{HEAD}Content-Length: 8000\r\n\r\n".encode())
    await drip(writer)


async def drip(writer: asyncio.StreamWriter) -> None:
    """Send an octet now and then until the other side has had enough."""
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(DRIP_SECONDS)


async def close_half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send half a body, close the way there, and go on listening."""
    writer.write(f'{HEAD}Content-Length: 200\r\n\r\n{{"address_tag"'.encode())
    writer.write_eof()
    await reader.read()


async def flood_headers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send headers without end, as fast as they are taken."""
    writer.write(HEAD.encode())
    while True:
        writer.write(b"X-Flood: " + b"x" * 8000 + b"\r\n")
        await writer.drain()


async def never_read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Ask again and again, and take no answer."""
    reader_socket: socket.socket = writer.get_extra_info("socket")
    reader_socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    transport = writer.transport
    assert isinstance(transport, asyncio.ReadTransport)  # noqa: S101 – as every connection is
    transport.pause_reading()
    while True:
        writer.write(f"{HEAD}Content-Length: 2\r\n\r\n{{}}".encode())
        await writer.drain()
        await asyncio.sleep(DRIP_SECONDS / 10)


async def idle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Connect, and say nothing."""
    await reader.read()


CLIENTS: dict[str, tuple[Client, int]] = {  # how many connections of each at full pace
    "slow-heads": (drip_head, 500),
    "slow-bodies": (drip_body, 500),
    "half-closed": (close_half, 200),
    "header-flood": (flood_headers, 20),
    "never-reading": (never_read, 200),
    "idle-connections": (idle, 5000),
}


@contextlib.asynccontextmanager
async def attacking(url: str, client: Client, connections: int) -> AsyncIterator[None]:
    """Let so many clients of one kind attack for as long as a block lasts."""
    address = urlsplit(url)

    async def attack() -> None:
        while True:
            with contextlib.suppress(OSError, EOFError):
                await attack_once(address.hostname or "", address.port or 0, client)
            await asyncio.sleep(DRIP_SECONDS)  # Hung up on, they come back.

    attackers = [asyncio.create_task(attack()) for _ in range(connections)]
    try:
        yield
    finally:
        for attacker in attackers:
            attacker.cancel()
        await asyncio.gather(*attackers, return_exceptions=True)


async def attack_once(host: str, port: int, client: Client) -> None:
    """Connect, do harm until the other side hangs up, and leave."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        await client(reader, writer)
    finally:
        writer.transport.abort()
