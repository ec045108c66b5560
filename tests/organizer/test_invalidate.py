"""What organizers owe to a count without fraud."""

import datetime as dt
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hpke
from google.cloud import firestore
from petition.documents import Public, Published, Status
from petition.seal import Contents

from organizer.commands import invalidate
from organizer.signatures import invalidation
from organizer.signatures.batch import Batch
from organizer.signatures.database import Database
from organizer.signatures.withdrawal import withdraw_claim
from tests.organizer.conftest import (
    PETITION,
    Command,
    Forged,
    Signers,
    claim_of,
    counted,
    receipt_of,
    sealed_to_another_key,
)

SECOND_DAY = dt.datetime(2012, 2, 15, 9, tzinfo=dt.UTC)


def test_a_preview_changes_nothing(organizer: Command, forged: Forged) -> None:
    forged.add(30)
    forged.add(12, country="US")

    said = organizer("invalidate", "--reason", "bot", "--country", "US")

    assert said.code == 0
    assert "12 of 42" in said.out
    assert counted(organizer) == 42


def test_the_wrong_number_confirms_nothing(organizer: Command, forged: Forged) -> None:
    forged.add(12)

    options = ("--reason", "bot", "--country", "KR", "--really")
    said = organizer("invalidate", *options, typed=["11"])

    assert said.code == 3
    assert counted(organizer) == 12


def test_no_filter_is_never_everything(organizer: Command, forged: Forged) -> None:
    forged.add(2)

    assert organizer("invalidate", "--reason", "bot", "--really", "--confirm", "2").code == 2
    assert counted(organizer) == 2


FILTERS = (
    (("--country", "US"), 300),
    (("--language", "en"), 70),
    (("--country", "us"), 300),
    (("--via", "0123456789"), 40),
    (("--via", "0123456789.weibo"), 40),
    (("--via", "0123456789.LINE"), 0),
    (("--language", "EN"), 70),
    (("--language", "k"), 0),
    (("--since", "2012-02-15T09:00:00"), 25),
    (("--since", "2012-02-15T09:00:00Z"), 25),
    (("--since", "2012-02-15T18:00+09:00"), 25),
    (("--until", "2012-02-15T18:00+09:00"), 470),
    (("--until", "2012-02-15T09:00:00"), 470),
    (("--until", "2012-02-15"), 470),
    (("--country", "US", "--since", "2012-02-15T09:00:00"), 0),
)


@pytest.mark.parametrize(("options", "number"), FILTERS)
def test_a_filter_takes_its_class_off_the_count_and_leaves_the_rest(
    organizer: Command,
    forged: Forged,
    database: Database,
    options: tuple[str, ...],
    number: int,
) -> None:
    forged.add(60)
    forged.add(300, country="US")
    forged.add(70, language="en")
    forged.add(40, via="0123456789.weibo", country="JP")
    forged.add(25, hour=SECOND_DAY)

    sure = ("--reason", "bot", "--really", "--confirm", str(number))
    said = organizer("invalidate", *sure, *options, "--json")

    assert said.code == 0, said.err
    assert json.loads(said.out)["removed"] == number
    assert counted(organizer) == 495 - number
    assert database.invalidated() == number


def test_a_language_means_those_that_begin_so(organizer: Command, forged: Forged) -> None:
    forged.add(3, language="zh-Hans")
    forged.add(2)

    said = organizer("invalidate", "--reason", "bot", "--language", "zh", "--json")

    assert json.loads(said.out)["found"] == 3


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--since", "yesterday"), "'yesterday' is not a time"),
        (("--since", "2012-02-15T10:30"), "write 2012-02-15T10:00Z or 2012-02-15T11:00Z"),
        (("--until", "2012-02-15T10:00+05:30"), "write 2012-02-15T04:00Z or 2012-02-15T05:00Z"),
        (("--since", "2012-02-12"), "before the petition began, on 14 February 2012"),
        (("--until", "2112-02-14"), "in the future"),
        (("--since", "2012-02-16", "--until", "2012-02-15"), "Nothing is signed from"),
        (("--country", "QX"), "There is no country 'QX'"),
        (("--via", "weibo"), "'weibo' is no link"),
        (("--name", "("), "'(' is not a regular expression"),
    ],
)
def test_what_no_claim_can_be_is_refused(
    organizer: Command, forged: Forged, key_file: Path, options: tuple[str, ...], sentence: str
) -> None:
    forged.add(2)

    sure = ("--key", key_file, "--really", "--confirm", "2")
    said = organizer("invalidate", "--reason", "bot", *options, *sure)

    assert said.code == 2
    assert sentence in said.err
    assert counted(organizer) == 2


