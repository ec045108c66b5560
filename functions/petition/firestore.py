"""
Firestore's protocol: one database, its three kinds of request, and what their failures mean.

The only module that imports google.cloud. It speaks through Google's generated client and fills
protocol buffers directly, because the convenient client costs ten times the processor time for
each signature (docs/performance.md).

Every request is made once, with a timeout and without the library's retries: the caller knows
what may be repeated. A failure that may or may not have been applied is `Unavailable`; a refused
precondition, which certainly was not, is `Conflict`.
"""

import asyncio
import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import google.auth
import grpc
from google.api_core import exceptions
from google.cloud.firestore_v1.services.firestore import FirestoreAsyncClient
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcAsyncIOTransport
from google.cloud.firestore_v1.types import firestore as requests

from petition.problems import Unavailable
from petition.settings import Settings

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
Commit: Any = requests.CommitRequest.pb()
_BatchGet: Any = requests.BatchGetDocumentsRequest.pb()
RunQuery: Any = requests.RunQueryRequest.pb()
RunAggregation: Any = requests.RunAggregationQueryRequest.pb()


class Conflict(Exception):
    """Somebody else was faster: a document exists, is gone, or has changed; nothing was applied."""


class Firestore:
    """
    One database, connected on first use, because a client belongs to the running event loop.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.name = (
            f"projects/{settings.google_cloud_project}/databases/{settings.firestore_database}"
        )
        self._client: FirestoreAsyncClient | None = None
        self._connecting = asyncio.Lock()

    async def commit(self, commit: Any) -> None:
        """
        Apply all writes of a Commit, or none.

        Raises:
            Conflict: A precondition does not hold.
            Unavailable: They may or may not have been applied.
        """
        commit.database = self.name
        client = await self._connected()
        with _known_failures():
            await client.commit(
                request=requests.CommitRequest.wrap(commit), retry=None, timeout=TIMEOUT_SECONDS
            )

    async def batch_get(self, names: Iterable[str], *, fields: bool = True) -> list[Any]:
        """
        Return those of the named documents that exist, with or without their fields.

        Raises:
            Unavailable: No answer in time.
        """
        request = _BatchGet(database=self.name, documents=names)
        if not fields:
            request.mask.field_paths.append("__name__")
        client = await self._connected()
        with _known_failures():
            stream = await client.batch_get_documents(
                request=requests.BatchGetDocumentsRequest.wrap(request),
                retry=None,
                timeout=TIMEOUT_SECONDS,
            )
            responses = [type(response).pb(response) async for response in stream]
        return [response.found for response in responses if response.HasField("found")]

    async def query(self, request: Any) -> list[Any]:
        """
        Return the documents of a RunQuery.

        Raises:
            Unavailable: No answer in time.
        """
        client = await self._connected()
        with _known_failures():
            stream = await client.run_query(
                request=requests.RunQueryRequest.wrap(request), retry=None, timeout=TIMEOUT_SECONDS
            )
            responses = [type(response).pb(response) async for response in stream]
        return [response.document for response in responses if response.HasField("document")]

    async def aggregate(self, request: Any) -> Any:
        """
        Return the fields of a RunAggregation's one result.

        Raises:
            Unavailable: No answer in time.
        """
        client = await self._connected()
        with _known_failures():
            stream = await client.run_aggregation_query(
                request=requests.RunAggregationQueryRequest.wrap(request),
                retry=None,
                timeout=TIMEOUT_SECONDS,
            )
            async for response in stream:
                return type(response).pb(response).result.aggregate_fields
        raise Unavailable

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


def add_condition(query: Any, field: str, operator: str, value: str) -> None:
    """Add a condition that must hold beside the others of a structured query."""
    if not query.HasField("where"):
        query.where.composite_filter.op = "AND"
    clause = query.where.composite_filter.filters.add().field_filter
    clause.field.field_path = field
    clause.op = clause.Operator.Value(operator)
    clause.value.string_value = value


def read_text(fields: Any, name: str) -> str | None:
    """Return a field's text, None when it is empty or missing."""
    return (fields[name].string_value if name in fields else "") or None


def read_number(fields: Any, name: str) -> int:
    """Return a field's integer, 0 when it is missing."""
    return int(fields[name].integer_value) if name in fields else 0


def read_numbers(fields: Any, name: str) -> dict[str, int]:
    """Return a field's map of integers, empty when it is missing."""
    values = fields[name].map_value.fields if name in fields else {}
    return {key: int(value.integer_value) for key, value in values.items()}


def read_time(fields: Any, name: str) -> dt.datetime | None:
    """Return a field's timestamp, aware, in UTC."""
    if name not in fields:
        return None
    moment: dt.datetime = fields[name].timestamp_value.ToDatetime(dt.UTC)
    return moment
