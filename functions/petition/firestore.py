"""
Firestore's protocol: one database, what is read and written there, and what failures mean.

The only module that imports google.cloud. It speaks through Google's generated client and fills
protocol buffers directly, because the convenient client costs ten times the processor time for
each signature (docs/performance.md).

Every request is made once, with a timeout and without the library's retries: the caller knows
what may be repeated. A failure that may or may not have been applied is `Unavailable`; a refused
precondition, which certainly was not, is `Conflict`.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import google.auth
import grpc
from google.api_core import exceptions
from google.cloud.firestore_v1.services.firestore import FirestoreAsyncClient
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcAsyncIOTransport
from google.cloud.firestore_v1.types import firestore as requests

from petition.problems import Unavailable
from petition.settings import Settings
from petition.values import decode, encode

TIMEOUT_SECONDS = 3.0  # ours: a healthy commit takes milliseconds, and a signer is waiting

# After these nobody knows whether a commit was applied (docs/decisions/2026-11-exactly-once.md).
AMBIGUOUS = (
    exceptions.ServiceUnavailable,
    exceptions.DeadlineExceeded,
    exceptions.Aborted,
    exceptions.ResourceExhausted,
    exceptions.InternalServerError,
    exceptions.Cancelled,
    exceptions.Unknown,
)
REFUSED = (exceptions.AlreadyExists, exceptions.FailedPrecondition, exceptions.NotFound)

# Messages as protocol buffers; the generated types around them are what is slow.
_Commit: Any = requests.CommitRequest.pb()
_BatchGet: Any = requests.BatchGetDocumentsRequest.pb()
_RunQuery: Any = requests.RunQueryRequest.pb()


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
        self.message = _Commit()

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
    """One database, connected on first use, because a client belongs to the running event loop."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._database = (
            f"projects/{settings.google_cloud_project}/databases/{settings.firestore_database}"
        )
        self._root = self._database + "/documents/"
        self._client: FirestoreAsyncClient | None = None
        self._connecting = asyncio.Lock()

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
        client = await self._connected()
        with _known_failures():
            await client.commit(
                request=requests.CommitRequest.wrap(batch.message),
                retry=None,
                timeout=TIMEOUT_SECONDS,
            )

    async def existing(self, names: Iterable[str]) -> set[str]:
        """
        Return which of these documents exist, without reading their fields.

        Raises:
            Unavailable: No answer in time.
        """
        request = _BatchGet(documents=[self._root + name for name in names])
        request.mask.field_paths.append("__name__")
        cut = len(self._root)
        return {document.name[cut:] for document in await self._batch_get(request)}

    async def get(self, names: Iterable[str]) -> list[Found]:
        """
        Return those of these documents that exist.

        Raises:
            Unavailable: No answer in time.
        """
        request = _BatchGet(documents=[self._root + name for name in names])
        return [self._found(document) for document in await self._batch_get(request)]

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
        request = _RunQuery(parent=self._root + parent)
        query = request.structured_query
        query.from_.add(collection_id=collection)
        if before is not None:
            where = query.where.field_filter
            where.field.field_path = "__name__"
            where.op = where.Operator.Value("LESS_THAN")
            where.value.reference_value = f"{self._root}{parent}/{collection}/{before}"
        if limit is not None:
            query.limit.value = limit
        client = await self._connected()
        with _known_failures():
            stream = await client.run_query(
                request=requests.RunQueryRequest.wrap(request), retry=None, timeout=TIMEOUT_SECONDS
            )
            answers = [type(answer).pb(answer) async for answer in stream]
        return [self._found(answer.document) for answer in answers if answer.HasField("document")]

    async def _batch_get(self, request: Any) -> list[Any]:
        request.database = self._database
        client = await self._connected()
        with _known_failures():
            stream = await client.batch_get_documents(
                request=requests.BatchGetDocumentsRequest.wrap(request),
                retry=None,
                timeout=TIMEOUT_SECONDS,
            )
            answers = [type(answer).pb(answer) async for answer in stream]
        return [answer.found for answer in answers if answer.HasField("found")]

    def _found(self, document: Any) -> Found:
        name = document.name.removeprefix(self._root)
        return Found(name, decode(document.fields), document.update_time)

    async def _connected(self) -> FirestoreAsyncClient:
        if self._client is None:
            async with self._connecting:
                self._client = self._client or await self._connect()
        return self._client

    async def _connect(self) -> FirestoreAsyncClient:
        if emulator := self._settings.firestore_emulator_host:
            channel = grpc.aio.insecure_channel(emulator)
            return FirestoreAsyncClient(transport=FirestoreGrpcAsyncIOTransport(channel=channel))
        # It asks the metadata server, and would block the event loop meanwhile.
        credentials, _ = await asyncio.to_thread(google.auth.default)
        return FirestoreAsyncClient(credentials=credentials)


@contextmanager
def _known_failures() -> Iterator[None]:
    # The library's messages name documents, so they are dropped here and never logged.
    try:
        yield
    except REFUSED:
        raise Conflict from None
    except AMBIGUOUS:
        raise Unavailable from None
