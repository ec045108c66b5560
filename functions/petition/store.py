"""
Firestore: the documents of a petition, and the few requests that the functions make of it.

The only module that imports google.cloud. It speaks through Google's generated client and fills
protocol buffers directly, because the convenient client costs ten times the processor time for
each signature (docs/performance.md).

Every request is made once, with a timeout and without the library's retries: the caller knows
what may be repeated. A failure that may or may not have been applied is `Unavailable`; a refused
precondition, which certainly was not, is `Conflict`.
"""

import asyncio
import datetime as dt
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import google.auth
import grpc
from google.api_core import exceptions
from google.cloud.firestore_v1.services.firestore import FirestoreAsyncClient
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcAsyncIOTransport
from google.cloud.firestore_v1.types import firestore as requests

from petition.problems import Unavailable
from petition.settings import Settings

if TYPE_CHECKING:  # Only sign pays for importing what makes a signature.
    from petition.signature import Signature

TIMEOUT_SECONDS = 3.0  # ours: a healthy commit takes milliseconds, and a signer is waiting
MAX_FOUND = 100  # ours: a receipt opens one signature, unless a client used it again
LANES = 128  # ours: under two writes a second each at 10,000 signatures/s (docs/scaling.md)

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

_Commit: Any = requests.CommitRequest.pb()
_BatchGet: Any = requests.BatchGetDocumentsRequest.pb()
_RunQuery: Any = requests.RunQueryRequest.pb()
_RunAggregation: Any = requests.RunAggregationQueryRequest.pb()


class Conflict(Exception):
    """Somebody else was faster: a document exists, is gone, or has changed; nothing was applied."""


@dataclass(frozen=True)
class Lane:
    """One of the documents that are added up to the tally."""

    signatures: int
    countries: dict[str, int]
    referred: int


@dataclass(frozen=True)
class Published:
    """
    What `petitions/{p}` says.

    Args:
        countries: By code, not folded.
        counted_at: Aware, UTC; None when nobody has counted yet.
        version: The document's update time, for a guarded write; None when there is no document.
    """

    status: str = "open"
    outcome: str | None = None
    signatures: int = 0
    countries: Mapping[str, int] | None = None
    counted_at: dt.datetime | None = None
    version: Any = None


@dataclass(frozen=True)
class Link:
    """A share link: the language that its landing page speaks."""

    language: str


@dataclass(frozen=True)
class Found:
    """A signature that a receipt opens: what is needed to take it back."""

    name: str
    country: str | None
    via: str | None
    version: Any


