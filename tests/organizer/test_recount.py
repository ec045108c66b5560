"""
What an audit finds, and what a repair corrects.
"""

import json

import pytest
from google.cloud import firestore
from petition.store import Lane

from organizer.signatures.audit import audit, repair
from organizer.signatures.database import Database
from organizer.signatures.drift import difference
from tests.organizer.conftest import Command, Forged, Signers, receipt_of


def test_recount_finds_nothing_wrong_after_signing_and_withdrawing(
    organizer: Command, signers: Signers
) -> None:
    for name in ("Ada", "Bob", "Cid"):
        signers.sign(name, address=f"{name}@example.org", via="0123456789.weibo")
    organizer("withdraw", "receipt", "--yes", typed=[receipt_of("Ada@example.org")])
    kept = receipt_of("Bob@example.org")
    organizer("withdraw", "receipt", "--yes", "--keep-count", typed=[kept])

    said = organizer("recount", "--thorough", "--json")

    found = json.loads(said.out)
    assert (said.code, found["stored"], found["emptied"], found["exact"]) == (0, 2, 1, True)


def test_recount_reports_a_difference_and_changes_nothing(
    organizer: Command, forged: Forged, petition: firestore.DocumentReference, database: Database
) -> None:
    forged.add(30)
    petition.collection("lanes").document("5").set({"signatures": 4})

    said = organizer("recount", "--json")

    assert said.code == 1
    assert json.loads(said.out)["drift"]["signatures"] == -4
    assert sum(lane.signatures for lane in database.lanes()) == 34


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

    assert sum(lane.signatures for lane in database.lanes()) == 30


def test_a_withdrawn_signatures_country_is_believed_of_the_lanes() -> None:
    stored = Lane(3, {"KR": 2}, 1)
    counted = Lane(3, {"KR": 2, "US": 1}, 2)

    assert difference(stored, 1, counted) == Lane(0, {}, 0)


@pytest.mark.parametrize(
    ("counted", "emptied", "added"),
    [
        (Lane(5, {"KR": 5}, 0), 0, Lane(-2, {"KR": -2}, 0)),
        (Lane(2, {"KR": 2}, 0), 0, Lane(1, {"KR": 1}, 0)),
        (Lane(4, {"KR": 3}, 0), 1, Lane(0, {"ZZ": 1}, 0)),
        (Lane(8, {"KR": 4, "US": 4}, 0), 1, Lane(-4, {"KR": -1, "US": -3}, 0)),
    ],
)
def test_after_the_repair_the_countries_add_up_to_the_total(
    counted: Lane, emptied: int, added: Lane
) -> None:
    stored = Lane(3 + emptied, {"KR": 3}, 0)

    assert difference(stored, emptied, counted) == added
    after = sum(counted.countries.values()) + sum(added.countries.values())
    assert after == counted.signatures + added.signatures == stored.signatures
