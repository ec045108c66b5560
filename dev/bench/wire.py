"""
What Firestore would bill: a relay before the emulator that counts what passes.

It takes every request apart on its way, whoever made it. A document that is looked for and not
there is a read too, a query costs one at least, and each document of a commit is one write.
Source: Firestore documentation, "Understand Cloud Firestore billing".
"""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc
from google.cloud.firestore_v1 import types

from dev import HOST
from dev.ports import free_port

SERVICE = "/google.firestore.v1.Firestore/"
COMMIT, GET, QUERY = (SERVICE + name for name in ("Commit", "BatchGetDocuments", "RunQuery"))
ANSWERS: dict[str, Any] = {
    GET: types.BatchGetDocumentsResponse.pb(),
    QUERY: types.RunQueryResponse.pb(),
}
# An emulator that was killed and started again is found again at once.
SOON_BACK = [("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 500)]
CommitRequest: Any = types.CommitRequest.pb()


@dataclass
class Billed:
    """What has passed so far, in documents."""

    reads: int = 0
    writes: int = 0
    deletes: int = 0


class Wire(grpc.GenericRpcHandler):
    """A relay for the requests that functions make; it refuses what it could not count."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._channel = channel
        self.billed = Billed()

    async def before(self, method: str, request: bytes, context: Any) -> None:
        """Let a call through; a wire that breaks on purpose refuses it here, or holds it up."""

    async def after(self, method: str, context: Any) -> None:
        """Let an answer through; a wire that breaks on purpose loses it here, or holds it up."""

    def service(self, details: grpc.HandlerCallDetails) -> Any:
        """Return how a request is handled, by its name."""
        method = details.method
        if method == COMMIT:
            return grpc.unary_unary_rpc_method_handler(self._commit)
        if method in ANSWERS:

            async def read(request: bytes, context: Any) -> AsyncIterator[bytes]:
                async for answer in self._read(method, request, context):
                    yield answer

            return grpc.unary_stream_rpc_method_handler(read)
        return None

    async def _commit(self, request: bytes, context: Any) -> bytes:
        await self.before(COMMIT, request, context)
        call: Any = self._channel.unary_unary(COMMIT)
        try:
            answer: bytes = await call(request)
        except grpc.aio.AioRpcError as error:  # What is refused is not billed.
            await context.abort(error.code(), error.details())
        for write in CommitRequest.FromString(request).writes:
            if write.WhichOneof("operation") == "delete":
                self.billed.deletes += 1
            else:
                self.billed.writes += 1
        await self.after(COMMIT, context)
        return answer

    async def _read(self, method: str, request: bytes, context: Any) -> AsyncIterator[bytes]:
        await self.before(method, request, context)
        call: Any = self._channel.unary_stream(method)
        documents = 0
        try:
            await self.after(method, context)
            async for answer in call(request):
                documents += holds_document(method, answer)
                yield answer
        except grpc.aio.AioRpcError as error:
            await context.abort(error.code(), error.details())
        self.billed.reads += max(documents, 1)


AnyWire = TypeVar("AnyWire", bound=Wire)


def holds_document(method: str, answer: bytes) -> bool:
    """Tell whether a message of a stream is about a document, found or missing."""
    message = ANSWERS[method].FromString(answer)
    if method == QUERY:
        return bool(message.document.name)
    return bool(message.missing or message.found.name)


@contextlib.contextmanager
def running_wire(
    emulator: str, make: Callable[[grpc.aio.Channel], AnyWire]
) -> Iterator[tuple[str, AnyWire]]:
    """
    Relay in a thread of this process for as long as a block lasts.

    Args:
        emulator: HOST:PORT.
        make: The wire, for a channel to the emulator: `Wire`, or one that does more.

    Returns:
        HOST:PORT to use instead, and the wire.
    """
    port, ready, done = free_port(), threading.Event(), threading.Event()
    wires: list[AnyWire] = []

    async def relay() -> None:
        async with grpc.aio.insecure_channel(emulator, options=SOON_BACK) as channel:
            wires.append(make(channel))
            server = grpc.aio.server(handlers=wires)
            server.add_insecure_port(f"{HOST}:{port}")
            await server.start()
            ready.set()
            await asyncio.to_thread(done.wait)
            await server.stop(grace=1)

    thread = threading.Thread(target=asyncio.run, args=(relay(),))
    thread.start()
    ready.wait()
    try:
        yield f"{HOST}:{port}", wires[0]
    finally:
        done.set()
        thread.join()
