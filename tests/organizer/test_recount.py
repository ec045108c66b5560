"""What an audit finds, and what a repair corrects."""

import json
from dataclasses import replace

import pytest
from google.cloud import firestore
from petition.documents import Sums

from organizer.signatures.audit import audit, repair
from organizer.signatures.database import Database
from tests.organizer.conftest import Command, Forged, Signers, claim_of, receipt_of, signer_of


def test_recount_finds_nothing_wrong_after_signing_and_withdrawing(
    organizer: Command, signers: Signers
) -> None:
    for name in ("Ada", "Bob", "Cid", "Dan"):
        signers.sign(name, address=f"{name}@example.org", via="0123456789.weibo")
    signers.sign("Cid", address="Cid@example.org", again="a second time")
    organizer("withdraw", "receipt", "--yes", typed=[receipt_of("Ada@example.org")])
    kept = receipt_of("Bob@example.org")
    organizer("withdraw", "receipt", "--yes", "--keep-count", typed=[kept])

    said = organizer("recount", "--thorough", "--json")

    found = json.loads(said.out)
    assert (said.code, found["exact"], found["stored"], found["claims"]) == (0, True, 4, 3)
    assert (found["kept"], found["leaving"]) == (1, 1)


def test_recount_reports_a_difference_and_changes_nothing(
    organizer: Command, forged: Forged, petition: firestore.DocumentReference, database: Database
) -> None:
    forged.add(30)
    petition.collection("lanes").document("5").set({"signatures": 4})

    said = organizer("recount", "--json")

    assert said.code == 1
    assert json.loads(said.out)["drift"]["signatures"] == -4
    assert database.tally().signatures == 34


def test_repair_corrects_total_countries_and_links(
    organizer: Command, forged: Forged, petition: firestore.DocumentReference
) -> None:
    forged.add(30, via="0123456789")
    forged.add(20, country="US")
    wrong = {"signatures": 4, "countries": {"KR": 9, "US": -5}, "referred": 3}
    petition.collection("lanes").document("5").set(wrong)

    said = organizer("recount", "--repair")

    assert said.code == 0
    assert "Repaired" in said.err
    counted = json.loads(organizer("count", "--json").out)
    assert counted["signatures"] == 50
    assert counted["referred"] == 30
    assert counted["countries"][0] == {"country": "KR", "signatures": 30}
    assert organizer("recount", "--thorough").code == 0


def test_what_is_counted_without_a_country_leaves_the_others_as_they_are(
    database: Database,
) -> None:
    for sums in (Sums(3, {"KR": 3}, 0, {"KR": 1}), Sums(0, {}, 2)):
        batch = database.batch()
        batch.count(sums)
        batch.commit()

    assert database.tally() == Sums(3, {"KR": 3}, 2, {"KR": 1})


@pytest.mark.parametrize("earlier_repairs", [0, 1])
def test_two_organizers_who_repair_at_once_add_the_difference_once(
    forged: Forged,
    petition: firestore.DocumentReference,
    database: Database,
    earlier_repairs: int,
) -> None:
    forged.add(30)
    for number in range(earlier_repairs):
        petition.collection("lanes").document("4").set({"signatures": number + 1})
        repair(database, audit(database, thorough=True))
    petition.collection("lanes").document("5").set({"signatures": 4})
    first, second = audit(database, thorough=True), audit(database, thorough=True)

    repair(database, first)
    repair(database, second)

    assert database.tally().signatures == 30


def test_a_kept_signers_country_and_link_are_audited_like_any_others(
    organizer: Command, signers: Signers, petition: firestore.DocumentReference, database: Database
) -> None:
    signers.sign("Ada", address="ada@example.org", country="US", via="0123456789.weibo")
    receipt = receipt_of("ada@example.org")
    organizer("withdraw", "receipt", "--yes", "--keep-count", typed=[receipt])
    wrong = {"signatures": 0, "countries": {"US": -1, "KR": 1}, "referred": -1}
    petition.collection("lanes").document("5").set(wrong)

    assert organizer("recount").code == 0, "The total alone is right."
    assert organizer("recount", "--thorough").code == 1
    organizer("recount", "--repair")

    assert replace(database.tally(), drawn={}) == Sums(1, {"US": 1}, 1)
    assert organizer("recount", "--thorough").code == 0