class Store:
    """
    One database, connected on first use, because a client belongs to the running event loop.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._database = (
            f"projects/{settings.google_cloud_project}/databases/{settings.firestore_database}"
        )
        self._client: FirestoreAsyncClient | None = None
        self._connecting = asyncio.Lock()

    async def existing(self, petition: str, ids: Sequence[str]) -> set[str]:
        """
        Return which of these signatures are stored, by one batch read without fields.

        Raises:
            Unavailable: No answer in time.
        """
        prefix = self._name(petition, "signatures", "")
        request = _BatchGet(database=self._database, documents=[prefix + id for id in ids])
        request.mask.field_paths.append("__name__")
        found = await self._batch_get(request)
        return {document.name.removeprefix(prefix) for document in found}

    async def add(self, petition: str, signatures: Sequence["Signature"]) -> None:
        """
        Store signatures and count them in some lane, all or nothing; also when there are none.

        Raises:
            Conflict: One of them is already stored.
            Unavailable: They may or may not have been stored.
        """
        commit = _Commit(database=self._database)
        prefix = self._name(petition, "signatures", "")
        hour = dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0)
        for signature in signatures:
            write = commit.writes.add()
            write.current_document.exists = False
            write.update.name = prefix + signature.id
            fields = write.update.fields
            fields["sealed"].bytes_value = signature.sealed
            fields["receipt_hash"].string_value = signature.receipt_hash
            fields["country"].string_value = signature.country
            fields["language"].string_value = signature.language
            fields["signed_hour"].timestamp_value.FromDatetime(hour)
            if signature.via:
                fields["via"].string_value = signature.via
        self._count(commit, petition, [(s.country, s.via) for s in signatures], 1)
        await self._commit(commit)

    async def published(self, petition: str) -> Published:
        """
        Return what the petition's own document says, or the beginning of everything.

        Raises:
            Unavailable: No answer in time.
        """
        request = _BatchGet(database=self._database, documents=[self._name(petition)])
        found = await self._batch_get(request)
        if not found:
            return Published()
        fields = found[0].fields
        return Published(
            status=_text(fields, "status") or "open",
            outcome=_text(fields, "outcome"),
            signatures=_number(fields, "signatures"),
            countries=_numbers(fields, "countries"),
            counted_at=_time(fields, "counted_at"),
            version=found[0].update_time,
        )

    async def lanes(self, petition: str) -> list[Lane]:
        """
        Return all lanes that have been written.

        Raises:
            Unavailable: No answer in time.
        """
        request = _RunQuery(parent=self._name(petition))
        request.structured_query.from_.add(collection_id="lanes")
        return [
            Lane(
                signatures=_number(document.fields, "signatures"),
                countries=_numbers(document.fields, "countries"),
                referred=_number(document.fields, "referred"),
            )
            for document in await self._query(request)
        ]

    async def publish(self, petition: str, count: Published) -> None:
        """
        Write signatures, countries and counted_at, if the document is still `count.version`.

        Raises:
            Conflict: Another instance published in between.
            Unavailable: It may or may not have been written.
        """
        commit = _Commit(database=self._database)
        write = commit.writes.add()
        write.update.name = self._name(petition)
        fields = write.update.fields
        fields["signatures"].integer_value = count.signatures
        fields["countries"].map_value.SetInParent()
        for country, number in (count.countries or {}).items():
            fields["countries"].map_value.fields[country].integer_value = number
        fields["counted_at"].timestamp_value.FromDatetime(count.counted_at)
        if count.version is None:
            write.current_document.exists = False
            fields["status"].string_value = count.status
            fields["outcome"].null_value = 0
        else:
            write.current_document.update_time.CopyFrom(count.version)
            write.update_mask.field_paths.extend(["signatures", "countries", "counted_at"])
        await self._commit(commit)

    async def add_link(self, petition: str, code: str, language: str, via: str | None) -> None:
        """
        Store a share link.

        Raises:
            Conflict: The code is taken.
            Unavailable: It may or may not have been stored.
        """
        commit = _Commit(database=self._database)
        write = commit.writes.add()
        write.current_document.exists = False
        write.update.name = self._name(petition, "links", code)
        today = dt.datetime.now(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        write.update.fields["language"].string_value = language
        write.update.fields["created_day"].timestamp_value.FromDatetime(today)
        if via:
            write.update.fields["via"].string_value = via
        await self._commit(commit)

    async def link(self, petition: str, code: str) -> Link | None:
        """
        Return a share link, if it is known.

        Raises:
            Unavailable: No answer in time.
        """
        name = self._name(petition, "links", code)
        found = await self._batch_get(_BatchGet(database=self._database, documents=[name]))
        return Link(_text(found[0].fields, "language") or "") if found else None

    async def count_through(self, petition: str, code: str) -> int:
        """
        Count the signatures that came through a link, on whichever network it was shared.

        Raises:
            Unavailable: No answer in time.
        """
        request = _RunAggregation(parent=self._name(petition))
        request.structured_aggregation_query.aggregations.add(alias="number").count.SetInParent()
        query = request.structured_aggregation_query.structured_query
        query.from_.add(collection_id="signatures")
        # "." is the last character before "/": the range holds `code` and `code.network` only.
        _where(query, "via", "GREATER_THAN_OR_EQUAL", code)
        _where(query, "via", "LESS_THAN", code + "/")
        client = await self._connected()
        with _known_failures():
            stream = await client.run_aggregation_query(
                request=requests.RunAggregationQueryRequest.wrap(request),
                retry=None,
                timeout=TIMEOUT_SECONDS,
            )
            async for response in stream:
                fields = type(response).pb(response).result.aggregate_fields
                return int(fields["number"].integer_value)
        raise Unavailable

    async def find(self, petition: str, receipt_hash: str) -> list[Found]:
        """
        Return the signatures that a receipt opens: none or one, or more if it was used again.

        Raises:
            Unavailable: No answer in time.
        """
        request = _RunQuery(parent=self._name(petition))
        query = request.structured_query
        query.from_.add(collection_id="signatures")
        query.limit.value = MAX_FOUND
        for field in ("country", "via"):
            query.select.fields.add(field_path=field)
        _where(query, "receipt_hash", "EQUAL", receipt_hash)
        return [
            Found(
                name=document.name,
                country=_text(document.fields, "country"),
                via=_text(document.fields, "via"),
                version=document.update_time,
            )
            for document in await self._query(request)
        ]

    async def withdraw(self, petition: str, found: Sequence[Found], *, keep_count: bool) -> None:
        """
        Empty signatures, or delete them and take them off the count; all or nothing.

        An emptied document keeps its address from being counted twice, and holds nothing.

        Raises:
            Conflict: One of them has changed since it was found.
            Unavailable: It may or may not have been done.
        """
        commit = _Commit(database=self._database)
        for signature in found:
            write = commit.writes.add()
            write.current_document.update_time.CopyFrom(signature.version)
            if keep_count:
                write.update.name = signature.name
            else:
                write.delete = signature.name
        gone = [] if keep_count else [(s.country, s.via) for s in found]
        self._count(commit, petition, gone, -1)
        await self._commit(commit)

    def _count(
        self,
        commit: Any,
        petition: str,
        counted: Sequence[tuple[str | None, str | None]],
        step: int,
    ) -> None:
        # Without signatures it adds 0: an answer must not take another time then.
        sums = {"signatures": 0, "referred": 0}
        for country, via in counted:
            sums["signatures"] += step
            sums["referred"] += step if via else 0
            if country:
                sums[f"countries.{country}"] = sums.get(f"countries.{country}", 0) + step
        # Another lane each time: a document takes few writes a second, whoever they are by.
        lane = str(random.randrange(LANES))  # noqa: S311 – no secret
        write = commit.writes.add()
        write.update.name = self._name(petition, "lanes", lane)
        write.update_mask.SetInParent()
        for path, number in sums.items():
            transform = write.update_transforms.add(field_path=path)
            transform.increment.integer_value = number

    async def _commit(self, commit: Any) -> None:
        client = await self._connected()
        with _known_failures():
            await client.commit(
                request=requests.CommitRequest.wrap(commit), retry=None, timeout=TIMEOUT_SECONDS
            )

    async def _batch_get(self, request: Any) -> list[Any]:
        client = await self._connected()
        with _known_failures():
            stream = await client.batch_get_documents(
                request=requests.BatchGetDocumentsRequest.wrap(request),
                retry=None,
                timeout=TIMEOUT_SECONDS,
            )
            responses = [type(response).pb(response) async for response in stream]
        return [response.found for response in responses if response.HasField("found")]

    async def _query(self, request: Any) -> list[Any]:
        client = await self._connected()
        with _known_failures():
            stream = await client.run_query(
                request=requests.RunQueryRequest.wrap(request), retry=None, timeout=TIMEOUT_SECONDS
            )
            responses = [type(response).pb(response) async for response in stream]
        return [response.document for response in responses if response.HasField("document")]

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

    def _name(self, petition: str, *rest: str) -> str:
        return "/".join([self._database, "documents", "petitions", petition, *rest])


@contextmanager
def _known_failures() -> Iterator[None]:
    # The library's messages name documents, so they are dropped here and never logged.
    try:
        yield
    except REFUSED:
        raise Conflict from None
    except AMBIGUOUS:
        raise Unavailable from None


def _where(query: Any, field: str, operator: str, value: str) -> None:
    if not query.HasField("where"):
        query.where.composite_filter.op = "AND"
    clause = query.where.composite_filter.filters.add().field_filter
    clause.field.field_path = field
    clause.op = clause.Operator.Value(operator)
    clause.value.string_value = value


def _text(fields: Any, name: str) -> str | None:
    return (fields[name].string_value if name in fields else "") or None


def _number(fields: Any, name: str) -> int:
    return int(fields[name].integer_value) if name in fields else 0


def _numbers(fields: Any, name: str) -> dict[str, int]:
    values = fields[name].map_value.fields if name in fields else {}
    return {key: int(value.integer_value) for key, value in values.items()}


def _time(fields: Any, name: str) -> dt.datetime | None:
    if name not in fields:
        return None
    moment: dt.datetime = fields[name].timestamp_value.ToDatetime(dt.UTC)
    return moment
