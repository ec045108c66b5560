"""
What organizers owe to those who want to be forgotten.
"""

import json
from pathlib import Path

from google.cloud import firestore

from tests.organizer.conftest import Command, Signers, counted, receipt_of


def test_a_receipt_withdraws_its_signature_and_no_other(
    organizer: Command, signers: Signers
) -> None:
    signers.sign("Ada", address="ada@example.org", via="0123456789.weibo")
    signers.sign("Bob", address="bob@example.org", country="US")

    said = organizer("withdraw", "receipt", "--yes", typed=[receipt_of("ada@example.org")])

    assert said.code == 0
    result = json.loads(organizer("count", "--json").out)
    assert (result["signatures"], result["referred"]) == (1, 0)
    assert result["countries"] == [{"country": "US", "signatures": 1}]
    assert counted(organizer) == 1


def test_an_address_withdraws_its_signature_in_every_spelling(
    organizer: Command, signers: Signers, tmp_path: Path
) -> None:
    signers.sign("Ada", address="ada.lovelace@gmail.com")
    pepper = tmp_path / "pepper"
    pepper.write_text(signers.keys.pepper)

    typed = ["Ada.Love.Lace+news@GoogleMail.com"]
    said = organizer("withdraw", "address", "--yes", "--pepper", pepper, typed=typed)

    assert said.code == 0, said.err
    assert counted(organizer) == 0


def test_the_plus_one_may_stay_and_nothing_else_does(
    organizer: Command, signers: Signers, petition: firestore.DocumentReference
) -> None:
    signers.sign("Ada", address="ada@example.org")
    receipt = receipt_of("ada@example.org")

    said = organizer("withdraw", "receipt", "--yes", "--keep-count", typed=[receipt])

    assert said.code == 0
    assert [s.to_dict() for s in petition.collection("signatures").stream()] == [{}]
    assert counted(organizer) == 1
    assert organizer("withdraw", "receipt", "--yes", typed=[receipt]).code == 1


def test_an_unknown_receipt_changes_nothing_and_says_so(
    organizer: Command, signers: Signers
) -> None:
    signers.sign("Ada")

    said = organizer("withdraw", "receipt", "--yes", typed=[receipt_of("nobody@example.org")])

    assert said.code == 1
    assert counted(organizer) == 1


def test_withdrawing_without_a_word_of_confirmation_changes_nothing(
    organizer: Command, signers: Signers
) -> None:
    signers.sign("Ada", address="ada@example.org")

    said = organizer("withdraw", "receipt", typed=[receipt_of("ada@example.org"), "yes"])

    assert said.code == 3
    assert counted(organizer) == 1
