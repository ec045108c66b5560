"""The few requests that the functions make of a petition's documents."""

import datetime as dt
import random
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from petition.blur import is_drawn
from petition.documents import (
    CLAIMS,
    IDLE,
    IDLE_DOCUMENTS,
    LANES,
    LEAVING,
    LINKS,
    PETITIONS,
    SIGNERS,
    SIGNING_LANES,
    WITHDRAWAL_LANES,
    Claim,
    Leaving,
    Link,
    Published,
    Signer,
    Sums,
)
from petition.firestore import Batch, Firestore
from petition.settings import Settings

UNPREDICTABLE_BYTES = 12  # ours: two entries of one hour never meet


@dataclass(frozen=True, slots=True)
class Known:
    """
    What of a group is stored already.

    Args:
        signers: Ids.
        receipts: Hashes of receipts whose claims are stored, standing or withdrawn.
    """

    signers: frozenset[str]
    receipts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reading:
    """
    A petition's own document, as it was read.

    Args:
        at: When, by the database's clock: one for all instances, whatever their own say; UTC.
        version: For a guarded write; None when there is no document yet.
    """

    published: Published
    at: dt.datetime
    version: Any = None


class Store:
    """The petitions of one database."""

    def __init__(self, settings: Settings) -> None:
        self._firestore = Firestore(settings)

    async def look(self, petition: str, claims: Iterable[Claim], *, receipts: bool) -> Known:
        """
        Tell by one batch read, without fields, what is stored already.

        Args:
            receipts: Whether to look for the claims too, and not for their signers alone.

        Raises:
            Unavailable: No answer in time.
        """
        # Two claims of one address are one name: asked once.
        names = {_path(petition, SIGNERS, claim.signer): None for claim in claims}
        if receipts:
            names |= {_path(petition, CLAIMS, claim.receipt_hash): None for claim in claims}
        found = await self._firestore.existing(names)
        signers, stored = _path(petition, SIGNERS, ""), _path(petition, CLAIMS, "")
        return Known(
            frozenset(name.removeprefix(signers) for name in found if name.startswith(signers)),
            frozenset(name.removeprefix(stored) for name in found if name.startswith(stored)),
        )

    async def add(self, petition: str, claims: Iterable[Claim], known: Known) -> int:
        """
        Store claims and count the signers that are new, all or nothing; also when none is.

        A lane grows by exactly as many as are created (docs/decisions/2026-11-exactly-once.md).

        Returns:
            How many signers are new.

        Raises:
            Conflict: A claim is stored already, or a signer has come or gone since the look.
            Unavailable: They may or may not have been stored.
        """
        batch = self._firestore.batch()
        by_signer: dict[str, list[Claim]] = {}
        for claim in claims:
            batch.create(_path(petition, CLAIMS, claim.receipt_hash), claim.fields())
            by_signer.setdefault(claim.signer, []).append(claim)
        new = []
        for id, own in by_signer.items():
            name = _path(petition, SIGNERS, id)
            if id in known.signers:
                batch.increment(name, {"claims": len(own)}, exists=True)
                continue
            first = own[0]
            signer = Signer(
                len(own), False, first.country, first.via is not None, drawn=is_drawn(id)
            )
            batch.create(name, signer.fields())
            new.append(signer)
        _count(batch, petition, f"{_pick(SIGNING_LANES)}", Sums.of(new))
        await self._firestore.commit(batch)
        return len(new)

    async def published(self, petition: str) -> Reading:
        """
        Return what the petition's own document says.

        Raises:
            Unavailable: No answer in time.
        """
        found, at = await self._firestore.get_at(_path(petition))
        if found is None:
            return Reading(Published(), at)
        return Reading(Published.read(found.fields), at, found.version)

    async def lanes(self, petition: str) -> list[Sums]:
        """
        Return all lanes that have been written.

        Raises:
            Unavailable: No answer in time.
        """
        found = await self._firestore.query(_path(petition), LANES)
        return [Sums.read(document.fields) for document in found]

    async def publish(self, petition: str, published: Published, version: Any) -> None:
        """
        Write what was counted, if the petition's document is still of that version.

        Raises:
            Conflict: Another instance published in between.
            Unavailable: It may or may not have been written.
        """
        batch = self._firestore.batch()
        if version is None:
            batch.create(_path(petition), published.fields())
        else:
            batch.change(_path(petition), published.counted(), version)
        await self._firestore.commit(batch)

    async def add_link(self, petition: str, code: str, link: Link) -> None:
        """
        Store a share link.

        Raises:
            Conflict: The code is taken.
            Unavailable: It may or may not have been stored.
        """
        batch = self._firestore.batch()
        batch.create(_path(petition, LINKS, code), link.fields())
        await self._firestore.commit(batch)

    async def link(self, petition: str, code: str) -> Link | None:
        """
        Return a share link, if it is known.

        Raises:
            Unavailable: No answer in time.
        """
        found = await self._firestore.get([_path(petition, LINKS, code)])
        return Link.read(found[0].fields) if found else None

    async def withdraw(
        self, petition: str, receipt_hash: str, *, keep_count: bool, due: dt.datetime
    ) -> None:
        """
        Empty a claim for ever, and note that its signer has to be looked at; three writes always.

        A claim that is not there is stored empty: a late commit of it, a retry and a courier who
        arrives days later are then refused.

        Args:
            keep_count: Whether the +1 stays.
            due: From when the signer may leave the count; whole hours are kept.

        Raises:
            Conflict: It has changed since it was read.
            Unavailable: It may or may not have been done.
        """
        name = _path(petition, CLAIMS, receipt_hash)
        found = await self._firestore.get([name])
        claim = Claim.read(found[0].fields) if found else Claim()
        batch = self._firestore.batch()
        if found:
            batch.replace(name, {}, found[0].version)
        else:
            batch.create(name, {})
        if claim.stands:
            fields = {"kept": True} if keep_count else None
            signer = _path(petition, SIGNERS, claim.signer)
            batch.increment(signer, {"claims": -1}, fields=fields, exists=True)
            id = Leaving.first_id(due) + secrets.token_hex(UNPREDICTABLE_BYTES)
            batch.create(_path(petition, LEAVING, id), {"signer": claim.signer})
        else:
            # As many writes, to no effect, and to documents that are as seldom written: a flood of
            # such withdrawals must not make them slower than those that find something.
            for idle in random.sample(range(IDLE_DOCUMENTS), 2):
                batch.increment(_path(petition, IDLE, str(idle)), {"nothing": 0})
        await self._firestore.commit(batch)

    async def due(self, petition: str, now: dt.datetime, limit: int) -> list[Leaving]:
        """
        Return what the sweep has to look at, the oldest first.

        Raises:
            Unavailable: No answer in time.
        """
        end = Leaving.first_id(now + dt.timedelta(hours=1))
        found = await self._firestore.query(_path(petition), LEAVING, before=end, limit=limit)
        return [Leaving(entry.id, entry.fields.get("signer") or "") for entry in found]

    async def leave(self, petition: str, entries: Sequence[Leaving]) -> int:
        """
        Delete those signers whom nothing keeps, count them off, and forget the entries.

        Returns:
            How many signers left.

        Raises:
            Conflict: A signer has changed since it was read: it may have claimed again.
            Unavailable: It may or may not have been done; doing it again is safe.
        """
        names = {_path(petition, SIGNERS, entry.signer): None for entry in entries}
        batch = self._firestore.batch()
        gone = []
        for found in await self._firestore.get(names):
            signer = Signer.read(found.fields)
            if not signer.stays:
                batch.delete(found.name, found.version)
                gone.append(signer)
        for entry in entries:
            batch.delete(_path(petition, LEAVING, entry.id))
        _count(batch, petition, f"w{_pick(WITHDRAWAL_LANES)}", -Sums.of(gone))
        await self._firestore.commit(batch)
        return len(gone)


def _count(batch: Batch, petition: str, lane: str, sums: Sums) -> None:
    batch.increment(_path(petition, LANES, lane), sums.increments())


def _pick(lanes: int) -> int:
    # Another each time: a document takes few writes a second, whoever they are by.
    return random.randrange(lanes)  # noqa: S311 – no secret


def _path(petition: str, *rest: str) -> str:
    return "/".join([PETITIONS, petition, *rest])
