"""What organizers owe to those who want to be forgotten."""

import datetime as dt
import json
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from google.cloud import firestore

from dev.functions import Running
from organizer import ROOT
from organizer.signatures.database import Database
from organizer.signatures.withdrawal import withdraw_claim, withdraw_signer
from tests.organizer.conftest import (
    PETITION,
    Command,
    Signers,
    claim_of,
    counted,
    receipt_of,
    signer_of,
)
from tests.organizer.secret_manager import SecretManager

LONG_AGO = dt.datetime(2012, 2, 14, 9, tzinfo=dt.UTC)


@pytest.fixture
def pepper(signers: Signers, tmp_path: Path) -> Path:
    """Keep the pepper in a file."""
    path = tmp_path / "pepper"
    path.write_text(signers.keys.pepper)
    return path


def claims(petition: firestore.DocumentReference) -> dict[str, dict[str, object]]:
    """Return all claims by id."""
    return {claim.id: claim.to_dict() or {} for claim in petition.collection("claims").stream()}


def test_a_receipt_erases_its_claim_and_no_other_and_the_plus_one_leaves_later(
    organizer: Command, signers: Signers, petition: firestore.DocumentReference, database: Database
) -> None:
    signers.sign("Ada", address="ada@example.org", via="0123456789.weibo")
    signers.sign("Bob", address="bob@example.org", country="US")

    said = organizer("withdraw", "receipt", "--yes", typed=[receipt_of("ada@example.org")])

    assert said.code == 0, said.err
    assert "within three days" in said.err
    stored = claims(petition)
    assert stored[claim_of("ada@example.org")] == {}
    assert stored[claim_of("bob@example.org")]["country"] == "US"
    assert counted(organizer) == 2, "Nobody sees in the number who has written to the organizers."
    (entry,) = database.leaving()
    assert entry.signer == signer_of("ada@example.org", signers.keys)
    due = dt.datetime.strptime(entry.id[:11], "%Y%m%dT%H").replace(tzinfo=dt.UTC)
    hours = (due - dt.datetime.now(dt.UTC)).total_seconds() / 3600
    assert 23 <= hours <= 72


def test_the_sweep_takes_off_whom_organizers_withdrew(
    organizer: Command,
    signers: Signers,
    start_function: Callable[..., Running],
    database: Database,
) -> None:
    signers.sign("Ada", address="ada@example.org", via="0123456789.weibo")
    signers.sign("Bob", address="bob@example.org", country="US")

    assert withdraw_claim(database, claim_of("ada@example.org"), keep_count=False, due=LONG_AGO)
    httpx.post(f"{start_function('sweep').url}/{PETITION}").raise_for_status()

    result = json.loads(organizer("count", "--json").out)
    assert (result["signatures"], result["referred"]) == (1, 0)
    assert result["countries"] == [{"country": "US", "signatures": 1}]
    assert counted(organizer) == 1


def test_who_claims_again_before_the_sweep_stays(
    organizer: Command,
    signers: Signers,
    start_function: Callable[..., Running],
    database: Database,
) -> None:
    signers.sign("Ada", address="ada@example.org")
    withdraw_claim(database, claim_of("ada@example.org"), keep_count=False, due=LONG_AGO)
    signers.sign("Ada", address="ada@example.org", again="after all")

    httpx.post(f"{start_function('sweep').url}/{PETITION}").raise_for_status()

    assert counted(organizer) == 1


def test_a_withdrawn_claim_is_refused_when_it_comes_again(
    organizer: Command, signers: Signers, petition: firestore.DocumentReference
) -> None:
    """A courier may arrive days later; what was never there is refused beforehand too."""
    signers.sign("Ada", address="ada@example.org")
    assert (
        organizer("withdraw", "receipt", "--yes", typed=[receipt_of("ada@example.org")]).code == 0
    )
    early = organizer("withdraw", "receipt", "--yes", typed=[receipt_of("bob@example.org")])

    signers.sign("Ada", address="ada@example.org")
    signers.sign("Bob", address="bob@example.org")

    assert early.code == 1
    assert "it will be refused" in early.err
    assert set(map(str, claims(petition).values())) == {"{}"}
    assert counted(organizer) == 1, "Ada, who leaves later."


def test_an_address_erases_every_claim_of_it_in_every_spelling(
    organizer: Command, signers: Signers, petition: firestore.DocumentReference, pepper: Path
) -> None:
    signers.sign("Ada", address="ada.lovelace@gmail.com")
    signers.sign("Eve", address="adalovelace@gmail.com", again="a stranger's")
    signers.sign("Bob", address="bob@example.org")

    typed = ["Ada.Love.Lace+news@GoogleMail.com"]
    said = organizer("withdraw", "address", "--yes", "--pepper", pepper, typed=typed)

    assert said.code == 0, said.err
    standing = [id for id, claim in claims(petition).items() if claim]
    assert standing == [claim_of("bob@example.org")]
    id = signer_of("ada.lovelace@gmail.com", signers.keys)
    signer = petition.collection("signers").document(id).get().to_dict() or {}
    assert signer["claims"] == 0
    assert counted(organizer) == 2


