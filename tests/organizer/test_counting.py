"""
The count that organizers see, and what an audit finds.
"""

import datetime as dt
import json
from collections.abc import Callable

import httpx
import pytest
from google.cloud import firestore
from petition.campaign import load_campaigns
from petition.store import Lane

from dev.functions import Running
from organizer.database import Database
from organizer.drift import difference
from organizer.plots import bar, sparkline
from organizer.recount import mend, take
from organizer.watch import Pace
from tests.organizer.conftest import PETITION, Command, Forged, Signers, receipt_of

NOW = dt.datetime(2012, 2, 14, 9, tzinfo=dt.UTC)


def test_count_tells_what_sign_has_stored(organizer: Command, signers: Signers) -> None:
    signers.sign("Ada")
    signers.sign("Bob", country="US", via="0123456789.weibo")
    signers.sign("Ada", country="US")

    counted = json.loads(organizer("count", "--json").out)

    assert counted["signatures"] == 2
    assert counted["referred"] == 1
    assert counted["countries"] == [
        {"country": "KR", "signatures": 1},
        {"country": "US", "signatures": 1},
    ]


def test_count_shows_a_person_the_total_and_every_country(
    organizer: Command, forged: Forged
) -> None:
    forged.add(1200)
    forged.add(34, country="US")

    said = organizer("count")

    assert "1,234 signatures" in said.out
    assert "1,200" in said.out
    assert "97.2 %" in said.out


def test_every_command_says_which_database_it_talks_to(organizer: Command) -> None:
    said = organizer("count")

    assert said.err.startswith("Petition savemyfriend in emulator 127.0.0.1")


def test_watch_prints_a_line_for_each_look(organizer: Command, forged: Forged) -> None:
    forged.add(60)

    said = organizer("watch", "--times", "2", "--every", "0.2", "--json")

    looks = [json.loads(line) for line in said.out.splitlines()]
    assert [look["signatures"] for look in looks] == [60, 60]
    assert looks[0]["goal"] == 100


def test_watch_estimates_when_the_next_milestone_is_reached() -> None:
    pace = Pace(load_campaigns()[PETITION])
    pace.add(0, 700)
    pace.add(60, 760)

    assert pace.per_minute == 60
    assert pace.reached(NOW) == NOW + dt.timedelta(minutes=4)
    assert "about 14 February 09:04 UTC" in pace.picture(NOW).plain


def test_watch_promises_nothing_when_nobody_signs() -> None:
    pace = Pace(load_campaigns()[PETITION])
    pace.add(0, 700)
    pace.add(60, 700)

    assert pace.reached(NOW) is None
    assert "not in sight" in pace.picture(NOW).plain


def test_a_sparkline_is_as_high_as_its_greatest_number() -> None:
    assert sparkline([0, 5, 10]) == "▁▅█"
    assert bar(10, 10, 3) == "███"
    assert bar(1, 1000, 3) == "▏"


def test_recount_finds_nothing_wrong_after_signing_and_withdrawing(
    organizer: Command, signers: Signers
) -> None:
    for name in ("Ada", "Bob", "Cid"):
        signers.sign(name, address=f"{name}@example.org", via="0123456789.weibo")
    organizer("withdraw", "receipt", "--yes", typed=[receipt_of("Ada@example.org")])
    kept = receipt_of("Bob@example.org")
    organizer("withdraw", "receipt", "--yes", "--keep-count", typed=[kept])

    said = organizer("recount", "--thorough", "--json")

    audit = json.loads(said.out)
    assert (said.code, audit["stored"], audit["emptied"], audit["exact"]) == (0, 2, 1, True)


def test_recount_reports_a_difference_and_changes_nothing(
    organizer: Command, forged: Forged, petition: firestore.DocumentReference, database: Database
) -> None:
    forged.add(30)
    petition.collection("lanes").document("5").set({"signatures": 4})

    said = organizer("recount", "--json")

    assert said.code == 1
    assert json.loads(said.out)["drift"]["signatures"] == -4
    assert sum(lane.signatures for lane in database.lanes()) == 34


def test_repair_mends_total_countries_and_links(
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
        mend(database, take(database, thorough=True))
    petition.collection("lanes").document("5").set({"signatures": 4})
    first, second = take(database, thorough=True), take(database, thorough=True)

    mend(database, first)
    mend(database, second)

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


def test_outcome_knows_only_what_the_petition_has_words_for(organizer: Command) -> None:
    assert organizer("outcome", "perhaps").code == 2


def test_an_outcome_before_the_end_is_told_to_wait_for_it(organizer: Command) -> None:
    assert "once you `close` it" in organizer("outcome", "returned").err
