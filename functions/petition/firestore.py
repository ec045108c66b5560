"""
Firestore's protocol: one database, what is read and written there, and what failures mean.

It fills Google's messages and sends them over gRPC itself, without Google's client: that costs
ten times the processor time for each claim, and longer to import than everything else together
(docs/decisions/2026-11-firestore-protocol.md).

Every request is made once, with a timeout: the caller knows what may be repeated. A failure that
may or may not have been applied is `Unavailable`; a refused precondition, which certainly was
not, is `Conflict`.
"""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import grpc

from petition.connection import Connection
from petition.messages import (
    BatchGetRequest,
    BatchGetResponse,
    CommitRequest,
    CommitResponse,
    RunQueryRequest,
    RunQueryResponse,
)
from petition.problems import Unavailable
from petition.settings import Settings
from petition.values import decode, encode

TIMEOUT_SECONDS = 3.0  # ours: a healthy commit takes milliseconds, and a signer is waiting
SERVICE = "/google.firestore.v1.Firestore/"

# After these nobody knows whether a commit was applied (docs/decisions/2026-11-exactly-once.md).
AMBIGUOUS = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.UNKNOWN,
}
REFUSED = {
    grpc.StatusCode.ALREADY_EXISTS,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.NOT_FOUND,
}


class Conflict(Exception):
    """Somebody else was faster: a document exists, is gone, or has changed; nothing was applied."""


@dataclass(frozen=True, slots=True)
class Found:
    """
    A document as it was read.

    Args:
        name: Its path below the database's documents, for example petitions/x/links/y.
        version: Its update time, for a guarded write.
    """

    name: str
    fields: dict[str, Any]
    version: Any

    @property
    def id(self) -> str:
        """Return the last part of its path."""
        return self.name.rpartition("/")[2]


class Batch:
    """Writes that are applied together, or not at all; paths as in `Found.name`."""

    def __init__(self, root: str) -> None:
        self._root = root
        self.message = CommitRequest()

    def create(self, name: str, fields: Mapping[str, Any]) -> None:
        """Add a document that must not exist."""
        write = self.message.writes.add()
        write.current_document.exists = False
        write.update.name = self._root + name
        encode(fields, write.update.fields)

    def replace(self, name: str, fields: Mapping[str, Any], version: Any) -> None:
        """Give a document other fields altogether, if it is still the one that was read."""
        write = self.message.writes.add()
        write.current_document.update_time.CopyFrom(version)
        write.update.name = self._root + name
        encode(fields, write.update.fields)

    def change(self, name: str, fields: Mapping[str, Any], version: Any) -> None:
        """Give some of a document's fields another value, if it is still the one that was read."""
        self.replace(name, fields, version)
        self.message.writes[-1].update_mask.field_paths.extend(fields)

    def increment(
        self,
        name: str,
        numbers: Mapping[str, int],
        *,
        fields: Mapping[str, Any] | None = None,
        exists: bool = False,
    ) -> None:
        """
        Add to a document's numbers, by field path, and set other fields of it.

        Args:
            exists: Whether the document must be there; else it is made if it is not.
        """
        write = self.message.writes.add()
        if exists:
            write.current_document.exists = True
        write.update.name = self._root + name
        write.update_mask.SetInParent()
        if fields:
            encode(fields, write.update.fields)
            write.update_mask.field_paths.extend(fields)
        for path, number in numbers.items():
            write.update_transforms.add(field_path=path).increment.integer_value = number

    def delete(self, name: str, version: Any = None) -> None:
        """Delete a document, if it is still the one that was read, or whatever it is by now."""
        write = self.message.writes.add()
        write.delete = self._root + name
        if version is not None:
            write.current_document.update_time.CopyFrom(version)