def test_an_address_takes_back_a_plus_one_that_it_had_left(
    organizer: Command,
    signers: Signers,
    start_function: Callable[..., Running],
    database: Database,
) -> None:
    signers.sign("Ada", address="ada@example.org")
    withdraw_claim(database, claim_of("ada@example.org"), keep_count=True, due=LONG_AGO)
    id = signer_of("ada@example.org", signers.keys)
    sweep = start_function("sweep").url
    httpx.post(f"{sweep}/{PETITION}").raise_for_status()
    assert counted(organizer) == 1

    assert withdraw_signer(database, id, keep_count=False, due=LONG_AGO)
    httpx.post(f"{sweep}/{PETITION}").raise_for_status()

    assert counted(organizer) == 0
    assert not withdraw_signer(database, id, keep_count=False, due=LONG_AGO)


def test_the_plus_one_may_stay_and_nothing_else_does(
    organizer: Command, signers: Signers, petition: firestore.DocumentReference
) -> None:
    signers.sign("Ada", address="ada@example.org")
    receipt = receipt_of("ada@example.org")

    said = organizer("withdraw", "receipt", "--yes", "--keep-count", typed=[receipt])

    assert said.code == 0
    assert list(claims(petition).values()) == [{}]
    (signer,) = [signer.to_dict() or {} for signer in petition.collection("signers").stream()]
    assert (signer["claims"], signer["kept"]) == (0, True)
    assert counted(organizer) == 1
    assert organizer("withdraw", "receipt", "--yes", typed=[receipt]).code == 1


def sign_as_canary(signers: Signers) -> None:
    """Sign as the scheduler does every minute, by what Terraform tells it to send."""
    scheduler = (ROOT / "infra" / "scheduler.tf").read_text()
    form = re.search(r"canary_form = \{(.*?)\}\n", scheduler, re.DOTALL)
    assert form
    body = dict(re.findall(r"(\w+) += (.*)", form[1]))
    filled = {name: re.sub(r'^"|"$', "", _filled(value)) for name, value in body.items()}
    httpx.post(f"{signers.url}/canary", json=filled).raise_for_status()


def _filled(value: str) -> str:
    # format("%043d", 0), alone or within a string
    return re.sub(r'(?:\$\{)?format\("%0(\d+)d", (\d)\)\}?', lambda m: m[2].zfill(int(m[1])), value)


def test_another_pepper_is_refused_where_a_canary_signs(
    organizer: Command, signers: Signers, tmp_path: Path, pepper: Path
) -> None:
    sign_as_canary(signers)
    signers.sign("Ada", address="ada@example.org")
    other = tmp_path / "other"
    other.write_text("x" * 43)
    command = ("withdraw", "address", "--yes", "--pepper")

    wrong = organizer(*command, other, typed=["ada@example.org"])
    unknown = organizer(*command, pepper, typed=["nobody@example.org"])
    right = organizer(*command, pepper, typed=["ada@example.org"])

    assert (wrong.code, unknown.code, right.code) == (1, 1, 0)
    assert "This is not the pepper" in wrong.err
    assert unknown.err.endswith("No claim of this address stands.\n")


def test_where_no_canary_signs_it_is_told_that_the_pepper_could_not_be_tried(
    organizer: Command, signers: Signers, tmp_path: Path
) -> None:
    signers.sign("Ada", address="ada@example.org")
    other = tmp_path / "other"
    other.write_text("x" * 43)

    said = organizer("withdraw", "address", "--yes", "--pepper", other, typed=["ada@example.org"])

    assert said.code == 1
    assert "if that was the petition's pepper" in said.err
    assert counted(organizer) == 1


@pytest.mark.parametrize("by", ["receipt", "address"])
def test_withdrawing_without_a_word_of_confirmation_changes_nothing(
    organizer: Command,
    signers: Signers,
    petition: firestore.DocumentReference,
    pepper: Path,
    by: str,
) -> None:
    signers.sign("Ada", address="ada@example.org")
    before = claims(petition)
    given = receipt_of("ada@example.org") if by == "receipt" else "ada@example.org"

    said = organizer("withdraw", by, "--pepper", pepper, typed=[given, "yes"])

    assert said.code == 3
    assert claims(petition) == before
    assert counted(organizer) == 1


def test_the_pepper_is_read_from_secret_manager(
    organizer: Command, signers: Signers, secrets: SecretManager
) -> None:
    signers.sign("Ada", address="ada@example.org")
    secrets.states["salt"] = {"1": "ENABLED"}
    secrets.contents["salt", "1"] = signers.keys.pepper.encode()
    command = ("withdraw", "address", "--yes")

    unnamed = organizer(*command, typed=["ada@example.org"])
    named = organizer(*command, "--secret", "salt", typed=["ada@example.org"])

    assert unnamed.code == 1
    assert "There is no secret pepper" in unnamed.err
    assert named.code == 0, named.err


def test_more_claims_than_fit_into_one_commit_are_erased_all(
    organizer: Command,
    signers: Signers,
    client: firestore.Client,
    petition: firestore.DocumentReference,
    database: Database,
) -> None:
    signers.sign("Ada", address="ada@example.org")
    id = signer_of("ada@example.org", signers.keys)
    claim = claims(petition)[claim_of("ada@example.org")]
    batch = client.batch()
    for number in range(450):
        batch.create(petition.collection("claims").document(f"{number:043}"), claim)
    batch.update(petition.collection("signers").document(id), {"claims": 451})
    batch.commit()

    assert withdraw_signer(database, id, keep_count=False, due=LONG_AGO)

    assert set(map(str, claims(petition).values())) == {"{}"}
    assert counted(organizer) == 1
