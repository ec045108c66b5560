"""
Thousands of games against the rule of the public numbers alone, by attackers who know all else.

Each attack is played against exact numbers and the rules that were not taken too, where it must
win: a game that nobody can win would prove nothing.
"""

from collections.abc import Callable

import pytest
from petition import blur

from dev.blur import (
    ATTACKS,
    ELSEWHERE,
    HOME,
    Drawn,
    Exact,
    Rounded,
    Shown,
    Steps,
    chance,
    new_id,
    play,
)
from tests.games.bounds import KNOWLEDGE, LONG, NUMBERS, tell

TRIALS = 4000 * LONG
AMONG_OTHERS = 16_000 * LONG  # Where others move the number too, guesses are noisier.

Move = Callable[[Drawn], None]


@pytest.mark.parametrize("name", ATTACKS)
def test_no_attack_wins_more_than_the_bound(name: str) -> None:
    trials = AMONG_OTHERS if "beside" in name else TRIALS

    advantage = play(Drawn, ATTACKS[name], trials)

    tell("total, countries (rule)", name[:26], advantage)
    assert advantage.high <= NUMBERS


@pytest.mark.parametrize("name", ATTACKS)
def test_every_attack_wins_against_exact_numbers(name: str) -> None:
    assert play(Exact, ATTACKS[name], 200).low >= KNOWLEDGE


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("fill up, then sign", Rounded),
        ("wait for a long gap, then sign", Steps),
        ("withdraw and ask again, 14 times", Steps),
    ],
)
def test_a_rule_that_was_not_taken_loses(name: str, rule: type[Exact]) -> None:
    assert play(rule, ATTACKS[name], 400).low > NUMBERS


def test_as_many_addresses_are_drawn_as_the_rule_says() -> None:
    """The advantage of any attack is at most their share, by the test below."""
    share = sum(blur.is_drawn(new_id()) for _ in range(100_000)) / 100_000

    assert share == pytest.approx(1 / blur.ONE_IN, abs=0.004)  # six standard deviations


def test_an_address_that_is_not_drawn_shows_in_nothing_whatever_is_done() -> None:
    """Two petitions that differ in the victim alone show the same after every single step."""
    for _ in range(300 * LONG):
        victim = new_id()
        while blur.is_drawn(victim):
            victim = new_id()
        transcripts = [_play_at_random(moves, victim) for moves in _twice(_moves(victim))]
        assert transcripts[0] == transcripts[1]


def test_an_address_that_is_drawn_shows() -> None:
    """So the comparison above can fail."""
    victim = new_id()
    while not blur.is_drawn(victim):
        victim = new_id()

    signed, unsigned = [_play_at_random(moves, victim) for moves in _twice([])]

    assert signed != unsigned


def _moves(victim: str) -> list[Move]:
    return [_move(victim) for _ in range(chance.randrange(40, 80))]


def _move(victim: str) -> Move:
    country, id = chance.choice([HOME, ELSEWHERE]), new_id()
    return chance.choice(
        [
            lambda petition: petition.attack(id, country),
            lambda petition: petition.claim(id, country),
            lambda petition: petition.attack(victim, country),
            lambda petition: petition.wait_for_sweep(),
        ]
    )


def _twice(moves: list[Move]) -> list[tuple[bool, list[Move]]]:
    return [(True, moves), (False, moves)]


def _play_at_random(play: tuple[bool, list[Move]], victim: str) -> list[Shown]:
    had_signed, moves = play
    petition = Drawn()
    if had_signed:
        petition.claim(victim)
    shown = [petition.look()]
    for move in moves:
        move(petition)
        shown.append(petition.look())
    return shown
