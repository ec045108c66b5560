"""
Grouping, with any crowd: however claims meet, each is stored and each address is counted once.

What is lost, killed or refused on the way is in tests/chaos.
"""

import asyncio
import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from petition import base64url
from petition import ledger as module
from petition.country import COUNTRIES
from petition.documents import Claim, Sums
from petition.ledger import MAX_GROUP, Ledger
from petition.problems import Unavailable
from petition.retry import until_certain
from petition.settings import Settings
from petition.store import Known, Store

from dev.emulator import Emulator
from tests.conftest import new_project
from tests.functions.database import Database

T = TypeVar("T")

names = (f"p{number}" for number in count())
signers = st.integers(0, 30)
# Each wave arrives while the one before is under way; in it, who signs, and at which process.
waves = st.lists(st.lists(st.tuples(signers, st.integers(0, 2)), max_size=60), max_size=4)


class Asked:
    """
    A store, asked in one event loop, and the database behind it, read past all of
    our own code.
    """

    def __init__(self, store: Store, database: Database, runner: asyncio.Runner) -> None:
        self.store = store
        self.run = runner.run
        self.database = database

    def ask(self, question: Callable[[], Awaitable[T]]) -> T:
        """Return an answer, asked for again if a busy machine was too slow."""
        return self.run(until_certain(question))


async def sign(ledger: Ledger, *claims: Claim) -> None:
    """Record claims at the same moment, as pages do, which try again."""
    await asyncio.gather(*(until_certain(partial(ledger.record, each)) for each in claims))


@pytest.fixture(scope="module")
def asked(emulator: Emulator) -> Iterator[Asked]:
    """A database of this module's own; every example takes a petition of its own in it."""
    variables = {
        "GOOGLE_CLOUD_PROJECT": new_project(),
        "FIRESTORE_EMULATOR_HOST": emulator.host,
        "ALLOWED_ORIGINS": "https://example.org",
        "SITE_URL": "https://example.org",
    }
    database = Database(emulator.host, variables["GOOGLE_CLOUD_PROJECT"])
    with asyncio.Runner() as runner:
        yield Asked(Store(Settings.model_validate(variables)), database, runner)
    database.close()


def claim(signer: int, nth: int = 0) -> Claim:
    """Return what a signer sends at their nth time: another box under another receipt."""
    digest = hashlib.sha256(f"{signer} {nth}".encode()).digest()
    return Claim(
        receipt_hash=base64url.encode(digest),
        signer=f"signer{signer}",
        sealed=b"box %d" % nth,
        country=sorted(COUNTRIES)[signer % 7],
        language="ko",
        via="7k2m9qx4tb" if signer % 2 else None,
        signed_hour=dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC),
    )


@settings(max_examples=30)
@given(waves)
def test_any_crowd_is_counted_once_by_address_and_every_claim_is_stored(
    asked: Asked, waves: list[list[tuple[int, int]]]
) -> None:
    petition = next(names)
    claims = [
        [(claim(signer, nth), process) for nth, (signer, process) in enumerate(wave)]
        for wave in waves
    ]

    async def sign_all() -> None:
        processes = [Ledger(asked.store, petition) for _ in range(3)]
        tasks = []
        for wave in claims:
            for each, process in wave:
                tasks.append(asyncio.create_task(sign(processes[process], each)))
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)

    asked.run(sign_all())

    # One signer at one place in two waves sends the same claim again.
    everything = {each.receipt_hash: each.signer for wave in claims for each, _ in wave}
    everybody = {signer for wave in waves for signer, _ in wave}
    audit = asked.database.audit(petition)
    assert audit.signers.keys() == {f"signer{signer}" for signer in everybody}
    assert audit.standing == Counter(everything.values())
    assert audit.is_exact
    assert audit.referred == sum(signer % 2 for signer in everybody)
    assert sum(audit.countries.values()) == len(everybody)


def test_everything_that_arrives_together_is_stored_under_its_own_receipt(asked: Asked) -> None:
    petition = next(names)
    claims = [claim(1, nth) for nth in range(5)]

    asked.run(sign(Ledger(asked.store, petition), *claims))

    audit = asked.database.audit(petition)
    assert (audit.tally, audit.standing) == (1, {"signer1": 5})
    assert audit.is_exact


def test_same_claim_in_one_group_is_one(asked: Asked) -> None:
    """The first of them: two boxes under one receipt are somebody's invention."""
    petition = next(names)
    twins = [claim(1), replace(claim(1), sealed=b"another")]

    asked.run(sign(Ledger(asked.store, petition), *twins))

    audit = asked.database.audit(petition)
    assert audit.standing == {"signer1": 1}
    (stored,) = asked.database.list(f"petitions/{petition}/claims").values()
    assert stored["sealed"] == claim(1).sealed


def test_crowd_goes_in_few_commits_none_of_them_over_the_limit(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger(asked.store, next(names))
    groups: list[int] = []
    add = asked.store.add

    async def add_and_note(petition: str, claims: Iterable[Claim], known: Known) -> int:
        claims = list(claims)
        groups.append(len(claims))
        return await add(petition, claims, known)

    monkeypatch.setattr(asked.store, "add", add_and_note)
    asked.run(sign(ledger, *(claim(signer) for signer in range(450))))

    assert max(groups) == MAX_GROUP
    assert len(groups) < 45


def test_full_waiting_room_refuses_at_once_and_loses_nobody(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 50)
    petition = next(names)
    ledger = Ledger(asked.store, petition)

    async def crowd() -> list[object]:
        crowd = [ledger.record(claim(signer)) for signer in range(57)]
        return await asyncio.gather(*crowd, return_exceptions=True)

    answers = asked.run(crowd())

    assert [type(answer) for answer in answers] == [type(None)] * 50 + [Unavailable] * 7
    assert asked.ask(partial(tally, asked.store, petition)) == 50


async def tally(store: Store, petition: str) -> int:
    """Add up the lanes as `count` does."""
    return sum(await store.lanes(petition), Sums()).signatures


def test_signer_who_goes_away_is_counted_and_holds_up_nobody(asked: Asked) -> None:
    petition = next(names)
    ledger = Ledger(asked.store, petition)

    async def crowd() -> None:
        records = [partial(ledger.record, claim(signer)) for signer in range(5)]
        gone, *others = [asyncio.create_task(until_certain(record)) for record in records]
        await asyncio.sleep(0)  # All wait for one group now.
        gone.cancel()
        async with asyncio.timeout(60):
            await asyncio.gather(*others)

    asked.run(crowd())

    assert asked.ask(partial(tally, asked.store, petition)) == 5
