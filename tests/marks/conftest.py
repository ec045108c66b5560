"""Stacks of their own for the search, sound and broken on purpose."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from dev.emulator import Emulator
from dev.keys import DevelopmentKeys
from dev.stack import Stack, running_stack
from tests.conftest import new_project, warm_up
from tests.games.conftest import copy_functions

Broken = Mapping[str, tuple[str, str]]
Start = Callable[..., contextlib.AbstractContextManager[Stack]]


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    """Speak HTTP to this machine, whatever proxy the environment names."""
    with httpx.Client(trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture
def start(emulator: Emulator, keys: DevelopmentKeys, tmp_path: Path) -> Start:
    """
    Run a stack for as long as a block lasts: `start(database="127.0.0.1:1")` without a database.

    `broken={"sign.py": (old, new)}` breaks a copy of the code, to see the search notice.
    """

    @contextlib.contextmanager
    def run(database: str | None = None, broken: Broken | None = None) -> Iterator[Stack]:
        functions = copy_functions(tmp_path / "deployed", [], broken or {})
        target = Emulator(database) if database else emulator
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("dev.functions.ROOT", functions.parent)
            with running_stack(target, new_project(), keys, tmp_path / "logs") as stack:
                if not (database or broken):
                    warm_up(stack.sign)
                yield stack

    return run