class Firestore:
    """One database, reached over one connection at a time."""

    def __init__(self, settings: Settings) -> None:
        self._database = (
            f"projects/{settings.google_cloud_project}/databases/{settings.firestore_database}"
        )
        self._root = self._database + "/documents/"
        # Where a request is routed to (google.aip.dev/4222).
        self._metadata = (("x-goog-request-params", f"database={quote(self._database, safe='')}"),)
        self._connection = Connection(settings.firestore_emulator_host)

    def batch(self) -> Batch:
        """Return an empty batch."""
        return Batch(self._root)

    async def commit(self, batch: Batch) -> None:
        """
        Apply all writes of a batch, or none.

        Raises:
            Conflict: A precondition does not hold.
            Unavailable: They may or may not have been applied.
        """
        batch.message.database = self._database
        channel = await self._connection.channel()
        call = channel.unary_unary(
            SERVICE + "Commit", CommitRequest.SerializeToString, CommitResponse.FromString
        )
        with self._known_failures(channel):
            await call(batch.message, timeout=TIMEOUT_SECONDS, metadata=self._metadata)

    async def existing(self, names: Iterable[str]) -> set[str]:
        """
        Return which of these documents exist, without reading their fields.

        Raises:
            Unavailable: No answer in time.
        """
        request = self._ask_for(names)
        request.mask.field_paths.append("__name__")
        cut = len(self._root)
        answers = self._stream("BatchGetDocuments", request, BatchGetResponse)
        return {answer.found.name[cut:] async for answer in answers if answer.HasField("found")}

    async def get(self, names: Iterable[str]) -> list[Found]:
        """
        Return those of these documents that exist.

        Raises:
            Unavailable: No answer in time.
        """
        answers = self._stream("BatchGetDocuments", self._ask_for(names), BatchGetResponse)
        return [self._found(answer.found) async for answer in answers if answer.HasField("found")]

    async def get_at(self, name: str) -> tuple[Found | None, dt.datetime]:
        """
        Return a document, None when there is none, and the time by the database's own clock.

        Raises:
            Unavailable: No answer in time.
        """
        answers = self._stream("BatchGetDocuments", self._ask_for([name]), BatchGetResponse)
        # To the stream's end: a call that is left earlier is cancelled, and its failure unseen.
        (answer,) = [answer async for answer in answers]
        found = self._found(answer.found) if answer.HasField("found") else None
        return found, answer.read_time.ToDatetime(tzinfo=dt.UTC)

    async def query(
        self, parent: str, collection: str, *, before: str | None = None, limit: int | None = None
    ) -> list[Found]:
        """
        Return a collection's documents in the order of their ids.

        Args:
            parent: The document above it.
            before: Only those whose ids are less.
            limit: So many at the most.

        Raises:
            Unavailable: No answer in time.
        """
        request = RunQueryRequest(parent=self._root + parent)
        query = request.structured_query
        query.from_.add(collection_id=collection)
        if before is not None:
            where = query.where.field_filter
            where.field.field_path = "__name__"
            where.op = where.Operator.Value("LESS_THAN")
            where.value.reference_value = f"{self._root}{parent}/{collection}/{before}"
        if limit is not None:
            query.limit.value = limit
        answers = self._stream("RunQuery", request, RunQueryResponse)
        return [
            self._found(answer.document) async for answer in answers if answer.HasField("document")
        ]

    def _ask_for(self, names: Iterable[str]) -> Any:
        return BatchGetRequest(database=self._database, documents=[self._root + n for n in names])

    async def _stream(self, method: str, request: Any, answer: Any) -> AsyncIterator[Any]:
        channel = await self._connection.channel()
        call = channel.unary_stream(
            SERVICE + method, type(request).SerializeToString, answer.FromString
        )
        with self._known_failures(channel):
            async for message in call(request, timeout=TIMEOUT_SECONDS, metadata=self._metadata):
                yield message

    def _found(self, document: Any) -> Found:
        name = document.name.removeprefix(self._root)
        return Found(name, decode(document.fields), document.update_time)

    @contextmanager
    def _known_failures(self, channel: grpc.aio.Channel) -> Iterator[None]:
        # The server's messages name documents, so they are dropped here and never logged.
        try:
            yield
        except asyncio.CancelledError:  # Whoever asked has no more patience (`Cached`).
            self._connection.give_up(channel)
            raise
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
                self._connection.give_up(channel)
            if error.code() in REFUSED:
                raise Conflict from None
            if error.code() in AMBIGUOUS:
                raise Unavailable from None
            raise RuntimeError(f"Firestore refuses: {error.code().name}") from None
