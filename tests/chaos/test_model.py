"""
Whatever meets whatever, with the real store: what is counted is who has signed and has not left.

tests/unit/test_model.py goes through many more orders of steps, with a model of the same rules.
Here groups, withdrawals and sweeps run at the same time against the emulator, while the wire
loses answers and keeps commits back that arrive later.
"""

import asyncio
import datetime as dt
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from functools import partial
from itertools import count
from typing import Any

import grpc
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from petition.documents import Claim
from petition.firestore import Conflict
from petition.problems import Unavailable
from petition.settings import Settings
from petition.store import Store

from dev.emulator import Emulator
from tests.chaos.crowd import digest
from tests.chaos.faults import Fault, Wire, running_wire
from tests.conftest import new_project
from tests.functions.database import Database

EXAMPLES = 40  # ours: a minute's worth; each takes a few hundred calls
STEPS = 20

HOUR = dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC)
RECEIPTS = [digest(f"receipt {number}") for number in range(8)]
SIGNERS = "abc"

petitions = (f"p{number}" for number in count())
groups = st.lists(
    st.tuples(st.sampled_from(RECEIPTS), st.sampled_from(SIGNERS)),
    min_size=1,
    max_size=4,
    unique_by=lambda claim: claim[0],
)
withdrawals = st.tuples(st.sampled_from(RECEIPTS), st.booleans())
# What becomes of the commits of a step, in the order in which they are sent.
fates = st.lists(st.sampled_from(["told", "told", "lost", "kept"]), max_size=4)


class World:
    """A store on a wire that breaks, and the database behind it."""

    def __init__(
        self, store: Store, wire: Wire, database: Database, runner: asyncio.Runner
    ) -> None:
        self.store = store
        self.wire = wire
        self.database = database
        self.run = runner.run


@pytest.fixture(scope="module")
def world(emulator: Emulator) -> Iterator[World]:
    """Connect a store; every example takes a petition of its own in it."""
    with running_wire(emulator.host) as wire, asyncio.Runner() as runner:
        variables = {
            "GOOGLE_CLOUD_PROJECT": new_project(),
            "FIRESTORE_EMULATOR_HOST": wire.host,
            "ALLOWED_ORIGINS": "https://example.org",
            "SITE_URL": "https://example.org",
        }
        database = Database(emulator.host, variables["GOOGLE_CLOUD_PROJECT"])
        yield World(Store(Settings.model_validate(variables)), wire, database, runner)
        database.close()


class Meeting(RuleBasedStateMachine):
    """Everything that can meet; each operation is tried once, and again in a later step."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.petition = next(petitions)
        self.acknowledged: set[str] = set()
        self.withdrawn: set[str] = set()

    @rule(
        groups=st.lists(groups, max_size=2),
        repeats=st.booleans(),
        withdrawals=st.lists(withdrawals, max_size=2),
        sweeps=st.integers(0, 1),
        fates=fates,
    )
    def meet(
        self,
        groups: list[list[tuple[str, str]]],
        repeats: bool,
        withdrawals: list[tuple[str, bool]],
        sweeps: int,
        fates: list[str],
    ) -> None:
        """Let some of all happen at the same moment."""
        for fate in fates:
            match fate:
                case "lost":
                    self.world.wire.lose("Commit", grpc.StatusCode.UNAVAILABLE)
                case "kept":
                    self.world.wire.keep("Commit")
                case _:
                    self.world.wire.faults.append(Fault("Commit", None, applied=True))
        work = [self._once(partial(self._sign, group, repeats)) for group in groups]
        work += [self._once(partial(self._withdraw, *each)) for each in withdrawals]
        work += [self._once(self._sweep)] * sweeps

        async def together() -> None:
            await asyncio.gather(*(begin() for begin in work))

        self.world.run(together())
        self.world.wire.mend()

    @rule()
    def late_commits_arrive(self) -> None:
        """Nobody waits for them any more."""
        self.world.wire.deliver()

    def _once(
        self, attempt: Callable[[], Coroutine[Any, Any, None]]
    ) -> Callable[[], Coroutine[Any, Any, None]]:
        async def begin() -> None:
            with suppress(Conflict, Unavailable):
                await attempt()

        return begin

    async def _sign(self, group: list[tuple[str, str]], receipts: bool) -> None:
        store = self.world.store
        claims = [Claim(receipt, signer, b"", "KR", "ko", None, HOUR) for receipt, signer in group]
        known = await store.look(self.petition, claims, receipts=receipts)
        left = [claim for claim in claims if claim.receipt_hash not in known.receipts]
        await store.add(self.petition, left, known)
        self.acknowledged |= {receipt for receipt, _ in group}

    async def _withdraw(self, receipt: str, keep: bool) -> None:
        await self.world.store.withdraw(self.petition, receipt, keep_count=keep, due=HOUR)
        self.withdrawn.add(receipt)

    async def _sweep(self) -> None:
        entries = await self.world.store.due(self.petition, HOUR, limit=3)
        if entries:
            await self.world.store.leave(self.petition, entries)

    @invariant()
    def everything_agrees(self) -> None:
        """Tally and signers, claims counted and claims standing, and nothing withdrawn stands."""
        audit = self.world.database.audit(self.petition)
        assert audit.is_exact
        assert audit.standing.keys() <= audit.signers.keys()
        claims = self.world.database.list(f"petitions/{self.petition}/claims")
        assert self.withdrawn <= audit.empty
        assert self.acknowledged <= claims.keys()

    def teardown(self) -> None:
        """When all has come to rest, sweeping leaves exactly those who have a reason to stay."""
        self.world.wire.deliver()
        self.world.wire.messages.clear()
        while self.world.database.list(f"petitions/{self.petition}/leaving"):
            self.world.run(self._once(self._sweep)())
        self.everything_agrees()
        signers = self.world.database.audit(self.petition).signers.values()
        assert all(signer["claims"] or signer["kept"] for signer in signers)


def test_whatever_meets_is_counted_right(world: World) -> None:
    """With the store's own look, add, withdraw, due and leave."""

    class Here(Meeting):
        pass

    Here.world = world
    steps = settings(max_examples=EXAMPLES, stateful_step_count=STEPS)
    run_state_machine_as_test(Here, settings=steps)
