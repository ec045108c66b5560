"""
The sum of the lanes, and what of it may be shown.
"""

from hypothesis import given
from hypothesis import strategies as st
from petition.country import COUNTRIES
from petition.store import Lane
from petition.tally import FLOOR, OTHER, add_up, fold

codes = st.sampled_from(sorted(COUNTRIES)[:8])
lanes = st.lists(
    st.dictionaries(codes, st.integers(0, 40)).map(
        lambda countries: Lane(sum(countries.values()), countries, referred=0)
    ),
    max_size=20,
)
tallies = st.dictionaries(codes, st.integers(1, 40))


def test_lanes_are_added_up_by_country() -> None:
    added = add_up([Lane(3, {"KR": 2, "US": 1}, 0), Lane(1, {"KR": 1}, 1), Lane(0, {}, 0)])

    assert added == (4, {"KR": 3, "US": 1})


def test_nothing_adds_up_to_nothing() -> None:
    assert add_up([]) == (0, {})


def test_withdrawal_in_another_lane_is_taken_off() -> None:
    """
    A lane alone may be negative: who withdraws may meet another one than who signed.
    """
    added = add_up([Lane(2, {"KR": 1, "US": 1}, 0), Lane(-1, {"US": -1}, 0)])

    assert added == (1, {"KR": 1})


@given(lanes)
def test_sum_of_the_countries_is_the_number_of_signatures(lanes: list[Lane]) -> None:
    signatures, countries = add_up(lanes)

    assert signatures == sum(countries.values()) == sum(lane.signatures for lane in lanes)
    assert 0 not in countries.values()


@given(lanes, st.randoms())
def test_order_of_the_lanes_does_not_matter(lanes: list[Lane], random) -> None:  # type: ignore[no-untyped-def]
    shuffled = random.sample(lanes, len(lanes))

    assert add_up(shuffled) == add_up(lanes)


def test_small_countries_are_folded_and_the_others_come_greatest_first() -> None:
    countries = {"US": 20, "DE": 3, "KR": 100, "CN": 20, "FR": 9, "GB": 10}

    assert fold(countries, 162) == [
        ("KR", 100),
        ("CN", 20),
        ("US", 20),
        ("GB", 10),
        ("other", 12),
    ]


def test_signatures_of_no_country_are_among_the_others() -> None:
    assert fold({"KR": 100}, 115) == [("KR", 100), ("other", 15)]


def test_nothing_is_folded_where_nothing_is_small() -> None:
    assert fold({"KR": 100, "US": 10}, 110) == [("KR", 100), ("US", 10)]
    assert fold({}, 0) == []


@given(tallies, st.integers(0, 30))
def test_fold_keeps_the_sum(countries: dict[str, int], without_country: int) -> None:
    signatures = sum(countries.values()) + without_country

    rows = fold(countries, signatures)

    assert sum(number for _, number in rows) == signatures


@given(tallies, st.integers(0, 30))
def test_fold_shows_no_small_country_and_the_others_last(
    countries: dict[str, int], without_country: int
) -> None:
    rows = fold(countries, sum(countries.values()) + without_country)

    names = [name for name, _ in rows]
    assert all(number >= FLOOR for name, number in rows if name != OTHER)
    assert OTHER not in names[:-1]
    assert len(set(names)) == len(names)


@given(tallies)
def test_fold_invents_no_country(countries: dict[str, int]) -> None:
    rows = dict(fold(countries, sum(countries.values())))
    rows.pop(OTHER, None)

    assert rows.items() <= countries.items()
