"""The documents of a petition, and the few requests that the functions make of them."""

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from petition.firestore import (
    Commit,
    Firestore,
    RunAggregation,
    RunQuery,
    add_condition,
    read_number,
    read_numbers,
    read_text,
    read_time,
)
from petition.settings import Settings

if TYPE_CHECKING:  # Only sign pays for importing what makes a signature.
    from petition.signature import Signature

MAX_FOUND = 100  # ours: a receipt opens one signature, unless a client used it again
LANES = 128  # ours: under two writes a second each at 10,000 signatures/s (docs/scaling.md)


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
    """The petitions of one database."""

    def __init__(self, settings: Settings) -> None:
        self._firestore = Firestore(settings)

    async def existing(self, petition: str, ids: Sequence[str]) -> set[str]:
        """
        Return which of these signatures are stored, by one batch read without fields.

        Raises:
            Unavailable: No answer in time.
        """
        prefix = self._name(petition, "signatures", "")
        found = await self._firestore.batch_get([prefix + id for id in ids], fields=False)
        return {document.name.removeprefix(prefix) for document in found}

    async def add(self, petition: str, signatures: Sequence["Signature"]) -> None:
        """
        Store signatures and count them in some lane, all or nothing; also when there are none.

        Raises:
            Conflict: One of them is already stored.
            Unavailable: They may or may not have been stored.
        """
        commit = Commit()
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
        await self._firestore.commit(commit)

    async def published(self, petition: str) -> Published:
        """
        Return what the petition's own document says, or the beginning of everything.

        Raises:
            Unavailable: No answer in time.
        """
        found = await self._firestore.batch_get([self._name(petition)])
        if not found:
            return Published()
        fields = found[0].fields
        return Published(
            status=read_text(fields, "status") or "open",
            outcome=read_text(fields, "outcome"),
            signatures=read_number(fields, "signatures"),
            countries=read_numbers(fields, "countries"),
            counted_at=read_time(fields, "counted_at"),
            version=found[0].update_time,
        )

    async def lanes(self, petition: str) -> list[Lane]:
        """
        Return all lanes that have been written.

        Raises:
            Unavailable: No answer in time.
        """
        request = RunQuery(parent=self._name(petition))
        request.structured_query.from_.add(collection_id="lanes")
        return [
            Lane(
                signatures=read_number(document.fields, "signatures"),
                countries=read_numbers(document.fields, "countries"),
                referred=read_number(document.fields, "referred"),
            )
            for document in await self._firestore.query(request)
        ]

    async def publish(self, petition: str, count: Published) -> None:
        """
        Write signatures, countries and counted_at, if the document is still `count.version`.

        Raises:
            Conflict: Another instance published in between.
            Unavailable: It may or may not have been written.
        """
        commit = Commit()
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
        await self._firestore.commit(commit)

    async def add_link(self, petition: str, code: str, language: str, via: str | None) -> None:
        """
        Store a share link.

        Raises:
            Conflict: The code is taken.
            Unavailable: It may or may not have been stored.
        """
        commit = Commit()
        write = commit.writes.add()
        write.current_document.exists = False
        write.update.name = self._name(petition, "links", code)
        today = dt.datetime.now(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        write.update.fields["language"].string_value = language
        write.update.fields["created_day"].timestamp_value.FromDatetime(today)
        if via:
            write.update.fields["via"].string_value = via
        await self._firestore.commit(commit)

    async def link(self, petition: str, code: str) -> Link | None:
        """
        Return a share link, if it is known.

        Raises:
            Unavailable: No answer in time.
        """
        name = self._name(petition, "links", code)
        found = await self._firestore.batch_get([name])
        return Link(read_text(found[0].fields, "language") or "") if found else None

    async def count_through(self, petition: str, code: str) -> int:
        """
        Count the signatures that came through a link, on whichever network it was shared.

        Raises:
            Unavailable: No answer in time.
        """
        request = RunAggregation(parent=self._name(petition))
        request.structured_aggregation_query.aggregations.add(alias="number").count.SetInParent()
        query = request.structured_aggregation_query.structured_query
        query.from_.add(collection_id="signatures")
        # "." is the last character before "/": the range holds `code` and `code.network` only.
        add_condition(query, "via", "GREATER_THAN_OR_EQUAL", code)
        add_condition(query, "via", "LESS_THAN", code + "/")
        fields = await self._firestore.aggregate(request)
        return int(fields["number"].integer_value)

    async def find(self, petition: str, receipt_hash: str) -> list[Found]:
        """
        Return the signatures that a receipt opens: none or one, or more if it was used again.

        Raises:
            Unavailable: No answer in time.
        """
        request = RunQuery(parent=self._name(petition))
        query = request.structured_query
        query.from_.add(collection_id="signatures")
        query.limit.value = MAX_FOUND
        for field in ("country", "via"):
            query.select.fields.add(field_path=field)
        add_condition(query, "receipt_hash", "EQUAL", receipt_hash)
        return [
            Found(
                name=document.name,
                country=read_text(document.fields, "country"),
                via=read_text(document.fields, "via"),
                version=document.update_time,
            )
            for document in await self._firestore.query(request)
        ]

    async def withdraw(self, petition: str, found: Sequence[Found], *, keep_count: bool) -> None:
        """
        Empty signatures, or delete them and take them off the count; all or nothing.

        An emptied document keeps its address from being counted twice, and holds nothing.

        Raises:
            Conflict: One of them has changed since it was found.
            Unavailable: It may or may not have been done.
        """
        commit = Commit()
        for signature in found:
            write = commit.writes.add()
            write.current_document.update_time.CopyFrom(signature.version)
            if keep_count:
                write.update.name = signature.name
            else:
                write.delete = signature.name
        gone = [] if keep_count else [(s.country, s.via) for s in found]
        self._count(commit, petition, gone, -1)
        await self._firestore.commit(commit)

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

    def _name(self, petition: str, *rest: str) -> str:
        return "/".join([self._firestore.name, "documents", "petitions", petition, *rest])
