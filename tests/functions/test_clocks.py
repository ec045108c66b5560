"""Functions go by the database's clock, so that a wrong one of an instance harms nobody."""

import datetime as dt
import json
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from dev.functions import Running
from dev.soak import Missing
from dev.soak.clock import Clock
from tests.conftest import do_without
from tests.functions.database import Database
from tests.functions.signers import PETITION, first_petition, open_form

Start = Callable[..., Running]

HOUR, DAY = 3600, 86_400
PATIENCE_SECONDS = 60  # the first commit of an emulator takes long
READINGS = 3  # of each process, when its memory of two seconds is over


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    """Return a clock that can be moved."""
    try:
        return Clock(tmp_path / "clock")
    except Missing as missing:
        do_without(str(missing))


@pytest.mark.parametrize("wrong", [HOUR, -HOUR, DAY, -DAY])
def test_two_that_count_by_different_clocks_publish_no_more_often(
    http: httpx.Client, start_function: Start, database: Database, clock: Clock, wrong: int
) -> None:
    """Each would take the other's count for stale, and countries would move with each of them."""
    right = f"{start_function('count', BLUR=None, PUBLISH_SECONDS='60').url}/{PETITION}"
    moved = start_function("count", BLUR=None, PUBLISH_SECONDS="60", **clock.variables)
    begun = dt.datetime.now(dt.UTC).replace(microsecond=0)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (before := database.get(f"petitions/{PETITION}")):
        assert http.get(right).is_success
        assert time.monotonic() < deadline

    clock.move(wrong)
    for _ in range(READINGS):
        for url in (right, f"{moved.url}/{PETITION}"):
            told = dt.datetime.fromisoformat(http.get(url).json()["as_of"])
            assert begun <= told <= dt.datetime.now(dt.UTC)
        time.sleep(2.1)  # ours: what a process answers from memory is no reading

    assert database.get(f"petitions/{PETITION}") == before


@pytest.mark.parametrize(("closes", "wrong"), [(HOUR // 2, HOUR), (-HOUR // 2, -HOUR)])
def test_a_petition_closes_when_it_closes(
    http: httpx.Client,
    petitions: Path,
    start_function: Start,
    clock: Clock,
    closes: int,
    wrong: int,
) -> None:
    """Whoever signs within the last hour is not sent away by a clock that is ahead."""
    clock.move(wrong)
    moment = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=closes)
    campaign = first_petition() | dict.fromkeys(("deadline", "closes"), moment.isoformat())
    (petitions / f"{PETITION}.json").write_text(json.dumps(campaign), encoding="utf-8")
    names = ("sign", "count", "share-link")
    url = {n: f"{start_function(n, **clock.variables).url}/{PETITION}" for n in names}

    signed = http.post(url["sign"], json=open_form()).status_code
    told = http.get(url["count"]).json()["status"]
    shared = http.post(url["share-link"], json={"language": "en"}).json()["text"]

    before = campaign["texts"]["en"]
    assert (signed, told) == ((201, "open") if closes > 0 else (409, "closed"))
    assert shared == (before if closes > 0 else before["after"])["share"]


def test_people_sign_at_a_process_whose_clock_jumps(
    http: httpx.Client, start_function: Start, database: Database, clock: Clock
) -> None:
    """Waits, groups and the grid go by a clock that nobody sets."""
    url = f"{start_function('sign', ANSWER_GRID_MS='250', **clock.variables).url}/{PETITION}"

    for wrong in (0, HOUR, -HOUR, DAY, -DAY, 0):
        clock.move(wrong)
        assert http.post(url, json=open_form()).status_code == 201

    audit = database.audit()
    assert (audit.is_exact, audit.tally) == (True, 6)
