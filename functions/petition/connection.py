"""
The connection to Firestore: how it is made, and that it is given up when it says nothing.

Source: docs/decisions/2026-11-firestore-protocol.md
"""

import asyncio
import functools
from typing import Any

import grpc

# Ours, in milliseconds. Left alone, gRPC sends people away long after a fault has ended.
OPTIONS = (
    ("grpc.max_reconnect_backoff_ms", 1000),  # by itself up to two minutes, after an outage
    ("grpc.min_reconnect_backoff_ms", 2000),  # until an attempt is given up; by itself 20 s
    ("grpc.use_local_subchannel_pool", 1),  # by itself a new channel takes the old connection
)
HOST = "firestore.googleapis.com:443"
SCOPE = "https://www.googleapis.com/auth/datastore"


class Connection:
    """
    One channel at a time, made on first use, because it belongs to the running event loop.

    Args:
        emulator: Its host and port; None for the database in the cloud.
    """

    def __init__(self, emulator: str | None) -> None:
        self._channel: grpc.aio.Channel | None = None
        self._emulator = emulator
        self._opening = asyncio.Lock()

    async def channel(self) -> grpc.aio.Channel:
        """Return the channel, opened if there is none."""
        async with self._opening:
            if self._channel is None:
                self._channel = await self._open()
            return self._channel

    def give_up(self, channel: grpc.aio.Channel) -> None:
        """
        Open another channel for the next call, because one on this got no answer in time.

        A connection that died without a word is told by its silence alone. Whatever else is on
        its way there holds the channel, which closes after the last of it.
        """
        if self._channel is channel:
            self._channel = None

    async def _open(self) -> grpc.aio.Channel:
        if self._emulator:
            return grpc.aio.insecure_channel(self._emulator, options=OPTIONS)
        # What is needed only in the cloud; it asks the metadata server, and would block the loop.
        helpers, credentials = await asyncio.to_thread(_authenticate)
        channel: grpc.aio.Channel = helpers.create_channel(
            HOST, credentials=credentials, scopes=[SCOPE], options=OPTIONS
        )
        return channel


@functools.cache
def _authenticate() -> tuple[Any, Any]:
    import google.auth
    from google.api_core import grpc_helpers_async

    return grpc_helpers_async, google.auth.default()[0]
