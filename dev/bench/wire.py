"""
What Firestore would bill: a relay before the emulator that counts what passes.

It takes every request apart on its way, whoever made it. A document that is looked for and not
there is a read too, a query costs one at least, and each document of a commit is one write.
Source: Firestore documentation, "Understand Cloud Firestore billing".
"""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

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
        return answer

    async def _read(self, method: str, request: bytes, context: Any) -> AsyncIterator[bytes]:
        call: Any = self._channel.unary_stream(method)
        documents = 0
        try:
            async for answer in call(request):
                documents += holds_document(method, answer)
                yield answer
        except grpc.aio.AioRpcError as error:
            await context.abort(error.code(), error.details())
        self.billed.reads += max(documents, 1)


def holds_document(method: str, answer: bytes) -> bool:
    """Tell whether a message of a stream is about a document, found or missing."""
    message = ANSWERS[method].FromString(answer)
    if method == QUERY:
        return bool(message.document.name)
    return bool(message.missing or message.found.name)


@contextlib.contextmanager
def counting_wire(emulator: str) -> Iterator[tuple[str, Billed]]:
    """
    Relay in a thread of this process for as long as a block lasts.

    Args:
        emulator: HOST:PORT.

    Returns:
        HOST:PORT to use instead, and what has passed.
    """
    port, ready, done = free_port(), threading.Event(), threading.Event()
    wires: list[Wire] = []

    async def relay() -> None:
        async with grpc.aio.insecure_channel(emulator) as channel:
            wire = Wire(channel)
            wires.append(wire)
            server = grpc.aio.server(handlers=[wire])
            server.add_insecure_port(f"{HOST}:{port}")
            await server.start()
            ready.set()
            await asyncio.to_thread(done.wait)
            await server.stop(grace=1)

    thread = threading.Thread(target=asyncio.run, args=(relay(),))
    thread.start()
    ready.wait()
    try:
        yield f"{HOST}:{port}", wires[0].billed
    finally:
        done.set()
        thread.join()
