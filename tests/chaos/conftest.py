"""What the proofs under faults need: a wire that breaks, and many signers at once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from dev.emulator import Emulator
from dev.functions import Running
from tests.chaos.faults import Wire, running_wire
from tests.functions.database import Database


@pytest.fixture(scope="session", autouse=True)
def warmed_up(emulator: Emulator) -> None:
    """Let the emulator's first commit be nobody's: on a busy machine it takes many seconds."""
    database = Database(emulator.host, "demo-warming-up")
    database.put("warming/up", number=1)
    database.close()


@pytest.fixture
def wire(emulator: Emulator) -> Iterator[Wire]:
    """Put a breakable wire in front of the emulator."""
    with running_wire(emulator.host) as wire:
        yield wire


@pytest.fixture
def sign(start_function: Callable[..., Running], wire: Wire) -> Running:
    """Start sign on the wire."""
    return start_function("sign", FIRESTORE_EMULATOR_HOST=wire.host)


@pytest.fixture
def background() -> Iterator[ThreadPoolExecutor]:
    """Let others act while the test does something else."""
    with ThreadPoolExecutor(4) as pool:
        yield pool


@pytest.fixture
def database(emulator: Emulator, project: str) -> Iterator[Database]:
    """Look into the test's database, past the wire."""
    database = Database(emulator.host, project)
    yield database
    database.close()


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    """Speak HTTP to this machine, whatever proxy the environment names."""
    with httpx.Client(trust_env=False, timeout=60) as client:
        yield client
