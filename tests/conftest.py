"""What tests need to run: the emulator, the functions and the page, all of them real."""

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import httpx
import pytest
from hypothesis import settings as hypothesis_settings

from dev.emulator import Emulator, running_emulator
from dev.functions import FUNCTIONS, Running, launch, settings
from dev.keys import DevelopmentKeys, make_keys
from dev.ports import free_port
from dev.stack import Stack, running_stack, stop_together

# CI tries the same examples each time: whoever breaks something learns it, not whoever comes next.
# No deadline, because a busy machine is no fault. FUZZ=long tries a hundred times as many, and
# others each time.
LONG = os.environ.get("FUZZ") == "long"
hypothesis_settings.register_profile(
    "petition",
    deadline=None,
    database=None,
    derandomize="CI" in os.environ and not LONG,
    max_examples=10_000 if LONG else 100,
    print_blob=True,
)
hypothesis_settings.load_profile("petition")

# pytest-xdist tells its workers how wide the terminal is; a test says itself how wide its own is.
os.environ.pop("COLUMNS", None)


def do_without(missing: str) -> NoReturn:
    """Skip what needs something that this machine lacks; fail in CI, which lacks nothing."""
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run async tests on asyncio, as the functions do."""
    return "asyncio"


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """Start one Firestore emulator for this process, or use FIRESTORE_EMULATOR_HOST."""
    with running_emulator(tmp_path_factory.mktemp("emulator") / "emulator.log") as emulator:
        yield emulator


def warm_up(sign: str) -> None:
    """Let the emulator's first commit be nobody's: on a busy machine it takes many seconds."""
    form = {"email": "first@example.org", "name": "First", "country": "ZZ", "language": "en"}
    while httpx.post(f"{sign}/canary", json=form, trust_env=False, timeout=60).is_error:
        pass  # It waits for eight seconds by itself.


@pytest.fixture(scope="session")
def keys() -> DevelopmentKeys:
    """Make keys that this run of the tests forgets."""
    return make_keys()


def new_project() -> str:
    """Name a project that nobody has used; the emulator takes any, and keeps them apart."""
    return f"demo-{uuid.uuid4().hex[:16]}"


@pytest.fixture
def project() -> str:
    """Give each test a database of its own."""
    return new_project()


@pytest.fixture
def start_function(
    emulator: Emulator, project: str, keys: DevelopmentKeys, tmp_path: Path
) -> Iterator[Callable[..., Running]]:
    """
    Start functions by name, with the test's own project, and stop them when the test ends.

    `start_function("sign", OPEN_FORM="false", PEPPER=None)` adds a variable and takes one away.
    """
    started: list[Running] = []

    def start(name: str, **extra: str | None) -> Running:
        assert name in FUNCTIONS
        variables = settings(
            project=project,
            emulator=emulator.host,
            site="http://127.0.0.1:8000",
            share_link="http://127.0.0.1:8083",
            keys=keys,
        )
        log_path = tmp_path / f"{name}-{len(started)}.log"
        function = launch(name, free_port(), variables, log_path, extra=extra)
        started.append(function)
        function.wait()
        return function

    yield start
    stop_together(started)


@pytest.fixture(scope="module")
def services(
    emulator: Emulator, keys: DevelopmentKeys, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """Run all four functions and the page against the emulator, with a project of their own."""
    folder = tmp_path_factory.mktemp("services")
    with running_stack(emulator, new_project(), keys, folder) as stack:
        yield stack