def test_the_hours_are_said_with_their_zone_before_anything_is_asked(
    organizer: Command, forged: Forged
) -> None:
    forged.add(2)

    hours = ("--since", "2012-02-14", "--until", "2012-02-15T00:00+09:00")
    said = organizer("invalidate", "--reason", "bot", *hours, "--really", typed=["no"])

    assert said.code == 3
    window = (
        "Meant is what was signed from 14 February 2012, 00:00 UTC on and before "
        "14 February 2012, 15:00 UTC (15 February 00:00 at UTC+09:00)."
    )
    assert said.err.index(window) < said.err.index("type 2:")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--country", "FR"), "No claim of 42 fits --country; there is KR (30), US (12)."),
        (("--language", "zh"), "No claim of 42 fits --language; there is ko (42)."),
        (("--via", "9876543210"), "there is 0123456789.weibo (30), no link (12)."),
        (("--since", "2012-02-16"), "No claim of 42 fits --since."),
        (
            ("--country", "US", "--via", "0123456789"),
            "No claim of 42 fits all of it, and some fit each part: --country 12, --via 30.",
        ),
    ],
)
def test_what_fits_nothing_is_told_why_it_may(
    organizer: Command, forged: Forged, options: tuple[str, ...], sentence: str
) -> None:
    forged.add(30, via="0123456789.weibo")
    forged.add(12, country="US")

    said = organizer("invalidate", "--reason", "bot", *options)

    assert said.code == 0
    assert sentence in said.err


@pytest.mark.parametrize(
    ("options", "number"),
    [(("--name", "^bot "), 20), (("--address", "@spam[.]"), 20), (("--unreadable",), 7)],
)
def test_names_addresses_and_unreadable_boxes_are_found_with_the_key(
    organizer: Command,
    forged: Forged,
    key_file: Path,
    options: tuple[str, ...],
    number: int,
) -> None:
    forged.add(60)
    forged.add(20, contents=Contents("Bot 7", "seven@spam.example"), prefix="bot")
    forged.add(7, box=b"\x01" + bytes(2129), prefix="torn")
    forged.add(5, box=sealed_to_another_key(), prefix="other")

    sure = ("--reason", "invented", "--really", "--confirm", str(number))
    organizer("invalidate", *sure, *options, "--key", key_file)

    assert counted(organizer) == 92 - number


def test_what_needs_the_key_is_refused_without_it(organizer: Command) -> None:
    assert organizer("invalidate", "--reason", "bot", "--name", "x").code == 2


def test_only_day_reason_and_number_are_kept(
    organizer: Command, forged: Forged, petition: firestore.DocumentReference
) -> None:
    forged.add(450)

    sure = ("--really", "--confirm", "450")
    organizer("invalidate", "--reason", "bot", "--country", "KR", *sure)

    (record,) = [record.to_dict() for record in petition.collection("invalidations").stream()]
    assert record.keys() == {"day", "reason", "number"}
    assert (record["number"], record["reason"]) == (450, "bot")
    assert (record["day"].hour, record["day"].minute) == (0, 0)


