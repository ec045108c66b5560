"""
A petition's documents as organizers read them; `batch` changes them, and nobody else talks to
Firestore.
"""

import datetime as dt
import os
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

import grpc
from google.auth.credentials import AnonymousCredentials
from google.cloud import firestore
from google.cloud.firestore_v1.base_query import FieldFilter
from petition import base64url
from petition.documents import (
    CLAIMS,
    INVALIDATIONS,
    LANES,
    LEAVING,
    LINKS,
    ORGANIZER_LANE,
    PETITIONS,
    SIGNERS,
    Claim,
    Fields,
    Leaving,
    Link,
    Published,
    Signer,
    Sums,
    via_range,
)

from organizer import MISUNDERSTOOD, CannotDo
from organizer.connection import Connection, nearest
from organizer.signatures.batch import Batch
from organizer.signatures.faults import LONG_READ, NO_DATABASE, PATIENCE, REFUSED, in_sentences
from organizer.signatures.stored import Stored

PAGE = 1000  # ours: claims handled at once; with their boxes about 2 MB
QUERY = 20_000  # ours: documents asked for at once; a longer answer would risk its time limit
SAMPLE_PLACES = 20  # ours: where a sample is taken; no crowd of neighbours fills it
RECEIPT_HASH_BYTES = 32  # SHA-256

Document = TypeVar("Document")


