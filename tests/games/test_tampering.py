"""
A thousand people whom strangers, relays and couriers try to silence, to revive and to undo.

Each person is attacked in every way at once, over HTTP alone; then the referee looks at every
document. Whoever knows an address can add a claim of their own, and nothing else.
"""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from dev.keys import DevelopmentKeys
from dev.stack import Stack
from tests.functions.database import Audit, Database
from tests.functions.signers import PETITION, base64url
from tests.games.bounds import LONG
from tests.games.conftest import Start
from tests.games.world import Claim, World, is_drawn, living, signer_id

PEOPLE = 1000 * LONG
AT_ONCE = 24
JUNK = b"\x01" + bytes(2129)  # a box that opens for nobody; seal.BOX_BYTES
chance = random.SystemRandom()


@dataclass(frozen=True)
class Person:
    """Somebody who signs, and may withdraw; a stranger came first or comes later."""

    claim: Claim = field(default_factory=Claim)
    withdraws: bool = field(default_factory=lambda: chance.random() < 0.5)
    keeps_count: bool = field(default_factory=lambda: chance.random() < 0.3)
    is_preceded: bool = field(default_factory=lambda: chance.random() < 0.5)

    @property
    def counts(self) -> bool:
        """Tell whether they are counted in the end."""
        return not self.withdraws or self.keeps_count


@dataclass(frozen=True)
class Battle:
    """The people, whose claims nobody else may touch, and what was found at the end."""

    people: list[Person]
    claims: dict[str, dict[str, object]]
    audit: Audit
    shown: int
    box: str


@pytest.fixture(scope="module")
def battle(start: Start) -> Iterator[Battle]:
    """Attack everybody in every way."""
    with start(ANSWER_GRID_MS="0") as stack:
        yield asyncio.run(fight(stack))


async def fight(stack: Stack) -> Battle:
    """Let people and attackers act, the scheduler among them, and look at every document."""
    people = [Person() for _ in range(PEOPLE)]
    async with living(stack) as world:
        waiting = iter(people)

        async def act() -> None:
            for number, person in enumerate(waiting):
                await live(world, person)
                if number % 10 == 0:
                    await world.sweep()

        await asyncio.gather(*(act() for _ in range(AT_ONCE)))
        await world.sweep()
        shown = (await world.look(PETITION)).signatures
    database = Database(stack.emulator.host, stack.project)
    try:
        claims = database.list(f"petitions/{PETITION}/claims")
        return Battle(people, claims, database.audit(), shown, world.box)
    finally:
        database.close()


async def live(world: World, person: Person) -> None:
    """Sign through a relay, perhaps withdraw, and be attacked before, between and after."""
    envelope = world.envelope(person.claim)
    if person.is_preceded:
        await come_and_go(world, person.claim)
    # A courier late by days: who has withdrawn by then is not signed up again.
    comes_late = person.withdraws and not person.keeps_count and chance.random() < 0.3
    if not comes_late:
        await world.send(PETITION, envelope)
    if not person.is_preceded:
        await come_and_go(world, person.claim)
    if not comes_late:
        await use_receipt_of_another(world, person.claim)
    if person.withdraws:
        await world.withdraw(person.claim, keep_count=person.keeps_count)
    await world.send(PETITION, envelope)
    await world.withdraw(Claim())  # a receipt that was guessed


async def come_and_go(world: World, victim: Claim) -> None:
    """Claim somebody's address with a box of junk, and withdraw it twice."""
    own = Claim(tag=victim.tag)
    form = world.form(own) | {"sealed": base64url(JUNK)}
    await world.send(PETITION, form)
    await asyncio.gather(*(world.withdraw(own) for _ in range(2)))
    await world.send(PETITION, form)


async def use_receipt_of_another(world: World, victim: Claim) -> None:
    """
    Hide somebody's claim behind the claim of an invented address under the same receipt's hash.

    Nobody but sign can know the hash before the claim is stored: it travels in the envelope.
    """
    decoy = Claim(receipt=victim.receipt)
    await world.send(PETITION, world.form(decoy) | {"sealed": base64url(JUNK)})


def test_nobody_is_silenced(battle: Battle, keys: DevelopmentKeys) -> None:
    """Whoever has not withdrawn stands with their own box, whatever strangers did at it."""
    staying = [person for person in battle.people if not person.withdraws]

    assert len(staying) > PEOPLE / 4
    for person in staying:
        claim = battle.claims[person.claim.receipt_hash]
        assert claim["signer"] == signer_id(person.claim.tag, keys)
        assert isinstance(claim["sealed"], bytes)
        assert base64url(claim["sealed"]) == battle.box


def test_nobody_who_withdrew_comes_back(battle: Battle) -> None:
    """Neither by the same envelope once more, nor by one that was late, nor by a decoy."""
    gone = [person for person in battle.people if person.withdraws]

    assert len(gone) > PEOPLE / 4
    assert all(battle.claims[person.claim.receipt_hash] == {} for person in gone)
    assert {person.claim.receipt_hash for person in gone} <= battle.audit.empty


def test_strangers_add_a_claim_and_nothing_else(battle: Battle, keys: DevelopmentKeys) -> None:
    """Once theirs are withdrawn, exactly those people count who chose to; no decoy does."""
    expected = {signer_id(p.claim.tag, keys) for p in battle.people if p.counts}

    assert battle.audit.signers.keys() == expected
    assert battle.audit.is_exact
    assert battle.audit.tally == len(expected)


def test_no_withdrawal_moves_the_number(battle: Battle, keys: DevelopmentKeys) -> None:
    """Twice the same receipt, a guessed one, a late one: the rule alone says what is shown."""
    ids = [signer_id(person.claim.tag, keys) for person in battle.people if person.counts]

    assert battle.shown == 20 * sum(is_drawn(id) for id in ids)
