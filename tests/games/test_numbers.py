"""
Whether the public numbers of running functions tell if an address had signed.

Sixteen petitions are played at once, because a count takes seconds: at rest, and beside crowds.
The same guesses are made from a count that tells exact numbers, where they must be right.
What thousands of attackers could learn is played in test_rule.py; here the running functions must
show exactly what that rule says, and nothing else.
"""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from dev.advantage import Advantage, of_guesses
from dev.functions import launch, settings
from dev.keys import DevelopmentKeys
from dev.ports import free_port
from dev.stack import Stack
from tests.functions.database import Database
from tests.games.bounds import KNOWLEDGE, LONG, NUMBERS, tell
from tests.games.conftest import Start
from tests.games.world import (
    ELSEWHERE,
    HOME,
    Claim,
    Seen,
    World,
    crowd,
    is_drawn,
    living,
    signer_id,
)

PETITIONS = {f"rest-{n}": 0.0 for n in range(12)} | {"busy-1": 1.0, "busy-2": 1.0, "busy-25": 25.0}
ROUNDS = 6 * LONG
FIRST_SIGNERS = 60  # of each petition, before anybody reads its numbers
USUAL_SECONDS = 3.0  # between two looks: counted every second, and read from memory for two


@dataclass(frozen=True)
class Round:
    """One victim, and what was seen before and after an attacker signed with their address."""

    petition: str
    victim: Claim
    had_signed: bool
    before: Seen
    after: Seen
    exact: tuple[int, int]
    link: tuple[bytes, bytes]

    @property
    def is_at_rest(self) -> bool:
        """Tell whether nobody else signs."""
        return PETITIONS[self.petition] == 0


