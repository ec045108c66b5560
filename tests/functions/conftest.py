"""What the tests that speak HTTP to the functions need besides the functions themselves."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from dev import ROOT
from dev.emulator import Emulator
from dev.functions import MACHINE
from dev.stack import Stack
from tests.functions.database import Database


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    """Speak HTTP to this machine, whatever proxy the environment names."""
    with httpx.Client(trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def stored(services: Stack) -> Iterator[Database]:
    """Look into the database of `services`."""
    database = Database(services.emulator.host, services.project)
    yield database
    database.close()


@pytest.fixture
def database(emulator: Emulator, project: str) -> Iterator[Database]:
    """Look into the database of a single test, which `start_function` uses."""
    database = Database(emulator.host, project)
    yield database
    database.close()


@pytest.fixture
def petitions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy the functions, so that a test may change their petitions."""
    copy = tmp_path / "deployed" / "functions"
    shutil.copytree(ROOT / "functions", copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr("dev.functions.ROOT", copy.parent)
    # Before the folder that is installed here, which no deployed function has.
    monkeypatch.setenv("PYTHONPATH", str(copy))
    monkeypatch.setattr("dev.functions.MACHINE", (*MACHINE, "PYTHONPATH"))
    return copy / "campaigns"
