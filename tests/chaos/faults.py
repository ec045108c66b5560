"""
A wire between a function and the emulator that breaks on purpose.

It is a gRPC server that hands every message on, byte for byte, and can lose an answer after the
call was applied, refuse a call before it is, hold it up, or keep it until it is wanted. Nothing of
Firestore is imitated.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from threading import Event, Thread
from typing import Any

import grpc
import grpc.aio
from google.cloud.firestore_v1.types import firestore

AMBIGUOUS = [
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.INTERNAL,
]
STREAMING = {"BatchGetDocuments", "RunQuery"}


@dataclass
class Fault:
    """
    What happens to the next `times` calls of one method.

    Args:
        code: What the caller is told; None tells the truth.
        applied: Whether the call reaches the database before its answer is lost.
        seconds: How long the call is held up before, whether or not the caller waits so long.
        kept: Whether the call reaches the database when the test says so, and not before.
        about: Only calls whose message holds these octets.
    """

    method: str
    code: grpc.StatusCode | None
    applied: bool
    times: int = 1
    seconds: float = 0
    kept: bool = False
    about: bytes = b""
    chance: Callable[[], bool] = field(default=lambda: True)


PASS = Fault("", None, applied=True)
Metadata = list[tuple[str, str | bytes]]
Apply = Callable[[], Coroutine[Any, Any, bytes]]
Context = grpc.aio.ServicerContext[bytes, bytes]


class Wire:
    """The wire's own state: what it must break, and what has gone through it."""

    def __init__(self, target: str) -> None:
        self._target = target
        self.faults: list[Fault] = []
        self.calls: list[str] = []
        self.messages: list[tuple[str, bytes]] = []
        self._kept: list[Apply] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self.broken = 0
        self.host = ""
        self.under_way = 0  # calls without a stream, whether or not somebody waits for them

    def commits(self) -> list[Any]:
        """Return what was sent to be committed, as messages of the protocol."""
        read = firestore.CommitRequest.pb().FromString
        return [read(message) for method, message in self.messages if method == "Commit"]

    def lose(self, method: str, code: grpc.StatusCode, times: int = 1) -> None:
        """Apply the next calls of a method, and lose their answers."""
        self.faults.append(Fault(method, code, applied=True, times=times))

    def refuse(self, method: str, code: grpc.StatusCode, times: int = 1) -> None:
        """Refuse the next calls of a method before they are applied."""
        self.faults.append(Fault(method, code, applied=False, times=times))

    def hold(self, method: str, seconds: float, times: int = 1) -> None:
        """
        Apply the next calls of a method so much later, although nobody may wait for it
        any more.
        """
        self.faults.append(Fault(method, None, applied=True, times=times, seconds=seconds))

    def keep(self, method: str, times: int = 1) -> None:
        """Keep the next calls of a method until `deliver`, and say that nobody knows."""
        unknown = grpc.StatusCode.UNAVAILABLE
        self.faults.append(Fault(method, unknown, applied=False, times=times, kept=True))

    def keep_for_later(self, apply: Apply) -> None:
        """Remember a call that `deliver` makes."""
        self._kept.append(apply)

    def deliver(self) -> list[grpc.StatusCode]:
        """Send on what was kept, in its order, and return what became of it."""
        assert self._loop
        return asyncio.run_coroutine_threadsafe(self._deliver(), self._loop).result()

    async def _deliver(self) -> list[grpc.StatusCode]:
        came_of_it = []
        while self._kept:
            try:
                await self._kept.pop(0)()
                came_of_it.append(grpc.StatusCode.OK)
            except grpc.aio.AioRpcError as error:
                came_of_it.append(error.code())
        return came_of_it

    def mend(self) -> None:
        """Break nothing from now on."""
        self.faults.clear()

    async def serve(self, ready: Event, done: Event) -> None:
        """Hand calls on until `done` is set."""
        async with grpc.aio.insecure_channel(self._target) as channel:
            server = grpc.aio.server()
            server.add_generic_rpc_handlers((_Handler(self, channel),))
            self.host = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
            self._loop = asyncio.get_running_loop()
            await server.start()
            ready.set()
            await asyncio.to_thread(done.wait)
            await server.stop(None)

    def next_fault(self, method: str, request: bytes) -> Fault | None:
        """Note a call, and return how it must break, if it must."""
        self.calls.append(method)
        self.messages.append((method, request))
        for fault in self.faults:
            concerned = fault.method == method and fault.times > 0 and fault.about in request
            if concerned and fault.chance():
                fault.times -= 1
                self.broken += 1
                return fault
        return None


class _Handler(grpc.GenericRpcHandler):
    def __init__(self, wire: Wire, channel: grpc.aio.Channel) -> None:
        self._wire = wire
        self._channel = channel
        self._under_way: set[asyncio.Task[bytes]] = set()

    def service(self, details: grpc.HandlerCallDetails) -> Any:
        path, method = details.method, details.method.rpartition("/")[2]
        if method in STREAMING:
            return grpc.unary_stream_rpc_method_handler(self._stream(path, method))
        return grpc.unary_unary_rpc_method_handler(self._single(path, method))

    def _single(self, path: str, method: str) -> Callable[..., Any]:
        async def call(request: bytes, context: Context) -> bytes:
            fault = self._wire.next_fault(method, request) or PASS
            if fault.kept:
                metadata = _metadata(context)
                self._wire.keep_for_later(partial(self._apply, path, request, metadata, PASS))
            if not fault.applied and fault.code:
                await context.abort(fault.code, "refused on purpose")
            # Whoever gives up waiting does not stop what is under way.
            task = asyncio.create_task(self._apply(path, request, _metadata(context), fault))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
            try:
                answer = await asyncio.shield(task)
            except grpc.aio.AioRpcError as error:
                await context.abort(error.code(), error.details() or "")
            if fault.code:
                await context.abort(fault.code, "lost on purpose")
            return answer

        return call

    async def _apply(self, path: str, request: bytes, metadata: Metadata, fault: Fault) -> bytes:
        self._wire.under_way += 1
        try:
            await asyncio.sleep(fault.seconds)
            call: Any = self._channel.unary_unary(path)
            answer: bytes = await call(request, metadata=metadata)
        finally:
            self._wire.under_way -= 1
        return answer

    def _stream(self, path: str, method: str) -> Callable[..., Any]:
        async def call(request: bytes, context: Context) -> AsyncIterator[bytes]:
            fault = self._wire.next_fault(method, request) or PASS
            if fault.code:
                await context.abort(fault.code, "refused on purpose")
            await asyncio.sleep(fault.seconds)
            ask: Any = self._channel.unary_stream(path)
            try:
                async for answer in ask(request, metadata=_metadata(context)):
                    yield answer
            except grpc.aio.AioRpcError as error:
                await context.abort(error.code(), error.details() or "")

        return call


def _metadata(context: Context) -> Metadata:
    kept = ("authorization", "google-cloud-resource-prefix", "x-goog-request-params")
    return [(key, value) for key, value in context.invocation_metadata() or () if key in kept]


@contextmanager
def running_wire(target: str) -> Iterator[Wire]:
    """
    Run a wire to an emulator's HOST:PORT, in a thread of its own, for as long as a
    block lasts.
    """
    wire, ready, done = Wire(target), Event(), Event()
    thread = Thread(target=lambda: asyncio.run(wire.serve(ready, done)))
    thread.start()
    assert ready.wait(30)
    try:
        yield wire
    finally:
        done.set()
        thread.join()
