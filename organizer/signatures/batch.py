"""
What organizers change, applied together or not at all.

What the functions count on holds here too: whatever changes the number of signers changes a lane
in the same commit. The organizers' changes go to a lane of their own, so that they never contend
with signers.
"""

import datetime as dt
import secrets
from typing import Any

from google.cloud import firestore
from google.cloud.firestore_v1.field_path import FieldPath
from petition.documents import (
    CLAIMS,
    INVALIDATIONS,
    LANES,
    LEAVING,
    ORGANIZER_LANE,
    SIGNERS,
    Claim,
    Invalidation,
    Leaving,
    Signer,
    Status,
    Sums,
)

from organizer.signatures.faults import PATIENCE, UNCERTAIN, Conflict, in_sentences
from organizer.signatures.stored import Stored

UNPREDICTABLE_BYTES = 12  # ours: two entries of one hour never meet


class Batch:
    """Writes to one petition's documents; `Stored` ones must still be as they were read."""

    def __init__(self, client: firestore.Client, petition: Any) -> None:
        self._client = client
        self._petition = petition
        self._batch = client.batch()

    def commit(self) -> None:
        """
        Apply all of it.

        Raises:
            Conflict: A document is not as it was seen, or nobody knows.
        """
        try:
            with in_sentences():
                self._batch.commit(**PATIENCE)
        except UNCERTAIN:
            raise Conflict from None

    def empty_claim(self, claim: Stored[Claim]) -> None:
        """Erase what a claim holds; the empty document refuses it, should it come again."""
        # An update with a precondition can delete every field; a set could carry none.
        fields = [name for name in Claim.__slots__ if name != "receipt_hash"]
        nothing = {name: firestore.DELETE_FIELD for name in fields}
        self._batch.update(self._of(CLAIMS, claim.id), nothing, option=self._as_read(claim))

    def erase_box(self, receipt_hash: str) -> None:
        """Erase what was sealed in a claim, which goes on standing."""
        # Of whoever withdraws meanwhile it erases nothing twice, so it need not be as it was read.
        self._batch.update(self._of(CLAIMS, receipt_hash), {"sealed": firestore.DELETE_FIELD})

    def refuse_claim(self, receipt_hash: str) -> None:
        """Store an empty claim that was never there, so that it is refused when it comes."""
        self._batch.create(self._of(CLAIMS, receipt_hash), {})

    def create_signer(self, id: str, signer: Signer) -> None:
        """Add a signer who must not exist; somebody must `count` it in the same batch."""
        self._batch.create(self._of(SIGNERS, id), signer.fields())

    def release_signer(self, id: str, claims: int, **fields: bool) -> None:
        """Take claims off a signer, who must exist, and set other fields."""
        self._batch.update(
            self._of(SIGNERS, id), {"claims": firestore.Increment(-claims), **fields}
        )

    def change_signer(self, signer: Stored[Signer], **fields: int | bool) -> None:
        """Set some of a signer's fields."""
        self._batch.update(self._of(SIGNERS, signer.id), fields, option=self._as_read(signer))

    def delete_signer(self, signer: Stored[Signer]) -> None:
        """Delete a signer; somebody must `count` it off in the same batch."""
        self._batch.delete(self._of(SIGNERS, signer.id), option=self._as_read(signer))

    def leave(self, signer: str, due: dt.datetime) -> None:
        """Ask the sweep to look at a signer, from an hour on."""
        id = Leaving.first_id(due) + secrets.token_hex(UNPREDICTABLE_BYTES)
        self._batch.create(self._of(LEAVING, id), {"signer": signer})

    def count(self, sums: Sums) -> None:
        """Add to the organizers' lane: an increment, so whoever signs meanwhile counts."""
        fields: dict[str, Any] = {
            "signatures": firestore.Increment(sums.signatures),
            "referred": firestore.Increment(sums.referred),
        }
        for name, numbers in (("countries", sums.countries), ("drawn", sums.drawn)):
            if numbers:  # An empty map would take the place of what is there.
                fields[name] = {code: firestore.Increment(n) for code, n in numbers.items()}
        self._batch.set(self._of(LANES, ORGANIZER_LANE), fields, merge=True)

    def correct(self, sums: Sums, seen: Any) -> None:
        """Add to the organizers' lane if it is of the version `seen`, or still is not there."""
        lane = self._of(LANES, ORGANIZER_LANE)
        if seen is None:
            self._batch.create(lane, sums.fields())
            return
        increments = {
            FieldPath(*path.split(".")).to_api_repr(): firestore.Increment(number)
            for path, number in sums.increments().items()
        }
        option = self._client.write_option(last_update_time=seen)
        self._batch.update(lane, increments, option=option)

    def record(self, id: str, invalidation: Invalidation) -> None:
        """Note signatures that were taken off the count; those of one id are added up."""
        fields = {**invalidation.fields(), "number": firestore.Increment(invalidation.number)}
        self._batch.set(self._of(INVALIDATIONS, id), fields, merge=True)

    def tell_fewer(self, number: int) -> None:
        """
        Take some off the exact number of a closed petition that was told already.

        Told anew as it is then, it would tell how many have withdrawn meanwhile.
        """
        less = {"public": {"final": firestore.Increment(-number)}}
        self._batch.set(self._petition, less, merge=True)

    def set_status(self, status: Status) -> None:
        """Open or close the petition; an exact number that was told is told no more when open."""
        fields: dict[str, Any] = {"status": status.value}
        if status is Status.OPEN:
            fields["public"] = {"final": None, "closed_at": None}
        self._batch.set(self._petition, fields, merge=True)

    def set_outcome(self, outcome: str | None) -> None:
        """Say what became of the people, or that nothing is told."""
        self._batch.set(self._petition, {"outcome": outcome}, merge=True)

    def note_forgotten(self, moment: dt.datetime) -> None:
        """Say that what was sealed is erased."""
        self._batch.set(self._petition, {"forgotten_at": moment}, merge=True)

    def _of(self, collection: str, id: str) -> Any:
        return self._petition.collection(collection).document(id)

    def _as_read(self, stored: Stored[Any]) -> Any:
        return self._client.write_option(last_update_time=stored.version)