@dataclass
class Game:
    """
    All rounds, and what the referee found in the database.

    Args:
        shown_first: By petition: the rows, and what the rule says of the signers of that moment.
        shown_last: By petition: the total, and what the rule says once everybody is still.
        swept: The same after the attackers withdrew.
    """

    rounds: list[Round] = field(default_factory=list)
    shown_first: dict[str, tuple[Seen, list[str]]] = field(default_factory=dict)
    shown_last: dict[str, tuple[Seen, list[str]]] = field(default_factory=dict)
    swept: dict[str, tuple[Seen, list[str]]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def game(start: Start, keys: DevelopmentKeys) -> Iterator[Game]:
    """Play all rounds on one stack, beside which a second count tells exact numbers."""
    with start(petitions=list(PETITIONS), ANSWER_GRID_MS="0") as stack:
        variables = settings(
            project=stack.project,
            emulator=stack.emulator.host,
            site=stack.site,
            share_link=stack.share_link,
            keys=keys,
        )
        log_path = stack.functions["count"].program.log_path.with_name("exact.log")
        changes = {"BLUR": "false", "PUBLISH_SECONDS": "1"}
        exact = launch("count", free_port(), variables, log_path, extra=changes)
        database = Database(stack.emulator.host, stack.project)
        try:
            exact.wait()
            yield asyncio.run(play(stack, exact.url, database))
        finally:
            database.close()
            exact.stop()


async def play(stack: Stack, exact: str, database: Database) -> Game:
    """Let the first signers and half of the victims sign; attack one victim of each in a round."""
    game = Game()
    async with living(stack) as world:
        players = [Player(world, exact, petition) for petition in PETITIONS]
        await asyncio.gather(*(player.prepare() for player in players))
        game.shown_first = await look(world, database)
        ended = asyncio.Event()
        rates = {petition: rate for petition, rate in PETITIONS.items() if rate}
        signing = asyncio.create_task(crowd(world, rates, ended))
        for number in range(ROUNDS):
            rounds = await asyncio.gather(*(player.attack(number) for player in players))
            game.rounds.extend(rounds)
        ended.set()
        await signing
        game.shown_last = await look(world, database)
        await asyncio.gather(*(player.withdraw() for player in players))
        game.swept = await look(world, database)
    return game


async def look(world: World, database: Database) -> dict[str, tuple[Seen, list[str]]]:
    """Return what each petition shows, and whose signers there are: each one's country if drawn."""
    seen = await asyncio.gather(*(world.look(petition) for petition in PETITIONS))
    shown = {}
    for petition, each in zip(PETITIONS, seen, strict=True):
        signers = database.list(f"petitions/{petition}/signers")
        drawn = [fields["country"] for id, fields in signers.items() if is_drawn(id)]
        shown[petition] = (each, drawn)
    return shown


class Player:
    """An attacker of one petition."""

    def __init__(self, world: World, exact: str, petition: str) -> None:
        self._world = world
        self._exact = exact
        self._petition = petition
        self._victims = [(Claim(petition=petition), n % 2 == 0) for n in range(ROUNDS)]
        self._own: list[Claim] = []
        self._code = ""
        random.shuffle(self._victims)

    async def prepare(self) -> None:
        """Let everybody sign who signs of their own will, and make a link."""
        signing = [victim for victim, signs in self._victims if signs]
        signing += [Claim(petition=self._petition) for _ in range(FIRST_SIGNERS)]
        await asyncio.gather(*(self._world.sign(claim) for claim in signing))
        self._code = await self._world.make_link(self._petition)

    async def attack(self, number: int) -> Round:
        """Look, sign for a victim through an own link and from an own country, and look."""
        victim, had_signed = self._victims[number]
        exact, link, before = await self._look()
        claim = Claim(tag=victim.tag, country=ELSEWHERE, via=self._code, petition=self._petition)
        self._own.append(claim)
        await self._world.sign(claim)
        exact_after, link_after, after = await self._look()
        return Round(
            self._petition,
            victim,
            had_signed,
            before,
            after,
            (exact, exact_after),
            (link, link_after),
        )

    async def withdraw(self) -> None:
        """Take all own claims back, each twice, and wait for the sweep."""
        for claim in self._own * 2:
            await self._world.withdraw(claim)
        await self._world.sweep(self._petition)

    async def _look(self) -> tuple[int, bytes, Seen]:
        exact, seen = await asyncio.gather(
            self._world.look(self._petition, count=self._exact), self._world.look(self._petition)
        )
        return exact.signatures, await self._world.open_link(self._petition, self._code), seen


def judge(rounds: list[Round], had_signed: list[bool]) -> Advantage:
    """Judge what was guessed in each round."""
    return of_guesses([(g, r.had_signed) for g, r in zip(had_signed, rounds, strict=True)])


def at(rounds: list[Round], regime: str) -> list[Round]:
    """Return the rounds of a regime."""
    return [each for each in rounds if each.is_at_rest == (regime == "at rest")]


@pytest.mark.parametrize("regime", ["at rest", "1 and 25/s beside"])
def test_totals_and_badges_tell_no_more_than_the_bound(game: Game, regime: str) -> None:
    """So few trials cannot show that it holds; they show that it is not broken."""
    rounds = at(game.rounds, regime)
    for channel, rises in {
        "total": [r.after.signatures - r.before.signatures for r in rounds],
        "badge": [r.after.badge - r.before.badge for r in rounds],
        "countries": [int(named(r.after) != named(r.before)) for r in rounds],
    }.items():
        usual = [PETITIONS[r.petition] * USUAL_SECONDS for r in rounds]
        guesses = [rise <= few for rise, few in zip(rises, usual, strict=True)]
        advantage = judge(rounds, guesses)
        tell(f"{channel} (running)", regime, advantage)
        assert advantage.low <= NUMBERS


def test_the_same_guesses_are_right_where_numbers_are_exact(game: Game) -> None:
    rounds = at(game.rounds, "at rest")

    advantage = judge(rounds, [r.exact[1] == r.exact[0] for r in rounds])

    tell("total, exact on purpose", "at rest", advantage)
    assert advantage.estimate == 1
    assert advantage.low >= KNOWLEDGE / 2  # So few trials say no more.


def test_a_number_moves_for_a_drawn_address_that_is_new_and_for_no_other(
    game: Game, keys: DevelopmentKeys
) -> None:
    for r in game.rounds:
        if r.is_at_rest:
            drawn = is_drawn(signer_id(r.victim.tag, keys, r.petition))
            rise = 20 if drawn and not r.had_signed else 0
            assert r.after.signatures - r.before.signatures == rise


def test_a_badge_shows_the_total_and_nothing_else(game: Game) -> None:
    seen = [seen for r in game.rounds if r.is_at_rest for seen in (r.before, r.after)]

    assert seen
    assert all(each.badge == each.signatures for each in seen)


def test_countries_do_not_move_within_a_day(game: Game) -> None:
    for r in game.rounds:
        first, _ = game.shown_first[r.petition]
        if r.after.as_of[:10] == first.as_of[:10]:
            assert named(r.after) == named(first)


def test_published_numbers_are_those_of_the_rule(game: Game) -> None:
    for seen, drawn in game.shown_first.values():
        home = 20 * drawn.count(HOME)
        assert named(seen) == ({HOME: home} if home >= 30 else {})
    for shown in (game.shown_first, game.shown_last, game.swept):
        for seen, drawn in shown.values():
            assert seen.signatures == 20 * len(drawn)
            assert sum(number for _, number in seen.countries) == seen.signatures


def test_an_etag_says_no_more_than_when_it_was_counted(game: Game) -> None:
    """It is of the body, which names the moment: a first changes it as often as a repeat."""
    rounds = at(game.rounds, "at rest")

    advantage = judge(rounds, [r.after.etag == r.before.etag for r in rounds])

    tell("ETag", "at rest", advantage)
    assert advantage.estimate == 0


def test_a_link_shows_the_same_whoever_came_by_it(game: Game) -> None:
    advantage = judge(game.rounds, [r.link[0] == r.link[1] for r in game.rounds])

    tell("link: page and QR code", "all", advantage)
    assert all(r.link[0] == r.link[1] for r in game.rounds)
    assert advantage.estimate == 0


def named(seen: Seen) -> dict[str, int]:
    """Return the rows of countries that are named; the others are what the total leaves."""
    return {country: number for country, number in seen.countries if country != "other"}
