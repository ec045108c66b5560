"""The count that organizers see, and how it rises."""

import datetime as dt
import json
import re
import subprocess

import pytest
from google.cloud import firestore
from petition.campaign import load_campaigns
from petition.documents import Public, Published, Sums

from organizer.commands.count import describe
from organizer.commands.watch import Pace
from organizer.plots import bar, sparkline
from organizer.signatures import database
from tests.organizer.conftest import PETITION, Command, Forged, Signers

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


@pytest.mark.parametrize(
    ("public", "told", "sentence"),
    [
        (Public(), {"signatures": 1200, "exact": True}, "The page says 1,200."),
        (Public({}, NOW), {"signatures": 1180, "exact": False}, "says about 1,180."),
        (Public({}, NOW, final=1234), {"signatures": 1234, "exact": True}, "says 1,234."),
    ],
)
def test_count_tells_what_the_page_tells(
    organizer: Command,
    forged: Forged,
    petition: firestore.DocumentReference,
    public: Public,
    told: dict[str, object],
    sentence: str,
) -> None:
    forged.add(1234)
    petition.set(
        Published(tally=Sums(1200, {}, 0, {"KR": 59}), counted_at=NOW, public=public).fields()
    )

    assert json.loads(organizer("count", "--json").out)["public"] == told
    assert sentence in organizer("count").out


def test_count_ranks_the_strongest_links_however_they_were_shared(
    organizer: Command, forged: Forged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PAGE", 3)
    monkeypatch.setattr(database, "QUERY", 6)
    forged.add(30)
    forged.add(7, via="0123456789.weibo")
    forged.add(4, via="0123456789.line")
    forged.add(2, via="0123456789")
    forged.add(9, via="abcdefghjk.qr")
    forged.add(1, via="zzzzzzzzzz")

    counted = json.loads(organizer("count", "--links", "2", "--json").out)

    assert counted["links"] == [
        {"code": "0123456789", "claims": 13, "marks": ["line", "weibo"]},
        {"code": "abcdefghjk", "claims": 9, "marks": ["qr"]},
    ]
    assert "0123456789  " in organizer("count", "--links", "2").out


def test_a_petition_that_closed_by_its_own_date_is_told_closed() -> None:
    campaign = load_campaigns()[PETITION].model_copy(update={"closes": NOW})

    before = describe(campaign, Sums(), Published(), NOW - dt.timedelta(seconds=1), [])
    after = describe(campaign, Sums(), Published(), NOW, [])

    assert (before["status"], after["status"]) == ("open", "closed")


def test_watch_prints_a_line_for_each_look(organizer: Command, forged: Forged) -> None:
    forged.add(60)

    said = organizer("watch", "--times", "2", "--every", "0.2", "--json")

    looks = [json.loads(line) for line in said.out.splitlines()]
    assert [look["signatures"] for look in looks] == [60, 60]
    assert looks[0]["goal"] == 100


def test_watch_prints_each_look_into_a_pipe_at_once(
    in_process: tuple[list[str], dict[str, str]], forged: Forged
) -> None:
    forged.add(60)
    program, env = in_process

    with subprocess.Popen(
        [*program, "watch", "--every", "0.2"], env=env, stdout=subprocess.PIPE, text=True
    ) as watching:
        assert watching.stdout
        lines = [watching.stdout.readline() for _ in range(2)]  # while it goes on
        watching.terminate()

    for line in lines:
        assert re.fullmatch(r"[\d-]+ [\d:]+ UTC  60  \+0.0 a minute  100: not in sight\n", line)


def test_what_is_watched_fits_forty_columns() -> None:
    pace = Pace(load_campaigns()[PETITION])
    for minute in range(90):
        pace.add(60 * minute, 900 * minute)

    for width in (40, 80, 200):
        assert max(map(len, pace.picture(NOW, width).plain.splitlines())) <= width


def test_a_count_fits_forty_columns(
    organizer: Command, forged: Forged, monkeypatch: pytest.MonkeyPatch
) -> None:
    forged.add(1000)
    forged.add(1, country="US")
    monkeypatch.setenv("COLUMNS", "40")

    said = organizer("count")

    assert max(map(len, said.out.splitlines())) <= 40
    assert re.search(r"US +\S+ +1 +0.1 %", said.out), "What is not nothing can be seen."


def test_watch_estimates_when_the_next_milestone_is_reached() -> None:
    pace = Pace(load_campaigns()[PETITION])
    pace.add(0, 700)
    pace.add(60, 760)

    assert pace.per_minute == 60
    assert pace.reached(NOW) == NOW + dt.timedelta(minutes=4)
    assert "about 14 February 09:04 UTC" in pace.picture(NOW, 80).plain


def test_watch_promises_nothing_when_nobody_signs() -> None:
    pace = Pace(load_campaigns()[PETITION])
    pace.add(0, 700)
    pace.add(60, 700)

    assert pace.reached(NOW) is None
    assert "not in sight" in pace.picture(NOW, 80).plain


def test_a_sparkline_is_as_high_as_its_greatest_number() -> None:
    assert sparkline([0, 5, 10]) == "▁▅█"


def test_a_bar_is_as_long_as_its_number_and_never_nothing() -> None:
    assert bar(10, 10, 3) == "███"
    assert bar(1, 1000, 3) == "▏"
