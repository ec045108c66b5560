"""
A petition's documents, as organizers read and change them; nothing else here talks to Firestore.

What the functions count on holds here too: whatever changes the number of signatures changes a
lane in the same commit. The organizers' changes go to a lane of their own, so that they never
contend with signers.
"""

import datetime as dt
import os
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from typing import Any

from google.auth.credentials import AnonymousCredentials
from google.cloud import firestore
from google.cloud.firestore_v1.base_query import FieldFilter
from google.cloud.firestore_v1.field_path import FieldPath
from petition.store import Lane, Published

from organizer.connection import Connection
from organizer.signatures.drift import sums_of
from organizer.signatures.faults import UNCERTAIN, Conflict, in_sentences
from organizer.signatures.stored import Stored, read

OWN_LANE = "organizer"  # beside the functions' lanes, which have numbers
PAGE = 1000  # ours: signatures handled at once; with their boxes about 2 MB
QUERY = 20_000  # ours: signatures asked for at once; a longer answer would risk its time limit
MAX_DELETES = 200  # ours: a commit stays small and its lane is busy for milliseconds
READ_SECONDS = 60.0


class Database:
    """One petition's part of a database."""

    def __init__(self, connection: Connection) -> None:
        if connection.emulator:
            # The client takes it from nowhere else.
            os.environ["FIRESTORE_EMULATOR_HOST"] = connection.emulator
        with in_sentences():
            self._client = firestore.Client(
                project=connection.project,
                database=connection.database,
                credentials=AnonymousCredentials() if connection.emulator else None,  # type: ignore[no-untyped-call]
            )
        self._petition = self._client.collection("petitions").document(connection.petition)
        self._signatures = self._petition.collection("signatures")
        self._lanes = self._petition.collection("lanes")

    def instant(self) -> dt.datetime:
        """Return the database's own time; everything committed before it can be read at it."""
        with in_sentences():
            moment: dt.datetime = self._petition.get().read_time
            return moment

    def published(self) -> Published:
        """Return what the petition's own document says, which is what the page shows."""
        with in_sentences():
            snapshot = self._petition.get()
        fields = snapshot.to_dict() or {}
        return Published(
            status=fields.get("status") or "open",
            outcome=fields.get("outcome"),
            signatures=fields.get("signatures", 0),
            countries=fields.get("countries") or {},
            counted_at=fields.get("counted_at"),
            version=snapshot.update_time,
        )

    def lanes(self, at: dt.datetime | None = None) -> list[Lane]:
        """Return all lanes, as they are or were at an instant of the last hour."""
        with in_sentences():
            found = list(self._lanes.stream(read_time=at, timeout=READ_SECONDS))
        return [_lane(snapshot.to_dict() or {}) for snapshot in found]

    def own_lane_version(self, at: dt.datetime) -> Any:
        """Return the update time of the organizers' lane at an instant, None before it existed."""
        with in_sentences():
            return self._lanes.document(OWN_LANE).get(read_time=at).update_time

    def count(self, at: dt.datetime | None = None) -> int:
        """Count the documents of signatures, by Firestore's own count()."""
        with in_sentences():
            results = self._signatures.count().get(read_time=at, timeout=READ_SECONDS)
        return int(results[0][0].value)

    def pages(
        self,
        fields: Sequence[str],
        *,
        after: str | None = None,
        at: dt.datetime | None = None,
    ) -> Iterator[list[Stored]]:
        """
        Return all signatures in the order of their ids, which tells nothing, page by page.

        Args:
            fields: Only these are read; include `country` if `Stored.emptied` is asked.
            after: The id to go on behind.
            at: An instant of the last hour at which all pages are read.
        """
        query = self._signatures.select(list(fields)).order_by("__name__").limit(QUERY)
        found = QUERY
        while found == QUERY:
            cursor = {"__name__": self._signatures.document(after)} if after else None
            part = query.start_after(cursor) if cursor else query
            found = 0
            with in_sentences():
                stream = part.stream(read_time=at)
                while page := [read(snapshot) for snapshot in islice(stream, PAGE)]:
                    yield page
                    found += len(page)
                    after = page[-1].id

    def find(self, receipt_hash: str) -> list[Stored]:
        """Return the signatures that a receipt opens."""
        query = self._signatures.where(filter=FieldFilter("receipt_hash", "==", receipt_hash))
        with in_sentences():
            return [read(s) for s in query.select(["country", "via"]).stream()]

    def get(self, ids: Iterable[str]) -> list[Stored]:
        """Return those of these signatures that exist."""
        references = [self._signatures.document(id) for id in ids]
        with in_sentences():
            found = list(self._client.get_all(references, field_paths=["country", "via"]))
        return [read(snapshot) for snapshot in found if snapshot.exists]

    def count_through(self, code: str) -> int:
        """Count the signatures that came through a link; it needs the index of `via`."""
        # "." is the last character before "/": the range holds `code` and `code.network` only.
        query = self._signatures.where(filter=FieldFilter("via", ">=", code))
        query = query.where(filter=FieldFilter("via", "<", code + "/"))
        with in_sentences():
            return int(query.count().get()[0][0].value)

    def set_status(self, **fields: str | None) -> None:
        """Write `status` or `outcome`, and nothing else, into the petition's own document."""
        with in_sentences():
            self._petition.set(fields, merge=True)

    def forget(self, found: Sequence[Stored], *, keep_count: bool) -> None:
        """
        Empty signatures, or delete them and take them off the count; all or nothing.

        Raises:
            Conflict: One of them is not as it was found, or nobody knows.
        """
        if keep_count:
            self._commit(self._emptying(found))
        else:
            self.erase(found)

    def erase(self, found: Sequence[Stored], record: Mapping[str, Any] | None = None) -> None:
        """
        Delete at most MAX_DELETES signatures and take them off the count; all or nothing.

        Args:
            record: `id`, `day` and `reason` of the invalidation that they are added to.

        Raises:
            Conflict: One of them is not as it was found, or nobody knows.
        """
        batch = self._client.batch()
        for signature in found:
            option = self._client.write_option(last_update_time=signature.version)
            batch.delete(self._signatures.document(signature.id), option=option)
        self._add(batch, sums_of(found, -1))
        if record:
            noted = {"day": record["day"], "reason": record["reason"]}
            noted["number"] = firestore.Increment(len(found))
            batch.set(self._invalidation(record["id"]), noted, merge=True)
        self._commit(batch)

    def invalidated(self, record_id: str) -> int:
        """Return how many signatures an invalidation has deleted."""
        with in_sentences():
            fields = self._invalidation(record_id).get().to_dict() or {}
        return int(fields.get("number", 0))

    def invalidated_in_all(self) -> int:
        """Return how many signatures all invalidations have deleted."""
        with in_sentences():
            found = list(self._petition.collection("invalidations").stream())
        return sum((record.to_dict() or {}).get("number", 0) for record in found)

    def repair(self, difference: Lane, seen: Any) -> None:
        """
        Add a difference to the organizers' lane.

        Args:
            seen: That lane's version when the difference was found, so that two organizers who
                repair at the same time do not both add it.

        Raises:
            Conflict: The lane has changed since, or nobody knows.
        """
        batch = self._client.batch()
        lane = self._lanes.document(OWN_LANE)
        if seen is None:
            batch.create(lane, asdict(difference))
        else:
            values = _flat_increments(difference)
            batch.update(lane, values, option=self._client.write_option(last_update_time=seen))
        self._commit(batch)

    def _emptying(self, found: Sequence[Stored]) -> Any:
        batch = self._client.batch()
        for signature in found:
            # An update with a precondition can delete every field; a set could carry none.
            document = self._signatures.document(signature.id)
            fields = ("sealed", "receipt_hash", "country", "language", "via", "signed_hour")
            nothing = {field: firestore.DELETE_FIELD for field in fields}
            option = self._client.write_option(last_update_time=signature.version)
            batch.update(document, nothing, option=option)
        return batch

    def _invalidation(self, record_id: str) -> Any:
        return self._petition.collection("invalidations").document(record_id)

    def _add(self, batch: Any, difference: Lane) -> None:
        countries = {c: firestore.Increment(n) for c, n in difference.countries.items()}
        fields = {
            "signatures": firestore.Increment(difference.signatures),
            "referred": firestore.Increment(difference.referred),
            "countries": countries,
        }
        batch.set(self._lanes.document(OWN_LANE), fields, merge=True)

    def _commit(self, batch: Any) -> None:
        try:
            with in_sentences():
                batch.commit()
        except UNCERTAIN:
            raise Conflict from None


def new_record_id() -> str:
    """Return an id for an invalidation, which says nothing."""
    return uuid.uuid4().hex


def _lane(fields: Mapping[str, Any]) -> Lane:
    return Lane(
        signatures=fields.get("signatures", 0),
        countries=dict(fields.get("countries") or {}),
        referred=fields.get("referred", 0),
    )


def _flat_increments(difference: Lane) -> dict[str, Any]:
    values = {
        "signatures": firestore.Increment(difference.signatures),
        "referred": firestore.Increment(difference.referred),
    }
    for country, number in difference.countries.items():
        values[FieldPath("countries", country).to_api_repr()] = firestore.Increment(number)
    return values
