"""
Grouping, with any crowd: however signatures meet, each address is stored and counted once.

The only tests in this folder that need more than Python: a stand-in for Firestore that forgot
its preconditions would count twice and pass, so it is Google's emulator.
What is lost, killed or refused on the way is in tests/chaos.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from itertools import count
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from petition import ledger as module
from petition.country import COUNTRIES
from petition.ledger import MAX_GROUP, Ledger
from petition.problems import Unavailable
from petition.retry import until_certain
from petition.settings import Settings
from petition.signature import Signature
from petition.store import Store
from petition.tally import add_up

from dev.emulator import Emulator
from tests.conftest import new_project

T = TypeVar("T")

names = (f"p{number}" for number in count())
signers = st.integers(0, 30)
# Each wave arrives while the one before is under way; in it, who signs, and at which process.
waves = st.lists(st.lists(st.tuples(signers, st.integers(0, 2)), max_size=60), max_size=4)


class Database:
    """
    Everything that is asked runs in one event loop, and again if a busy machine was too slow.
    """

    def __init__(self, store: Store, runner: asyncio.Runner) -> None:
        self.store = store
        self.run = runner.run

    def ask(self, question: Callable[[], Awaitable[T]]) -> T:
        """
        Return an answer.
        """
        return self.run(until_certain(question))[0]

    def sum(self, petition: str) -> tuple[int, dict[str, int]]:
        """
        Return what the lanes add up to.
        """
        return add_up(self.ask(partial(self.store.lanes, petition)))


async def sign(ledger: Ledger, *signatures: Signature) -> None:
    """
    Record signatures at the same moment, as pages do, which try again.
    """
    await asyncio.gather(*(until_certain(partial(ledger.record, each)) for each in signatures))


@pytest.fixture(scope="module")
def database(emulator: Emulator) -> Iterator[Database]:
    """
    A database of this module's own; every example takes a petition of its own in it.
    """
    variables = {
        "GOOGLE_CLOUD_PROJECT": new_project(),
        "FIRESTORE_EMULATOR_HOST": emulator.host,
        "ALLOWED_ORIGINS": "https://example.org",
        "SITE_URL": "https://example.org",
    }
    with asyncio.Runner() as runner:
        yield Database(Store(Settings.model_validate(variables)), runner)


def signature(signer: int, nth: int = 0) -> Signature:
    """
    Return what a signer sends at their nth time: another box, but the same id.
    """
    return Signature(
        id=f"signer{signer}",
        sealed=b"box %d" % nth,
        receipt_hash=f"receipt{nth}",
        country=sorted(COUNTRIES)[signer % 7],
        language="ko",
        via="7k2m9qx4tb" if signer % 2 else None,
    )


@settings(max_examples=30)
@given(waves)
def test_any_crowd_is_counted_once_by_address(
    database: Database, waves: list[list[tuple[int, int]]]
) -> None:
    petition = next(names)
    everybody = {signer for wave in waves for signer, _ in wave}

    async def sign_all() -> None:
        processes = [Ledger(database.store, petition) for _ in range(3)]
        tasks = []
        for wave in waves:
            for nth, (signer, process) in enumerate(wave):
                signing = sign(processes[process], signature(signer, nth))
                tasks.append(asyncio.create_task(signing))
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)

    database.run(sign_all())
    lanes = database.ask(partial(database.store.lanes, petition))
    ids = [signature(signer).id for signer in range(31)]
    stored = database.ask(partial(database.store.existing, petition, ids))

    signatures, countries = add_up(lanes)
    assert stored == {signature(signer).id for signer in everybody}
    assert signatures == len(everybody) == sum(countries.values())
    assert sum(lane.referred for lane in lanes) == sum(signer % 2 for signer in everybody)


def test_twin_that_came_first_is_the_one_that_is_kept(database: Database) -> None:
    """
    The receipt of a repeat withdraws nothing, also when both arrive at the same moment.
    """
    petition = next(names)
    ledger = Ledger(database.store, petition)

    database.run(sign(ledger, *(signature(1, nth) for nth in range(5))))

    assert len(database.ask(partial(database.store.find, petition, "receipt0"))) == 1
    assert database.ask(partial(database.store.find, petition, "receipt4")) == []


def test_crowd_goes_in_few_commits_none_of_them_over_the_limit(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger(database.store, next(names))
    groups: list[int] = []
    add = database.store.add

    async def add_and_note(petition: str, signatures: list[Signature]) -> None:
        groups.append(len(signatures))
        await add(petition, signatures)

    monkeypatch.setattr(database.store, "add", add_and_note)
    database.run(sign(ledger, *(signature(signer) for signer in range(450))))

    assert max(groups) == MAX_GROUP
    assert len(groups) < 45


def test_full_waiting_room_refuses_at_once_and_loses_nobody(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 50)
    petition = next(names)
    ledger = Ledger(database.store, petition)

    async def crowd() -> list[object]:
        crowd = [ledger.record(signature(signer)) for signer in range(57)]
        return await asyncio.gather(*crowd, return_exceptions=True)

    answers = database.run(crowd())

    assert [type(answer) for answer in answers] == [type(None)] * 50 + [Unavailable] * 7
    assert database.sum(petition)[0] == 50


def test_signer_who_goes_away_is_counted_and_holds_up_nobody(database: Database) -> None:
    petition = next(names)
    ledger = Ledger(database.store, petition)

    async def crowd() -> None:
        records = [partial(ledger.record, signature(signer)) for signer in range(5)]
        gone, *others = [asyncio.create_task(until_certain(record)) for record in records]
        await asyncio.sleep(0)  # All wait for one group now.
        gone.cancel()
        async with asyncio.timeout(60):
            await asyncio.gather(*others)

    database.run(crowd())

    assert database.sum(petition)[0] == 5