def test_a_number_of_claims_that_is_wrong_is_said_and_put_right(
    organizer: Command, signers: Signers, petition: firestore.DocumentReference
) -> None:
    signers.sign("Ada", address="ada@example.org")
    signers.sign("Ada", address="ada@example.org", again="a second time")
    signer = petition.collection("signers").document(signer_of("ada@example.org", signers.keys))
    signer.update({"claims": 7})

    said = organizer("recount", "--thorough")
    organizer("recount", "--repair")

    assert said.code == 1
    assert "1 signers say another number of claims than stand" in said.err
    assert (signer.get().to_dict() or {})["claims"] == 2
    assert organizer("recount", "--thorough").code == 0


def test_a_signer_whom_nothing_keeps_and_no_sweep_sees_is_shown_to_the_sweep(
    organizer: Command, signers: Signers, petition: firestore.DocumentReference, database: Database
) -> None:
    signers.sign("Ada", address="ada@example.org")
    organizer("withdraw", "receipt", "--yes", typed=[receipt_of("ada@example.org")])
    for entry in petition.collection("leaving").stream():
        entry.reference.delete()

    said = organizer("recount", "--thorough")
    organizer("recount", "--repair")

    assert said.code == 1
    assert "1 signers have no claim left, and no sweep will see them" in said.err
    assert [e.signer for e in database.leaving()] == [signer_of("ada@example.org", signers.keys)]
    assert organizer("recount", "--thorough").code == 0


def test_a_claim_whose_signer_is_missing_is_counted_again(
    organizer: Command, signers: Signers, petition: firestore.DocumentReference, database: Database
) -> None:
    """Who deletes a signer in the console loses nobody who wants to be counted."""
    signers.sign("Ada", address="ada@example.org", country="US", via="0123456789")
    signers.sign("Bob", address="bob@example.org")
    id = signer_of("ada@example.org", signers.keys)
    signer = petition.collection("signers").document(id)
    before = signer.get().to_dict()
    signer.delete()

    said = organizer("recount", "--thorough", "--json")
    organizer("recount", "--repair")

    found = json.loads(said.out)
    assert (said.code, found["orphaned"], found["stored"], found["counted"]) == (1, 1, 1, 2)
    assert replace(database.tally(), drawn={}) == Sums(2, {"KR": 1, "US": 1}, 1)
    assert signer.get().to_dict() == before
    assert organizer("recount", "--thorough").code == 0
    receipt = receipt_of("ada@example.org")
    assert organizer("withdraw", "receipt", "--yes", typed=[receipt]).code == 0


def test_signers_who_are_counted_again_are_what_they_were(
    forged: Forged, petition: firestore.DocumentReference, database: Database
) -> None:
    forged.add(100, claims=2, via="0123456789")
    signers = petition.collection("signers")
    before = {signer.id: signer.to_dict() or {} for signer in signers.stream()}
    assert {signer["drawn"] for signer in before.values()} == {True, False}
    for id in before:
        signers.document(id).delete()

    repair(database, audit(database, thorough=True))

    assert {signer.id: signer.to_dict() for signer in signers.stream()} == before
    assert audit(database, thorough=True).exact


def test_a_claim_that_lost_its_signer_and_was_erased_is_not_counted_again(
    forged: Forged, petition: firestore.DocumentReference, database: Database
) -> None:
    forged.add(3)
    signer = next(petition.collection("signers").stream())
    signer.reference.delete()
    found = audit(database, thorough=True)
    for claim in petition.collection("claims").stream():
        if claim.get("signer") == signer.id:
            claim.reference.set({})

    repair(database, found)

    assert database.tally().signatures == 2
    assert audit(database, thorough=True).exact


def test_what_changes_while_it_is_repaired_is_looked_at_again(
    forged: Forged, signers: Signers, petition: firestore.DocumentReference, database: Database
) -> None:
    signers.sign("Ada", address="ada@example.org")
    signer = petition.collection("signers").document(signer_of("ada@example.org", signers.keys))
    signer.update({"claims": 5})
    found = audit(database, thorough=True)
    signers.sign("Ada", address="ada@example.org", again="meanwhile")
    assert (signer.get().to_dict() or {})["claims"] == 6

    repair(database, found)

    assert (signer.get().to_dict() or {})["claims"] == 2
    assert audit(database, thorough=True).exact
    assert petition.collection("claims").document(claim_of("ada@example.org")).get().exists
