"""Whether a scenario ended exact: nothing acknowledged is lost, nothing is counted twice."""

import asyncio
import datetime as dt
import json
import os
import time
from dataclasses import dataclass, field

from google.cloud import firestore
from petition.blur import ONE_IN, is_drawn
from petition.documents import CLAIMS, LANES, PETITIONS, SIGNERS

from dev.bench.audit import PETITION
from dev.process import DIRECT
from dev.soak.crowd import Crowd
from dev.soak.stage import PROJECT, Stage

SHOWN_SECONDS = 30


@dataclass(frozen=True)
class Audit:
    """
    What is stored at the end, and what is wrong with it.

    Args:
        counted: The number of signers by the database's own `count()`.
        shown: What readers are told.
        faults: In words; none when it is exact.
    """

    claims: int
    signers: int
    counted: int
    tally: int
    shown: int
    faults: list[str] = field(default_factory=list)


async def audit(stage: Stage, crowd: Crowd) -> Audit:
    """
    Compare what people were told with what is stored, and that with what is told of it.

    The database is read past wires and functions, by Google's own client.
    """
    shown = await asyncio.to_thread(read_shown, stage.functions["count-0"].url)
    os.environ["FIRESTORE_EMULATOR_HOST"] = stage.emulator.host
    try:
        claims, signers, counted, tally = await asyncio.to_thread(read_stored)
    finally:
        del os.environ["FIRESTORE_EMULATOR_HOST"]
    faults = find_faults(crowd, claims, signers, counted, tally, shown)
    return Audit(len(claims), len(signers), counted, tally, shown, faults)


def find_faults(
    crowd: Crowd, claims: set[str], signers: set[str], counted: int, tally: int, shown: int
) -> list[str]:
    """
    Return what is wrong, in words.

    Args:
        claims: Ids; signers: alike.
    """
    faults = []
    sent, acknowledged = crowd.receipts(), crowd.acknowledged_receipts()
    if lost := len(acknowledged - claims):
        faults.append(f"{lost:,} acknowledged claims are not stored")
    if unknown := len(claims - sent):
        faults.append(f"{unknown:,} claims are stored that nobody sent")
    if missing := len(sent - acknowledged):
        faults.append(f"{missing:,} claims were never acknowledged")
    if not tally == len(signers) == counted:
        faults.append(f"tally {tally:,}, signers {len(signers):,}, count() {counted:,}")
    # Who was never acknowledged may or may not be there.
    if not crowd.signers - missing <= len(signers) <= crowd.signers:
        faults.append(f"{crowd.signers:,} addresses signed, {len(signers):,} are counted")
    expected = ONE_IN * sum(map(is_drawn, signers))
    if shown != expected:
        faults.append(f"readers are told {shown:,} instead of {expected:,}")
    return faults


def read_shown(url: str) -> int:
    """
    Return what readers are told of all that is stored by now.

    Raises:
        TimeoutError: No count is as young.
    """
    begun, deadline = dt.datetime.now(dt.UTC), time.monotonic() + SHOWN_SECONDS
    while time.monotonic() < deadline:
        with DIRECT.open(f"{url}/{PETITION}", timeout=SHOWN_SECONDS) as answer:
            count = json.load(answer)
        if dt.datetime.fromisoformat(count["as_of"]) > begun:
            return int(count["signatures"])
        time.sleep(0.2)
    raise TimeoutError


def read_stored() -> tuple[set[str], set[str], int, int]:
    """Return the ids of claims and signers, their number by `count()`, and the tally."""
    client = firestore.Client(project=PROJECT)
    petition = client.document(PETITIONS, PETITION)
    tally = sum(lane.get("signatures") for lane in petition.collection(LANES).stream())
    counted = int(petition.collection(SIGNERS).count().get()[0][0].value)
    claims, signers = (read_ids(petition.collection(name)) for name in (CLAIMS, SIGNERS))
    client.close()  # type: ignore[no-untyped-call]
    return claims, signers, counted, tally


def read_ids(collection: firestore.CollectionReference) -> set[str]:
    """Return the ids of all documents of a collection, without reading their fields."""
    # In one query: the emulator sorts the whole collection for each, so reading an hour's claims
    # page by page would take a quarter of another.
    return {document.id for document in collection.select([]).stream()}
