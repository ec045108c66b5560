"""
What organizers owe to a count without fraud.
"""

import datetime as dt
import json
from pathlib import Path

import pytest
from google.cloud import firestore
from petition.seal import Words

from organizer.commands import invalidate
from organizer.signatures.database import Database
from tests.organizer.conftest import Command, Forged, counted

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
    (("--via", "0123456789"), 40),
    (("--since", "2012-02-15T09:00:00"), 25),
    (("--until", "2012-02-15T09:00:00"), 470),
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
    assert database.invalidated_in_all() == number


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
    forged.add(20, contents=Words("Bot 7", "seven@spam.example"), prefix="bot")
    forged.add(7, box=b"\x01" + bytes(2129), prefix="torn")

    sure = ("--reason", "invented", "--really", "--confirm", str(number))
    organizer("invalidate", *sure, *options, "--key", key_file)

    assert counted(organizer) == 87 - number


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
    erase = Database.erase
    batches: list[int] = []

    def interrupted(self: Database, *arguments: object) -> None:
        if batches:
            raise KeyboardInterrupt
        batches.append(1)
        erase(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Database, "erase", interrupted)
    sure = ("--really", "--confirm", "500")
    organizer("invalidate", "--reason", "bot", "--country", "KR", *sure)
    monkeypatch.setattr(Database, "erase", erase)

    assert counted(organizer) == 300
    assert database.invalidated_in_all() == 200


def test_who_withdraws_meanwhile_is_not_counted_off_twice(
    organizer: Command,
    forged: Forged,
    petition: firestore.DocumentReference,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forged.add(50)
    before = database.get(s.id for s in petition.collection("signatures").limit(2).stream())
    remove = invalidate.remove

    def meanwhile(*arguments: object) -> int:
        database.forget(before[:1], keep_count=False)
        database.forget(before[1:], keep_count=True)
        return remove(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(invalidate, "remove", meanwhile)
    sure = ("--really", "--confirm", "50")
    said = organizer("invalidate", "--reason", "bot", "--country", "KR", *sure, "--json")

    assert json.loads(said.out)["removed"] == 48
    assert counted(organizer) == 1
