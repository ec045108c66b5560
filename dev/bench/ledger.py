"""Whether a run was exact: the lanes against the documents."""

import urllib.request

from google.cloud import firestore

from dev.process import DIRECT


def count_ledger(project: str) -> tuple[int, int]:
    """
    Return the tally, which is the sum of the lanes, and the number of signatures stored.

    FIRESTORE_EMULATOR_HOST must name the emulator.
    """
    client = firestore.Client(project=project)
    petition = client.document("petitions/savemyfriend")
    lanes = petition.collection("lanes").stream()
    tally = sum(lane.get("signatures") for lane in lanes)
    documents = int(petition.collection("signatures").count().get()[0][0].value)
    client.close()  # type: ignore[no-untyped-call]
    return tally, documents


def forget(emulator: str, project: str) -> None:
    """Delete a project's documents, so that the emulator does not grow from run to run."""
    url = f"http://{emulator}/emulator/v1/projects/{project}/databases/(default)/documents"
    DIRECT.open(urllib.request.Request(url, method="DELETE")).close()
