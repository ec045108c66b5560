"""Whether a run was exact: what is counted against what is stored and what was sent."""

import urllib.request
from dataclasses import dataclass

import asyncpg
from google.cloud import firestore
from petition.documents import CLAIMS, LANES, PETITIONS, SIGNERS

from dev.bench.relational import TOTAL
from dev.process import DIRECT

PETITION = "savemyfriend"


@dataclass(frozen=True)
class Ledger:
    """
    What a database holds after a run.

    Args:
        tally: What it says has signed.
        signers: How many addresses it stores.
        claims: How many submissions; None where only addresses are stored.
    """

    tally: int
    signers: int
    claims: int | None = None


def read_firestore(project: str, *, claims: bool) -> Ledger:
    """
    Add up the lanes and count the documents; FIRESTORE_EMULATOR_HOST must name the emulator.

    Args:
        claims: Whether claims are stored apart from signers, as sign does it.
    """
    client = firestore.Client(project=project)
    petition = client.document(PETITIONS, PETITION)
    tally = sum(lane.get("signatures") for lane in petition.collection(LANES).stream())

    def number(collection: str) -> int:
        return int(petition.collection(collection).count().get()[0][0].value)

    ledger = Ledger(tally, number(SIGNERS), number(CLAIMS) if claims else None)
    client.close()  # type: ignore[no-untyped-call]
    return ledger


def forget(emulator: str, project: str) -> None:
    """Delete a project's documents, so that the emulator does not grow from run to run."""
    url = f"http://{emulator}/emulator/v1/projects/{project}/databases/(default)/documents"
    DIRECT.open(urllib.request.Request(url, method="DELETE")).close()


async def read_postgres(url: str, count: str) -> Ledger:
    """
    Read the total as the service would, and count the rows.

    Args:
        count: As SIGNATURES_COUNT.
    """
    connection = await asyncpg.connect(url)
    try:
        tally, rows = (
            await connection.fetchval(TOTAL[count]),
            await connection.fetchval(TOTAL["insert"]),
        )
    finally:
        await connection.close()
    return Ledger(tally, rows)
