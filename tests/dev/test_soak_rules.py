"""The wire refuses by Firestore's own rules, and a ledger that is refused gets through."""

import pytest

from dev.bench.scaling import allowed, level
from dev.soak import contention
from dev.soak.rules import ABORTED, EXHAUSTED, Rules


def test_a_document_is_written_once_a_second_and_another_whenever() -> None:
    rules = Rules()

    assert rules.refuse(["lanes/1", "claims/a"], 10.0) is None
    assert rules.refuse(["lanes/1", "claims/b"], 10.9) == ABORTED
    assert rules.refuse(["lanes/2", "claims/b"], 10.9) is None
    assert rules.refuse(["lanes/1", "claims/c"], 11.0) is None


def test_a_burst_is_paid_back() -> None:
    rules = Rules(burst=3)

    assert [rules.refuse(["lanes/1"], 0.0) for _ in range(4)] == [None, None, None, ABORTED]
    assert [rules.refuse(["lanes/1"], 1.0) for _ in range(2)] == [None, ABORTED]


def test_the_ramp_is_firestores() -> None:
    rules = Rules(seconds_between=0, ramp=True)

    def taken(begin: int, seconds: int) -> int:
        steps = range(100 * begin, 100 * (begin + seconds))
        groups = ([f"/claims/{n}-{i}" for i in range(100)] for n in steps)
        moments = (step / 100 for step in steps)
        refused = [rules.refuse(g, m) for g, m in zip(groups, moments, strict=True)]
        assert set(refused) <= {None, EXHAUSTED}
        return 100 * refused.count(None)

    assert taken(0, 10) == pytest.approx(10 * allowed(0), rel=0.11)  # and a second's worth
    assert taken(301, 10) == pytest.approx(10 * allowed(301), rel=0.11)


def test_the_simulation_of_scaling_says_what_the_ledger_does() -> None:
    """Groups, commits and waits of docs/scaling.md, by the write path itself in virtual time."""
    expected = level(1000, contention.SIGN)

    seen = contention.contend(1000, 3, Rules(seconds_between=0))

    assert seen.database
    group = seen.numbers["claims"] / seen.numbers["groups"]
    assert group == pytest.approx(expected.group, rel=0.25)
    assert seen.database.commits / seen.seconds == pytest.approx(expected.commits, rel=0.3)
    assert seen.waits.quantile(0.5) == pytest.approx(expected.wait, rel=0.03)
    assert (seen.turned_away, seen.database.refused.total()) == (0, 0)


def test_a_ledger_whose_lanes_are_refused_gets_through_by_trying_again() -> None:
    seen = contention.contend(500, 3, Rules())

    assert seen.database
    assert seen.database.refused["ABORTED"] > 0
    assert seen.numbers["retries"] > 0
    assert seen.turned_away == 0


def test_a_ledger_answers_honestly_above_the_ramp() -> None:
    seen = contention.contend(2000, 3, Rules(seconds_between=0, ramp=True))

    assert seen.database
    assert seen.turned_away > 0
    # Whoever was told that they have signed is stored; who was told 503 may be.
    assert seen.database.claims() >= len(seen.waits) > 0
