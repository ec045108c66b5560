"""
The public numbers: near the truth, in tens, and moved by nothing that anybody can foresee.
"""

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from petition import blur
from petition.blur import (
    COUNTRY_FLOOR,
    FALLEN,
    OTHER,
    SHOWN_STEP,
    follow,
    move,
    rank,
)
from petition.documents import Blur, Public, Sums

MONDAY = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC)
SIGNATURES = 200_000

MOST_CHANCE = 1 / 5  # that one signature moves a number

sums = st.integers(0, 5000)
tallies = st.dictionaries(st.sampled_from(["CN", "JP", "KR", "US", "ZZ"]), st.integers(1, 200))


@pytest.fixture
def chance(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """
    Let chance be the same each time.
    """
    monkeypatch.setattr(blur, "_random", random.Random(2012))  # noqa: S311 – in order to repeat it
    yield


def walk(last: int) -> Iterator[tuple[int, bool]]:
    """
    Count one signature more, up to the last; yield the sum's error and whether the number moved.
    """
    number = follow(None, 0)
    for exact in range(1, last + 1):
        before, number = number, follow(number, exact)
        yield number.shown - exact, number != before


@pytest.mark.usefixtures("chance")
def test_number_stays_near_the_truth() -> None:
    errors = [error for error, _ in walk(SIGNATURES)]

    assert max(map(abs, errors)) < FALLEN / 2 + 50
    assert (sum(error**2 for error in errors) / SIGNATURES) ** 0.5 < 60


@pytest.mark.usefixtures("chance")
def test_waiting_teaches_nothing() -> None:
    """
    Whoever knows every other signer adds inventions until the number has not moved for as long as
    they like; the next signature moves it with the same small chance all the same. So an address
    that they sign with answers whether it was counted in about one of ten tries, and no better
    one can be prepared.
    """
    moved, tried, still = Counter[int](), Counter[int](), 0
    for _, moves in walk(SIGNATURES):
        tried[still] += 1
        moved[still] += moves
        still = 0 if moves else still + 1

    chances = [moved[still] / tried[still] for still in range(25) if tried[still] > 1000]
    assert max(chances) < MOST_CHANCE
    assert max(chances) - min(chances) < 0.06
    assert len(chances) == 25


@pytest.mark.usefixtures("chance")
def test_no_error_makes_the_next_signature_likely_to_move_the_number() -> None:
    """
    Whoever waits until the number is far behind would know that it has to hurry.
    """
    for error in (-FALLEN, -FALLEN // 2, 0, FALLEN // 2, FALLEN - SHOWN_STEP):
        due = Blur(10_000 + error, 10_000)
        moved = [follow(due, 10_000) for _ in range(2000)]

        assert {number.shown for number in moved} == {due.shown + SHOWN_STEP}
        assert sum(number.next == 10_001 for number in moved) / 2000 < 1.2 * MOST_CHANCE


@given(sums, st.integers(0, 400))
def test_number_is_in_tens_and_never_falls_while_signatures_rise(first: int, more: int) -> None:
    before = follow(None, first)
    after = follow(before, first + more)

    assert before.shown % SHOWN_STEP == after.shown % SHOWN_STEP == 0
    assert after.shown >= before.shown >= 0
    assert before.next > first
    assert after.next > first + more


@given(sums, st.integers(0, FALLEN // 2))
def test_withdrawal_moves_nothing_and_neither_does_who_comes_back(exact: int, fewer: int) -> None:
    """
    So going up and down over the same sum tells nothing new.
    """
    before = follow(None, exact)
    fallen = follow(before, max(exact - fewer, before.shown - FALLEN, 0))

    assert fallen == before
    assert follow(fallen, exact) == before


@given(st.integers(0, 200), st.integers(1, 1000))
def test_number_that_the_truth_fell_away_from_begins_anew(exact: int, more: int) -> None:
    high = Blur(exact + FALLEN + more, exact + FALLEN + 2 * more)

    anew = follow(high, exact)

    assert abs(anew.shown - exact) <= FALLEN
    assert anew.next > exact


def test_total_moves_at_each_count_and_countries_with_the_first_of_a_day() -> None:
    small, large = Sums(1, {"KR": 1}), Sums(900, {"KR": 500, "US": 400})
    monday = move(Public(), small, MONDAY)

    evening = move(monday, large, MONDAY.replace(hour=23, minute=59))
    tuesday = move(evening, large, MONDAY.replace(day=24, hour=0, minute=0))

    assert monday.total
    assert evening.total
    assert evening.total.shown > monday.total.shown + 500
    assert evening.countries == monday.countries
    assert tuesday.countries.keys() == {"KR", "US"}
    assert tuesday.countries["KR"].shown > 300
    assert tuesday.countries_day == dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
    assert tuesday.total == evening.total


def test_country_that_adds_up_to_nothing_any_more_is_kept_where_it_was() -> None:
    before = move(Public(), Sums(90, {"KR": 90}), MONDAY)

    after = move(before, Sums(0, {}), MONDAY.replace(day=24))

    assert after.countries == before.countries


def test_countries_stand_greatest_first_and_all_small_ones_as_one() -> None:
    countries = {"US": 60, "DE": 29, "KR": 100, "CN": 60, "FR": 30, "GB": 1}

    assert rank(countries, 300) == [
        ("KR", 100),
        ("CN", 60),
        ("US", 60),
        ("FR", 30),
        (OTHER, 50),
    ]


def test_others_are_what_the_rows_lack_of_the_total_and_never_negative() -> None:
    assert rank({"KR": 100}, 115) == [("KR", 100), (OTHER, 15)]
    assert rank({"KR": 100, "US": 40}, 140) == [("KR", 100), ("US", 40)]
    assert rank({"KR": 100, "US": 40}, 110) == [("KR", 100), ("US", 40)]
    assert rank({}, 0) == []


@given(tallies, st.integers(0, 30))
def test_no_small_country_is_shown_and_none_is_invented(
    countries: dict[str, int], without_country: int
) -> None:
    total = sum(countries.values()) + without_country

    rows = dict(rank(countries, total))

    assert sum(rows.values()) == total
    rows.pop(OTHER, None)
    assert rows.items() <= countries.items()
    assert all(number >= COUNTRY_FLOOR for number in rows.values())
