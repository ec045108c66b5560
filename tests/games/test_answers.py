"""
Whether an answer, by its bytes or its time, tells if an address had signed or a receipt was good.

Times are compared within one run and by rank alone, so that no machine is too slow.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from dev.advantage import Advantage, of_guesses, of_times
from dev.stack import Stack
from tests.functions.signers import PETITION
from tests.games.bounds import BYTES, KNOWLEDGE, LONG, TIMES, assert_nothing_is_won, tell
from tests.games.conftest import Start
from tests.games.world import Answer, Claim, World, crowd, living

GRID_MS = "50"  # A fifth of the deployed one, which hides less.
ALONE = 300 * LONG  # trials of each kind, one after the other
SIGNING_AT_ONCE = 50  # ours: thousands that wait for a connection wait for too long
AT_ONCE = 10  # attackers beside a crowd
BESIDE = 600 * LONG  # trials of each kind by all of them
CROWD = 25.0  # signatures a second

# What a first costs more when the code is broken on purpose: as much more on a slower machine.
SLOW_FIRSTS = {
    "petition/store.py": (
        "        await self._firestore.commit(batch)\n        return len(new)\n",
        "        for _ in range(10 * len(new)):\n"
        "            await self.published(petition)\n"
        "        await self._firestore.commit(batch)\n        return len(new)\n",
    )
}


@dataclass
class Answers:
    """
    What came back: for addresses that had not signed and those that had, or for receipts that
    found nothing and those that found a claim.
    """

    firsts: list[Answer] = field(default_factory=list)
    repeats: list[Answer] = field(default_factory=list)

    @property
    def by_time(self) -> Advantage:
        """Judge the times."""
        return of_times([a.seconds for a in self.firsts], [a.seconds for a in self.repeats])


Ask = Callable[[World, Claim], Awaitable[Answer]]
Played = dict[str, Answers]


async def ask_sign(world: World, victim: Claim) -> Answer:
    """Sign with an address, under a receipt of one's own."""
    return await world.sign(Claim(tag=victim.tag))


async def ask_withdraw(world: World, victim: Claim) -> Answer:
    """Withdraw with a receipt that somebody else may have."""
    return await world.withdraw(victim)


QUESTIONS: dict[str, Ask] = {"sign": ask_sign, "withdraw": ask_withdraw}


async def ask(world: World, question: Ask, number: int, answers: Answers) -> None:
    """Ask as often of each kind, in random order, long after those who signed have."""
    known = [Claim() for _ in range(number)]
    for first in range(0, number, SIGNING_AT_ONCE):
        signing = known[first : first + SIGNING_AT_ONCE]
        await asyncio.gather(*(world.sign(victim) for victim in signing))
    asked = [(victim, answers.repeats) for victim in known]
    asked += [(Claim(), answers.firsts) for _ in range(number)]
    random.shuffle(asked)
    for victim, kept in asked:
        kept.append(await question(world, victim))


async def ask_alone(stack: Stack) -> Played:
    """Ask at rest, each question on its own."""
    played = {name: Answers() for name in QUESTIONS}
    async with living(stack) as world:
        asking = (ask(world, QUESTIONS[name], ALONE, played[name]) for name in QUESTIONS)
        await asyncio.gather(*asking)
    return played


async def ask_beside_crowd(stack: Stack) -> Played:
    """Ask from several places at once, while others sign."""
    played = {name: Answers() for name in QUESTIONS}
    ended = asyncio.Event()
    async with living(stack) as world:
        signing = asyncio.create_task(crowd(world, {PETITION: CROWD}, ended))
        for name, question in QUESTIONS.items():
            each = BESIDE // AT_ONCE
            await asyncio.gather(
                *(ask(world, question, each, played[name]) for _ in range(AT_ONCE))
            )
        ended.set()
        await signing
    return played


REGIMES = {"at rest": ask_alone, "25/s beside": ask_beside_crowd}


@pytest.fixture(scope="module", params=REGIMES)
def regime(request: pytest.FixtureRequest) -> str:
    """Take one regime after the other."""
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def played(start: Start, regime: str) -> Played:
    """Play the games of answers in one regime."""
    with start(ANSWER_GRID_MS=GRID_MS) as stack:
        return asyncio.run(REGIMES[regime](stack))


@pytest.mark.parametrize("channel", QUESTIONS)
def test_no_time_tells(played: Played, channel: str, regime: str) -> None:
    advantage = played[channel].by_time

    tell(f"time of {channel}", regime, advantage)
    assert_nothing_is_won(advantage, TIMES)


@pytest.mark.parametrize("channel", QUESTIONS)
def test_no_byte_tells(played: Played, channel: str, regime: str) -> None:
    answers = played[channel]

    advantage = judge_bytes(
        [answer.content for answer in answers.firsts],
        [answer.content for answer in answers.repeats],
    )

    tell(f"bytes of {channel}", regime, advantage)
    assert_nothing_is_won(advantage, BYTES)


def judge_bytes(firsts: list[bytes], repeats: list[bytes]) -> Advantage:
    """Learn from one half of the answers which of them repeats get, and guess the other half."""
    learned = {*repeats[::2]} - {*firsts[::2]}
    guesses = [(content in learned, True) for content in repeats[1::2]]
    guesses += [(content in learned, False) for content in firsts[1::2]]
    return of_guesses(guesses)


def test_a_byte_that_tells_is_noticed() -> None:
    assert judge_bytes([b"201 {}"] * 400, [b"200 {}"] * 400).low >= KNOWLEDGE


def test_a_time_that_tells_is_noticed(start: Start) -> None:
    """Without the grid, and with firsts that read ten documents more."""
    answers = Answers()

    async def play() -> None:
        async with living(stack) as world:
            await ask(world, ask_sign, 100, answers)

    with start(ANSWER_GRID_MS="0", broken=SLOW_FIRSTS) as stack:
        asyncio.run(play())

    tell("time of sign, broken on purpose", "at rest, no grid", answers.by_time)
    assert answers.by_time.low > TIMES