def test_an_interruption_between_two_batches_leaves_the_count_exact(
    organizer: Command, forged: Forged, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    forged.add(500)
    commit = Batch.commit
    batches: list[int] = []

    def interrupted(self: Batch) -> None:
        if batches:
            raise KeyboardInterrupt
        batches.append(1)
        commit(self)

    monkeypatch.setattr(Batch, "commit", interrupted)
    sure = ("--really", "--confirm", "500")
    said = organizer("invalidate", "--reason", "bot", "--country", "KR", *sure)
    monkeypatch.setattr(Batch, "commit", commit)

    assert said.code == 130
    assert "Stopped between two batches" in said.err
    assert counted(organizer) == 350
    assert database.invalidated() == 150


def test_who_withdraws_meanwhile_is_not_counted_off_twice(
    organizer: Command,
    forged: Forged,
    petition: firestore.DocumentReference,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forged.add(50)
    first, second = [claim.id for claim in petition.collection("claims").limit(2).stream()]
    remove = invalidation.remove

    def meanwhile(*arguments: object) -> int:
        withdraw_claim(database, first, keep_count=False, due=SECOND_DAY)
        withdraw_claim(database, second, keep_count=True, due=SECOND_DAY)
        return remove(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(invalidate, "remove", meanwhile)
    sure = ("--really", "--confirm", "50")
    said = organizer("invalidate", "--reason", "bot", "--country", "KR", *sure, "--json")

    assert json.loads(said.out)["removed"] == 48
    assert "2 changed meanwhile and were left" in said.err
    assert counted(organizer) == 2, "One who leaves with the sweep, and one +1 that stays."


def test_who_claims_meanwhile_stays(
    organizer: Command, signers: Signers, monkeypatch: pytest.MonkeyPatch
) -> None:
    signers.sign("Ada", address="ada@example.org", country="FR")
    signers.sign("Bot", address="bot@example.org", country="FR")
    remove = invalidation.remove

    def meanwhile(*arguments: object) -> int:
        signers.sign("Ada", address="ada@example.org", again="in earnest")
        return remove(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(invalidate, "remove", meanwhile)
    sure = ("--really", "--confirm", "2")
    said = organizer("invalidate", "--reason", "bot", "--country", "FR", *sure, "--json")

    assert json.loads(said.out)["removed"] == 1
    assert counted(organizer) == 1


def test_a_strangers_claim_that_looks_like_fraud_does_not_take_its_victim_off(
    organizer: Command, signers: Signers, forged: Forged
) -> None:
    forged.add(20, via="0123456789", country="FR")
    signers.sign("Ada", address="ada@example.org")
    signers.sign("Eve", address="ada@example.org", again="eve", via="0123456789", country="FR")
    fraud = ("invalidate", "--reason", "bot", "--via", "0123456789", "--json")

    preview = organizer(*fraud)
    one = json.loads(preview.out)["found"]
    any_of_them = json.loads(organizer(*fraud, "--any").out)["found"]
    organizer(*fraud, "--really", "--confirm", "20")

    assert (one, any_of_them) == (20, 21)
    assert "Signers of whom only some claims fit: 1; --any means those too." in preview.err
    assert counted(organizer) == 1


def test_a_strangers_claim_does_not_take_off_who_withdrew_and_left_a_plus_one(
    organizer: Command, signers: Signers
) -> None:
    signers.sign("Ada", address="ada@example.org")
    receipt = receipt_of("ada@example.org")
    organizer("withdraw", "receipt", "--yes", "--keep-count", typed=[receipt])
    signers.sign("Eve", address="ada@example.org", again="eve", via="0123456789")

    said = organizer("invalidate", "--reason", "bot", "--via", "0123456789", "--json")

    assert json.loads(said.out)["found"] == 0


def test_an_invalidated_signers_claims_are_all_emptied_and_refused_when_they_come_again(
    organizer: Command, signers: Signers, petition: firestore.DocumentReference
) -> None:
    signers.sign("Bot", address="bot@example.org", country="FR")
    signers.sign("Bot", address="bot@example.org", country="FR", again="twice")
    signers.sign("Ada")

    sure = ("--really", "--confirm", "1")
    organizer("invalidate", "--reason", "bot", "--country", "FR", *sure)
    signers.sign("Bot", address="bot@example.org", country="FR")

    for again in ("", "twice"):
        claim = petition.collection("claims").document(claim_of("bot@example.org", again)).get()
        assert claim.to_dict() == {}
    assert counted(organizer) == 1


def test_any_takes_off_all_claims_of_a_signer(organizer: Command, signers: Signers) -> None:
    signers.sign("Bot", address="bot@example.org", country="FR")
    signers.sign("Bot", address="bot@example.org", country="KR", again="twice")

    sure = ("--any", "--really", "--confirm", "1")
    said = organizer("invalidate", "--reason", "bot", "--country", "FR", *sure, "--json")

    assert json.loads(said.out)["removed"] == 1
    assert counted(organizer) == 0
    assert json.loads(organizer("recount", "--thorough", "--json").out)["claims"] == 0


def test_who_claimed_one_address_more_often_than_a_commit_holds_is_taken_off(
    organizer: Command, forged: Forged, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invalidation, "MAX_WRITES", 20)
    forged.add(3, claims=75)
    forged.add(5, country="US")

    sure = ("--really", "--confirm", "3")
    said = organizer("invalidate", "--reason", "bot", "--country", "KR", *sure, "--json")

    assert json.loads(said.out)["removed"] == 3, said.err
    assert counted(organizer) == 5
    assert json.loads(organizer("recount", "--thorough", "--json").out)["claims"] == 5


def test_a_key_that_opens_nothing_is_refused_before_anything_is_counted_as_fraud(
    organizer: Command, forged: Forged, tmp_path: Path
) -> None:
    forged.add(20)
    organizer("keys", "new", "--single", tmp_path / "another.pem")

    options = ("--unreadable", "--key", tmp_path / "another.pem", "--really", "--confirm", "20")
    said = organizer("invalidate", "--reason", "unreadable", *options)

    assert said.code == 1
    assert "opens none of 20 boxes" in said.err
    assert counted(organizer) == 20


def test_a_box_is_not_unreadable_because_the_old_key_was_not_given(
    organizer: Command, forged: Forged, key_file: Path
) -> None:
    """The key was changed; with the new one alone, what was sealed to the old one is no fraud."""
    forged.add(20)
    forged.add(10, box=sealed_to_another_key(), prefix="before the change")

    options = ("--unreadable", "--key", key_file, "--json")
    said = organizer("invalidate", "--reason", "unreadable", *options)

    assert json.loads(said.out)["found"] == 0


def test_a_box_that_opens_and_holds_nothing_is_unreadable(
    organizer: Command, forged: Forged, key_file: Path
) -> None:
    info = b"savemyfriend/seal/1\0" + PETITION.encode()
    suite = hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_128_GCM)
    public_key = forged.keys.private_key.public_key()
    box = b"\x01" + suite.encrypt(b"nothing".ljust(2048), public_key, info=info)
    forged.add(20)
    forged.add(3, box=box, prefix="nothing")

    options = ("--unreadable", "--key", key_file, "--really", "--confirm", "3")
    organizer("invalidate", "--reason", "unreadable", *options)

    assert counted(organizer) == 20


@pytest.mark.parametrize(("final", "after"), [(50, 38), (None, None)])
def test_an_exact_number_that_was_told_falls_by_as_many_and_tells_of_no_withdrawal(
    organizer: Command,
    forged: Forged,
    database: Database,
    client: firestore.Client,
    final: int | None,
    after: int | None,
) -> None:
    forged.add(30)
    forged.add(12, country="FR")
    public = Public({"KR": 40}, SECOND_DAY, closed_at=SECOND_DAY, final=final)
    document = client.collection("petitions").document(PETITION)
    document.set(Published(Status.CLOSED, public=public).fields())

    sure = ("--really", "--confirm", "12")
    organizer("invalidate", "--reason", "bot", "--country", "FR", *sure)

    published = database.published()
    assert published.public == Public({"KR": 40}, SECOND_DAY, closed_at=SECOND_DAY, final=after)
    assert published.status is Status.CLOSED
