"""A petition that is open, closed, or over."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from google.cloud import firestore
from petition.campaign import FOLDER, Texts, load_campaigns
from petition.documents import Public, Published, Status, Sums

from dev.functions import Running
from organizer import ROOT, connection
from organizer.signatures.database import Database
from tests.organizer.conftest import PETITION, Command, Signers


def test_a_closed_petition_takes_no_signature_and_an_open_one_does(
    organizer: Command, start_function: Callable[..., Running], signers: Signers
) -> None:
    organizer("close", "--yes")
    organizer("outcome", "free", "--yes")
    count = start_function("count")
    answer = httpx.get(f"{count.url}/{PETITION}").json()
    assert (answer["status"], answer["outcome"]) == ("closed", "free")
    with pytest.raises(httpx.HTTPStatusError, match="409"):
        signers.sign("Ada")

    organizer("open", "--yes")

    assert httpx.get(f"{start_function('count').url}/{PETITION}").json()["status"] == "open"
    sign = start_function("sign")
    Signers(sign.url, signers.keys).sign("Ada")


@pytest.fixture
def published(client: firestore.Client) -> Callable[[Published], None]:
    """Publish a count, as the function does."""
    document = client.collection("petitions").document(PETITION)

    def publish(published: Published) -> None:
        document.set(published.fields())

    return publish


NOW = dt.datetime(2012, 2, 14, 9, tzinfo=dt.UTC)
BLURRED = Public({"KR": 120}, NOW)


def test_who_closes_is_told_when_the_exact_number_will_be(
    organizer: Command, client: firestore.Client, published: Callable[[Published], None]
) -> None:
    public = replace(BLURRED, closed_at=NOW)
    published(Published(tally=Sums(123), counted_at=NOW, public=public))
    leaving = client.collection("petitions").document(PETITION).collection("leaving")
    for hour in ("20120214T11", "20120216T21", "20120215T03"):
        leaving.document(f"{hour}-{'a' * 24}").set({"signer": "a" * 52})

    waiting = organizer("close", "--yes").err
    for entry in leaving.stream():
        entry.reference.delete()

    assert "until 17 February at 10:00 UTC" in waiting
    again = organizer("close", "--yes").err
    assert again == waiting, "Whether anybody has withdrawn is nobody's business."


def test_who_closes_a_petition_of_exact_numbers_is_told_so(
    organizer: Command, published: Callable[[Published], None]
) -> None:
    published(Published(tally=Sums(123), counted_at=NOW))

    assert "The page tells the exact number already" in organizer("close", "--yes").err


def test_an_exact_number_is_told_no_more_once_the_petition_is_open_again(
    organizer: Command, database: Database, published: Callable[[Published], None]
) -> None:
    public = Public({"KR": 80}, NOW, closed_at=NOW, final=123)
    published(Published(Status.CLOSED, "free", Sums(123), NOW, public))

    organizer("open", "--yes")

    after = database.published()
    assert after == Published(
        Status.OPEN, "free", Sums(123), NOW, replace(public, closed_at=None, final=None)
    )


def test_outcome_knows_only_what_the_petition_has_words_for(organizer: Command) -> None:
    assert organizer("outcome", "perhaps").code == 2


def test_an_outcome_that_resembles_one_is_told_the_nearest(organizer: Command) -> None:
    assert "Did you mean returned?" in organizer("outcome", "return", "--yes").err


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("open",), lambda texts: texts.call),
        (("close",), lambda texts: None),
        (("outcome", "free"), lambda texts: texts.outcomes["free"].headline),
        (("outcome", "none"), lambda texts: None),
    ],
)
def test_what_the_page_will_say_is_shown_in_every_language_and_asked(
    organizer: Command,
    published: Callable[[Published], None],
    database: Database,
    command: tuple[str, ...],
    words: Callable[[Texts], str | None],
) -> None:
    published(Published(Status.OPEN, "returned", counted_at=NOW))
    before = database.published()

    said = organizer(*command, typed=["yes"])

    assert said.code == 3
    assert database.published() == before
    for language, texts in load_campaigns()[PETITION].texts.items():
        phrases = json.loads((ROOT / f"frontend/phrases/{language}.json").read_text())
        assert (words(texts) or phrases["closed.heading"]) in said.err
        if command == ("close",):
            assert texts.outcomes["returned"].headline in said.err


def test_what_is_typed_confirms_it(organizer: Command, database: Database) -> None:
    organizer("close", typed=["close"])
    organizer("outcome", "free", typed=["free"])
    assert (database.published().status, database.published().outcome) == (Status.CLOSED, "free")

    said = organizer("outcome", "returned", typed=["returned"])
    organizer("open", typed=["open"])

    assert "It takes the place of the outcome that is told now: free." in said.err
    assert (database.published().status, database.published().outcome) == (Status.OPEN, "returned")


def test_an_outcome_can_be_taken_back(
    organizer: Command, database: Database, start_function: Callable[..., Running]
) -> None:
    organizer("close", "--yes")
    organizer("outcome", "free", "--yes")

    assert organizer("outcome", "none", typed=["none"]).code == 0

    assert database.published().outcome is None
    count = start_function("count")
    answer = httpx.get(f"{count.url}/{PETITION}").json()
    assert (answer["status"], answer["outcome"]) == ("closed", None)


def test_a_petition_that_closed_by_itself_is_not_said_to_be_open(
    organizer: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = json.loads((FOLDER / f"{PETITION}.json").read_text())
    campaign["closes"] = "2012-03-01T00:00:00+08:00"
    (tmp_path / f"{PETITION}.json").write_text(json.dumps(campaign))
    monkeypatch.setattr(connection, "FOLDER", tmp_path)

    said = organizer("open", "--yes")

    assert said.code == 1
    assert "on 01 March 2012 at 00:00 +08:00" in said.err


def test_an_outcome_before_the_end_is_told_to_wait_for_it(organizer: Command) -> None:
    assert "once you `close` it" in organizer("outcome", "returned", "--yes").err
