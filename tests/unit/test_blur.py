"""
The public numbers: twenty for each drawn signer, right on average, and nothing
for all others.
"""

import base64
import datetime as dt
import hashlib

from hypothesis import given
from hypothesis import strategies as st
from petition.blur import (
    COUNTRY_FLOOR,
    ONE_IN,
    OTHER,
    is_drawn,
    move,
    rank,
    total,
)
from petition.documents import Public, Signer, Sums

MONDAY = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC)
SIGNERS = 100_000

tallies = st.dictionaries(st.sampled_from(["CN", "JP", "KR", "US", "ZZ"]), st.integers(1, 200))


def signer_id(number: int) -> str:
    """Return an id as a pepper makes them, the same each time."""
    digest = hashlib.sha256(f"pepper {number}".encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def signers(count: int, country: str = "KR") -> list[Signer]:
    """Return as many signers as sign stores them."""
    return [Signer(1, False, country, False, is_drawn(signer_id(n))) for n in range(count)]


def test_number_is_right_on_average_and_off_by_what_the_decision_says() -> None:
    shown = total(Sums.of(signers(SIGNERS)))

    usual = (SIGNERS * (ONE_IN - 1)) ** 0.5
    assert abs(shown - SIGNERS) < 4 * usual
    assert shown != SIGNERS


def test_lot_is_the_same_for_an_address_at_any_time() -> None:
    drawn = [is_drawn(signer_id(n)) for n in range(1000)]

    assert drawn == [is_drawn(signer_id(n)) for n in range(1000)]
    assert 20 < sum(drawn) < 100


def test_only_drawn_signers_move_a_number_and_each_by_as_many_as_it_stands_for() -> None:
    before = Sums.of(signers(200))

    after_other = before + Sums.of([Signer(1, False, "KR", False, drawn=False)])
    after_drawn = before + Sums.of([Signer(1, False, "KR", False, drawn=True)])

    assert total(after_other) == total(before)
    assert move(Public(), after_other, MONDAY) == move(Public(), before, MONDAY)
    assert total(after_drawn) == total(before) + ONE_IN


def test_countries_move_with_the_first_count_of_a_day() -> None:
    small = Sums(1, {"KR": 1}, 0, {"KR": 1})
    large = Sums(900, {"KR": 500, "US": 400}, 0, {"KR": 25, "US": 20})

    monday = move(Public(), small, MONDAY)
    evening = move(monday, large, MONDAY.replace(hour=23, minute=59))
    tuesday = move(evening, large, MONDAY.replace(day=24, hour=0, minute=0))

    assert monday.countries == evening.countries == {"KR": ONE_IN}
    assert tuesday.countries == {"KR": 25 * ONE_IN, "US": 20 * ONE_IN}
    assert tuesday.countries_day == dt.datetime(2026, 11, 24, tzinfo=dt.UTC)


def test_country_that_everybody_left_is_shown_no_more() -> None:
    before = move(Public(), Sums(90, {"KR": 90}, 0, {"KR": 4}), MONDAY)

    after = move(before, Sums(), MONDAY.replace(day=24))

    assert after.countries == {}


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
