"""What holds for tens of thousands of signatures, made through the real function."""

import json
import threading

from google.cloud import firestore

from tests.chaos.crowd import forms
from tests.organizer.conftest import Command, Signers

SIGNERS = 20_000
SEEN = 3_000  # signed before the repair begins; the others while it goes on


def test_recount_repairs_exactly_while_people_sign(
    organizer: Command,
    signers: Signers,
    client: firestore.Client,
    petition: firestore.DocumentReference,
) -> None:
    crowd = forms(SIGNERS)
    signers.sign_many(crowd[:SEEN])
    # Three signers vanish with their claims and are not counted off, two without theirs, and a
    # lane says what is not so.
    ids = [signer.id for signer in petition.collection("signers").limit(5).stream()]
    for claim in petition.collection("claims").stream():
        if claim.get("signer") in ids[:3]:
            claim.reference.delete()
    for id in ids:
        petition.collection("signers").document(id).delete()
    lane = next(petition.collection("lanes").stream())
    lane.reference.update(
        {
            "signatures": firestore.Increment(500),
            "countries.FR": firestore.Increment(500),
            "referred": firestore.Increment(7),
        }
    )
    signing = threading.Thread(target=signers.sign_many, args=(crowd[SEEN:],))
    signing.start()
    repair = organizer("recount", "--repair", "--json")
    still_signing = signing.is_alive()
    signing.join()

    audit = organizer("recount", "--thorough", "--json")

    assert still_signing
    assert json.loads(repair.out)["drift"]["countries"]["FR"] == -500
    assert audit.code == 0
    found = json.loads(audit.out)
    assert found["stored"] == found["counted"] == SIGNERS - 3
    assert found["exact"]
