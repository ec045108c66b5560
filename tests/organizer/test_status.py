"""
A petition that is open, closed, or over.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
from google.cloud import firestore
from petition.documents import Public, Published, Status, Sums

from dev.functions import Running
from organizer.signatures.database import Database
from tests.organizer.conftest import PETITION, Command, Signers


def test_a_closed_petition_takes_no_signature_and_an_open_one_does(
    organizer: Command, start_function: Callable[..., Running], signers: Signers
) -> None:
    organizer("close")
    organizer("outcome", "free")
    count = start_function("count")
    answer = httpx.get(f"{count.url}/{PETITION}").json()
    assert (answer["status"], answer["outcome"]) == ("closed", "free")
    with pytest.raises(httpx.HTTPStatusError, match="409"):
        signers.sign("Ada")

    organizer("open")

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

    waiting = organizer("close").err
    for entry in leaving.stream():
        entry.reference.delete()

    assert "until 17 February at 10:00 UTC" in waiting
    assert organizer("close").err == waiting, "Whether anybody has withdrawn is nobody's business."


def test_who_closes_a_petition_of_exact_numbers_is_told_so(
    organizer: Command, published: Callable[[Published], None]
) -> None:
    published(Published(tally=Sums(123), counted_at=NOW))

    assert "The page tells the exact number already" in organizer("close").err


def test_an_exact_number_is_told_no_more_once_the_petition_is_open_again(
    organizer: Command, database: Database, published: Callable[[Published], None]
) -> None:
    public = Public({"KR": 80}, NOW, closed_at=NOW, final=123)
    published(Published(Status.CLOSED, "free", Sums(123), NOW, public))

    organizer("open")

    after = database.published()
    assert after == Published(
        Status.OPEN, "free", Sums(123), NOW, replace(public, closed_at=None, final=None)
    )


def test_outcome_knows_only_what_the_petition_has_words_for(organizer: Command) -> None:
    assert organizer("outcome", "perhaps").code == 2


def test_an_outcome_before_the_end_is_told_to_wait_for_it(organizer: Command) -> None:
    assert "once you `close` it" in organizer("outcome", "returned").err
