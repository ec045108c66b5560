"""What was sealed is erased for ever once a petition is over, and nothing else."""

import datetime as dt
import json
from pathlib import Path

import pytest
from google.cloud import firestore
from petition.campaign import Campaign, load_campaigns
from petition.documents import Public, Published, Status

from organizer.signatures import forgetting
from organizer.signatures.database import Database
from organizer.signatures.forgetting import Duty, find_duty
from tests.organizer.conftest import PETITION, Command, Forged, Signers, counted, receipt_of

NOW = dt.datetime(2012, 4, 1, tzinfo=dt.UTC)
CLOSED = NOW - dt.timedelta(days=10)
CAMPAIGN = load_campaigns()[PETITION].model_copy(update={"forget_after_days": 30})


def boxes(petition: firestore.DocumentReference) -> int:
    """Return how many claims still have a box."""
    return sum("sealed" in (c.to_dict() or {}) for c in petition.collection("claims").stream())


@pytest.fixture
def over(
    petition: firestore.DocumentReference,
    forged: Forged,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Campaign:
    """Close a petition of twelve which promised to forget thirty days later."""
    forged.add(12, claims=2)
    published = Published(status=Status.CLOSED, public=Public(closed_at=CLOSED))
    petition.set(published.fields())
    (tmp_path / f"{PETITION}.json").write_text(CAMPAIGN.model_dump_json(exclude_none=True))
    monkeypatch.setattr("organizer.connection.FOLDER", tmp_path)
    return CAMPAIGN


def test_boxes_are_erased_and_the_number_and_its_history_stay(
    organizer: Command, over: Campaign, petition: firestore.DocumentReference
) -> None:
    before = json.loads(organizer("stats", "--json").out)

    said = organizer("forget", "--really", typed=[PETITION])

    assert said.code == 0
    assert "24 boxes are erased" in said.err
    assert "organizer burn" in said.out and "exports" in said.out
    assert boxes(petition) == 0
    assert counted(organizer) == 12
    after = json.loads(organizer("stats", "--json").out)
    assert {**after, "as_of": ""} == {**before, "as_of": ""}


def test_without_really_or_with_another_word_nothing_is_erased(
    organizer: Command, over: Campaign, petition: firestore.DocumentReference
) -> None:
    assert organizer("forget").code == 0
    assert organizer("forget", "--really", typed=["yes"]).code == 3
    assert boxes(petition) == 24


def test_an_open_petition_is_refused(
    organizer: Command, forged: Forged, petition: firestore.DocumentReference
) -> None:
    forged.add(2)

    said = organizer("forget", "--really", "--confirm", PETITION)

    assert said.code == 1
    assert "organizer close" in said.err
    assert boxes(petition) == 2


def test_an_interrupted_run_goes_on_where_it_was(
    organizer: Command,
    over: Campaign,
    petition: firestore.DocumentReference,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(forgetting, "TOGETHER", 10)
    erase = forgetting._erase
    done: list[object] = []

    def interrupted(database: Database, claims: list[object]) -> None:
        if done:
            raise KeyboardInterrupt
        done.append(claims)
        erase(database, claims)  # type: ignore[arg-type]

    monkeypatch.setattr(forgetting, "_erase", interrupted)
    assert organizer("forget", "--really", "--confirm", PETITION).code == 130
    assert boxes(petition) == 14
    assert json.loads(organizer("count", "--json").out)["forgotten_at"] is None
    monkeypatch.setattr(forgetting, "_erase", erase)

    said = organizer("forget", "--really", "--confirm", PETITION, "--json")

    assert json.loads(said.out) == {
        "status": "closed",
        "closed_at": "2012-03-22T00:00:00Z",
        "due": "2012-04-21T00:00:00Z",
        "claims": 24,
        "erased": 14,
    }
    assert boxes(petition) == 0


def test_what_is_due_is_told_until_it_is_done(
    organizer: Command, over: Campaign, petition: firestore.DocumentReference
) -> None:
    def doctor() -> dict[str, object]:
        found = json.loads(organizer("doctor", "--json").out)
        return next(finding for finding in found if finding["part"] == "forgetting")

    due = "should have been forgotten by 21 April 2012 00:00 UTC"
    assert due in " ".join(organizer("count").out.split())
    assert doctor()["well"] is False
    assert organizer("forget", "--really", "--confirm", PETITION).code == 0

    assert doctor()["well"] is True
    assert "was forgotten on" in organizer("count").out
    told = json.loads(organizer("count", "--json").out)
    assert told["forget_by"] == "2012-04-21T00:00:00Z"
    assert told["forgotten_at"]


def test_a_forgotten_claim_refuses_what_comes_late_and_can_be_withdrawn(
    organizer: Command, signers: Signers, petition: firestore.DocumentReference
) -> None:
    address = "friend@example.org"
    signers.sign("A friend", address=address)
    signers.sign("Another", address="another@example.org")
    petition.set({"status": "closed"}, merge=True)
    assert organizer("forget", "--really", "--confirm", PETITION).code == 0
    petition.set({"status": "open"}, merge=True)

    signers.sign("A friend", address=address)

    assert boxes(petition) == 0
    assert counted(organizer) == 2
    assert organizer("withdraw", "receipt", typed=[receipt_of(address), "forget"]).code == 0
    standing = [c for c in petition.collection("claims").stream() if c.to_dict()]
    assert len(standing) == 1


def test_what_is_forgotten_is_no_fraud_and_no_key_is_asked_for_it(
    organizer: Command, over: Campaign, key_file: Path, forged: Forged, tmp_path: Path
) -> None:
    assert organizer("forget", "--really", "--confirm", PETITION).code == 0
    unreadable = ("invalidate", "--reason", "unreadable", "--unreadable", "--key", key_file)

    for command in (("export", tmp_path / "all.csv", "--key", key_file), unreadable):
        said = organizer(*command)
        assert said.code == 1
        assert "What was sealed is forgotten" in said.err

    forged.add(3, prefix="late", box=b"\x01" + bytes(40))
    forged.add(3, prefix="later")
    assert json.loads(organizer(*unreadable, "--json").out)["found"] == 3


@pytest.mark.parametrize(
    ("published", "closes", "expected"),
    [
        (Published(), None, Duty(open=True)),
        (Published(), NOW, Duty(open=True, closes=NOW)),
        (
            Published(status=Status.CLOSED, public=Public(closed_at=CLOSED)),
            None,
            Duty(False, None, CLOSED, CLOSED + dt.timedelta(days=30)),
        ),
        (
            Published(public=Public(closed_at=CLOSED)),
            CLOSED - dt.timedelta(hours=1),
            Duty(
                False,
                None,
                CLOSED - dt.timedelta(hours=1),
                CLOSED + dt.timedelta(days=30) - dt.timedelta(hours=1),
            ),
        ),
        (
            Published(
                status=Status.CLOSED,
                public=Public(closed_at=CLOSED),
                forgotten_at=CLOSED - dt.timedelta(days=5),
            ),
            None,
            Duty(False, None, CLOSED, CLOSED + dt.timedelta(days=30)),
        ),
        (Published(status=Status.CLOSED), None, Duty(False)),
    ],
    ids=["open", "about-to-close", "closed", "closed-by-itself", "opened-again", "nobody-knows"],
)
def test_what_is_due_follows_from_when_it_closed(
    published: Published, closes: dt.datetime | None, expected: Duty
) -> None:
    campaign = CAMPAIGN.model_copy(update={"closes": closes})

    assert find_duty(campaign, published, NOW - dt.timedelta(minutes=1)) == expected
