"""
Two claims of one address at once: whether they collide tells if the address is new.

Two groups that both hold a new address create it both, and one is refused and tries again; of a
known address neither is. An attacker sends the pair and looks when the later one is answered.
"""

import asyncio
import datetime as dt
import secrets
import time
from collections.abc import Iterator
from statistics import median

import pytest
from petition import base64url
from petition.documents import Claim
from petition.ledger import Ledger
from petition.settings import Settings
from petition.store import Store

from dev.emulator import Emulator
from tests.chaos.faults import Wire, running_wire
from tests.conftest import new_project

PAIRS = 12  # of each kind
ROUND_TRIP_SECONDS = 0.06  # to a database that is not on this machine
COLLECT_SECONDS = 0.025  # as with a grid of 250 ms


@pytest.fixture(scope="module")
def slow_wire(emulator: Emulator) -> Iterator[Wire]:
    """Put the database as far away as a real one."""
    with running_wire(emulator.host) as wire:
        for method in ("BatchGetDocuments", "Commit"):
            wire.hold(method, ROUND_TRIP_SECONDS, times=10_000)
        yield wire


def claim(signer: str) -> Claim:
    """Claim an address under a receipt of its own."""
    hour = dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0)
    receipt = base64url.encode(secrets.token_bytes(32))
    return Claim(receipt, signer, bytes(2130), "KR", "ko", None, hour)


async def play(host: str, *, collect_seconds: float) -> tuple[list[float], list[float]]:
    """Return how long pairs took of new addresses and, in turn with them, of known ones."""
    variables = {
        "GOOGLE_CLOUD_PROJECT": new_project(),
        "FIRESTORE_EMULATOR_HOST": host,
        "ALLOWED_ORIGINS": "https://example.org",
        "SITE_URL": "https://example.org",
    }
    store = Store(Settings.model_validate(variables))
    pair = [Ledger(store, "p", collect_seconds=collect_seconds) for _ in range(2)]

    async def at_once(signer: str) -> float:
        begun = time.perf_counter()
        await asyncio.gather(*(ledger.record(claim(signer)) for ledger in pair))
        return time.perf_counter() - begun

    await at_once(secrets.token_hex(26))
    new, known = [], []
    for _ in range(PAIRS):
        signer = secrets.token_hex(26)
        new.append(await at_once(signer))
        known.append(await at_once(signer))
    return new, known


async def test_a_pair_of_a_new_address_takes_as_long_as_one_of_a_known(slow_wire: Wire) -> None:
    new, known = await play(slow_wire.host, collect_seconds=COLLECT_SECONDS)

    # Less apart than a third of what trying again takes, which is more than two round trips.
    assert abs(median(new) - median(known)) < 2 * ROUND_TRIP_SECONDS / 3


async def test_without_a_grid_to_hide_in_the_game_can_tell(slow_wire: Wire) -> None:
    new, known = await play(slow_wire.host, collect_seconds=0)

    assert median(new) - median(known) > ROUND_TRIP_SECONDS