class Database:
    """One petition's part of a database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        if connection.emulator:
            # The client takes it from nowhere else.
            os.environ["FIRESTORE_EMULATOR_HOST"] = connection.emulator
        with in_sentences():
            self._client = firestore.Client(
                project=connection.project,
                database=connection.database,
                credentials=AnonymousCredentials() if connection.emulator else None,  # type: ignore[no-untyped-call]
            )
        self._petition = self._client.collection(PETITIONS).document(connection.petition)
        self._signers = self._petition.collection(SIGNERS)
        self._claims = self._petition.collection(CLAIMS)
        self._leaving = self._petition.collection(LEAVING)

    def batch(self) -> Batch:
        """Return writes of which there is none yet."""
        return Batch(self._client, self._petition)

    def instant(self) -> dt.datetime:
        """Return the database's own time; everything committed before it can be read at it."""
        with in_sentences():
            moment: dt.datetime = self._petition.get(**PATIENCE).read_time
            return moment

    def published(self) -> Published:
        """
        Return what the petition's own document says; nothing, while nobody has signed.

        Raises:
            CannotDo: There is no such database, and the nearest name is told; or no answer.
        """
        try:
            with in_sentences():
                return Published.read(self._petition.get(**PATIENCE).to_dict() or {})
        except NO_DATABASE:
            name, project = self._connection.database, self._connection.project
            raise CannotDo(
                f"There is no database {name!r} in the project {project}"
                f"{nearest(name, self._names())}",
                MISUNDERSTOOD,
            ) from None

    def tally(self, at: dt.datetime | None = None) -> Sums:
        """Return the sum of all lanes, as they are or were at an instant of the last hour."""
        with in_sentences():
            lanes = self._petition.collection(LANES).stream(read_time=at, **LONG_READ)
            return sum((Sums.read(lane.to_dict() or {}) for lane in lanes), Sums())

    def own_lane_version(self, at: dt.datetime) -> Any:
        """Return the update time of the organizers' lane at an instant, None before it existed."""
        with in_sentences():
            lane = self._petition.collection(LANES).document(ORGANIZER_LANE)
            return lane.get(read_time=at, **PATIENCE).update_time

    def count(self, at: dt.datetime | None = None) -> int:
        """Count the signers, by Firestore's own count()."""
        return _count(self._signers, at)

    def count_claims(self, at: dt.datetime | None = None) -> int:
        """Count the claims, empty ones too, by Firestore's own count()."""
        return _count(self._claims, at)

    def signers(self, at: dt.datetime) -> Iterator[list[Stored[Signer]]]:
        """Return all signers at an instant, in the order of their ids, page by page."""
        query = self._signers.select(list(Signer.__slots__)).order_by("__name__")
        return self._pages(query, _signer, at)

    def claims(
        self, fields: Sequence[str], at: dt.datetime | None = None
    ) -> Iterator[list[Stored[Claim]]]:
        """
        Return all claims, empty ones too, in the order of their receipts' hashes, page by page.

        Args:
            fields: Only these are read; `Claim.stands` needs `signer`.
            at: An instant of the last hour at which all pages are read.
        """
        return self._pages(self._claims.select(list(fields)).order_by("__name__"), _claim, at)

    def get_signers(self, ids: Iterable[str]) -> list[Stored[Signer]]:
        """Return those of these signers that exist."""
        return self._get(self._signers, ids, None, _signer)

    def get_claims(
        self, receipt_hashes: Iterable[str], fields: Sequence[str] | None = None
    ) -> list[Stored[Claim]]:
        """Return those of these claims that exist, empty ones too; `fields` as for `claims`."""
        return self._get(self._claims, receipt_hashes, fields, _claim)

    def sample(self, number: int) -> list[Stored[Claim]]:
        """Return standing claims from all over the petition, about `number`, fewer of fewer."""
        found: dict[str, Stored[Claim]] = {}
        query = self._claims.select(["signer", "sealed"]).order_by("__name__")
        starts = [base64url.encode(secrets.token_bytes(32)) for _ in range(SAMPLE_PLACES - 1)]
        with in_sentences():
            for start in ["-", *starts]:  # "-" is the first of all.
                part = query.start_at({"__name__": self._claims.document(start)})
                for snapshot in part.limit(-(-number // SAMPLE_PLACES)).stream(**LONG_READ):
                    found[snapshot.id] = _claim(snapshot)
        return [claim for claim in found.values() if claim.content.stands]

    def leaving(self, at: dt.datetime | None = None) -> list[Leaving]:
        """Return the withdrawals whose signers may still be counted, the first due first."""
        with in_sentences():
            found = self._leaving.order_by("__name__").stream(read_time=at, **LONG_READ)
            return [Leaving(e.id, (e.to_dict() or {}).get("signer") or "") for e in found]

    def count_through(self, code: str) -> int:
        """Count the claims that came through a link; it needs the index of `via`."""
        first, end = via_range(code)
        query = self._claims.where(filter=FieldFilter("via", ">=", first))
        return _count(query.where(filter=FieldFilter("via", "<", end)))

    def count_links(self) -> Counter[str]:
        """Count the standing claims by the link and mark that they came through, all of them."""
        query = self._claims.where(filter=FieldFilter("via", ">", "")).select(["via"])
        pages = self._pages(query.order_by("via").order_by("__name__"), _claim, None)
        return Counter(claim.content.via or "" for page in pages for claim in page)

    def links(self, at: dt.datetime | None = None) -> Iterator[list[Stored[Link]]]:
        """Return all share links with the `via` of their makers, page by page."""
        query = self._petition.collection(LINKS).select(["via"]).order_by("__name__")
        return self._pages(query, _link, at)

    def invalidated(self, id: str | None = None) -> int:
        """Return how many signatures were taken off the count, by one invalidation or in all."""
        records = self._petition.collection(INVALIDATIONS)
        with in_sentences():
            found = [records.document(id).get(**PATIENCE)] if id else records.stream(**LONG_READ)
            return sum((record.to_dict() or {}).get("number", 0) for record in found)

    def _names(self) -> list[str]:
        # Nobody but who mistyped pays for it.
        from google.cloud.firestore_admin_v1 import FirestoreAdminClient
        from google.cloud.firestore_admin_v1.services.firestore_admin import transports

        host = self._connection.emulator
        channel = grpc.insecure_channel(host) if host else None
        transport = transports.FirestoreAdminGrpcTransport(channel=channel)
        admin = FirestoreAdminClient(transport=transport)
        try:
            found = admin.list_databases(parent=f"projects/{self._connection.project}", **PATIENCE)
        except REFUSED:  # Whoever may read a petition need not be allowed to list databases.
            return []
        return [database.name.rpartition("/")[2] for database in found.databases]

    def _pages(
        self, query: Any, read: Callable[[Any], Stored[Document]], at: dt.datetime | None
    ) -> Iterator[list[Stored[Document]]]:
        part, found = query.limit(QUERY), QUERY
        while found == QUERY:
            found = 0
            with in_sentences():
                stream = part.stream(read_time=at, **LONG_READ)
                while page := list(islice(stream, PAGE)):
                    yield [read(snapshot) for snapshot in page]
                    found += len(page)
                    part = query.start_after(page[-1]).limit(QUERY)

    def _get(
        self,
        collection: Any,
        ids: Iterable[str],
        fields: Sequence[str] | None,
        read: Callable[[Any], Stored[Document]],
    ) -> list[Stored[Document]]:
        references = [collection.document(id) for id in ids]
        with in_sentences():
            found = list(self._client.get_all(references, field_paths=fields, **LONG_READ))
        return [read(snapshot) for snapshot in found if snapshot.exists]


def _count(query: Any, at: dt.datetime | None = None) -> int:
    with in_sentences():
        return int(query.count().get(read_time=at, **LONG_READ)[0][0].value)


def _signer(snapshot: Any) -> Stored[Signer]:
    return Stored(snapshot.id, Signer.read(snapshot.to_dict() or {}), snapshot.update_time)


def _claim(snapshot: Any) -> Stored[Claim]:
    fields: Fields = {**(snapshot.to_dict() or {}), "receipt_hash": snapshot.id}
    return Stored(snapshot.id, Claim.read(fields), snapshot.update_time)


def _link(snapshot: Any) -> Stored[Link]:
    return Stored(snapshot.id, Link.read(snapshot.to_dict() or {}), snapshot.update_time)
