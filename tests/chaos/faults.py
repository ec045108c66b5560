"""
A wire between a function and the emulator that breaks on purpose.

It is a gRPC server that hands every message on, byte for byte, and can lose an answer after the
call was applied, refuse a call before it is, or hold it up. Nothing of Firestore is imitated.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

import grpc
import grpc.aio

AMBIGUOUS = [
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.INTERNAL,
]
STREAMING = {"BatchGetDocuments", "RunQuery", "RunAggregationQuery"}


@dataclass
class Fault:
    """
    What happens to the next `times` calls of one method.

    `applied` says whether the call reaches the database before its answer is lost.
    """

    method: str
    code: grpc.StatusCode
    applied: bool
    times: int = 1
    chance: Callable[[], bool] = field(default=lambda: True)


class Wire:
    """
    The wire's own state: what it must break, and what has gone through it.
    """

    def __init__(self, target: str) -> None:
        self._target = target
        self.faults: list[Fault] = []
        self.calls: list[str] = []
        self.broken = 0
        self.host = ""
        self.held: Event | None = None

    def lose(self, method: str, code: grpc.StatusCode, times: int = 1) -> None:
        """
        Apply the next calls of a method, and lose their answers.
        """
        self.faults.append(Fault(method, code, applied=True, times=times))

    def refuse(self, method: str, code: grpc.StatusCode, times: int = 1) -> None:
        """
        Refuse the next calls of a method before they are applied.
        """
        self.faults.append(Fault(method, code, applied=False, times=times))

    def mend(self) -> None:
        """
        Break nothing from now on.
        """
        self.faults.clear()

    async def serve(self, ready: Event, done: Event) -> None:
        """
        Hand calls on until `done` is set.
        """
        async with grpc.aio.insecure_channel(self._target) as channel:
            server = grpc.aio.server()
            server.add_generic_rpc_handlers((_Handler(self, channel),))
            self.host = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
            await server.start()
            ready.set()
            await asyncio.to_thread(done.wait)
            await server.stop(None)

    def next_fault(self, method: str) -> Fault | None:
        """
        Note a call, and return how it must break, if it must.
        """
        self.calls.append(method)
        for fault in self.faults:
            if fault.method == method and fault.times > 0 and fault.chance():
                fault.times -= 1
                self.broken += 1
                return fault
        return None


class _Handler(grpc.GenericRpcHandler):
    def __init__(self, wire: Wire, channel: grpc.aio.Channel) -> None:
        self._wire = wire
        self._channel = channel

    def service(self, details: grpc.HandlerCallDetails) -> Any:
        path, method = details.method, details.method.rpartition("/")[2]
        if method in STREAMING:
            return grpc.unary_stream_rpc_method_handler(self._stream(path, method))
        return grpc.unary_unary_rpc_method_handler(self._single(path, method))

    def _single(self, path: str, method: str) -> Callable[..., Any]:
        async def call(request: bytes, context: grpc.aio.ServicerContext) -> bytes:
            fault = self._wire.next_fault(method)
            if fault and not fault.applied:
                await context.abort(fault.code, "refused on purpose")
            answer: bytes = await _passed_on(
                self._channel.unary_unary(path)(request, metadata=_metadata(context)), context
            )
            if fault:
                await context.abort(fault.code, "lost on purpose")
            return answer

        return call

    def _stream(self, path: str, method: str) -> Callable[..., Any]:
        async def call(request: bytes, context: grpc.aio.ServicerContext) -> AsyncIterator[bytes]:
            fault = self._wire.next_fault(method)
            if fault:
                await context.abort(fault.code, "refused on purpose")
            try:
                async for answer in self._channel.unary_stream(path)(
                    request, metadata=_metadata(context)
                ):
                    yield answer
            except grpc.aio.AioRpcError as error:
                await context.abort(error.code(), error.details() or "")

        return call


async def _passed_on(call: Any, context: grpc.aio.ServicerContext) -> Any:
    try:
        return await call
    except grpc.aio.AioRpcError as error:
        await context.abort(error.code(), error.details() or "")


def _metadata(context: grpc.aio.ServicerContext) -> list[tuple[str, str | bytes]]:
    kept = ("authorization", "google-cloud-resource-prefix", "x-goog-request-params")
    return [(key, value) for key, value in context.invocation_metadata() or () if key in kept]


@contextmanager
def running_wire(target: str) -> Iterator[Wire]:
    """
    Run a wire to an emulator's HOST:PORT, in a thread of its own, for as long as a block lasts.
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
