"""The archive, as the platform gets it: unpacked, built and started with nothing else at hand."""

import json
import os
import subprocess
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dev import HOST, ROOT
from dev.emulator import Emulator
from dev.functions import FUNCTIONS, MACHINE, settings
from dev.keys import DevelopmentKeys
from dev.ports import free_port
from dev.process import DIRECT, Process
from tests.infra.conftest import environment

START_SECONDS = 60  # It takes one second; a busy machine may need many.

# Prints the files of the current folder that importing a function loads, one a line.
LOADED = """
import importlib, os, sys
sys.path.append(os.getcwd())
importlib.import_module(sys.argv[1])
for module in list(sys.modules.values()):
    file = getattr(module, "__file__", None) or ""
    if file.startswith(os.getcwd() + os.sep):
        print(os.path.relpath(file))
"""


@pytest.fixture(scope="module")
def unpacked(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack the archive into an empty folder."""
    folder = tmp_path_factory.mktemp("archive")
    with zipfile.ZipFile(archive) as file:
        file.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def programs(unpacked: Path) -> Path:
    """Install the archive's own requirements and nothing else."""
    return environment("archive", unpacked / "requirements.txt")


@pytest.fixture
def urls(
    unpacked: Path,
    programs: Path,
    emulator: Emulator,
    project: str,
    keys: DevelopmentKeys,
    tmp_path: Path,
) -> Iterator[dict[str, str]]:
    """Start the four functions from the archive and return their addresses."""
    ports = {name: free_port() for name in FUNCTIONS}
    addresses = {name: f"http://{HOST}:{port}" for name, port in ports.items()}
    variables = settings(
        project=project,
        emulator=emulator.host,
        site="http://127.0.0.1:8000",
        share_link=addresses["share-link"],
        keys=keys,
    )
    machine = {name: os.environ[name] for name in MACHINE if name in os.environ}
    started = []
    for name, port in ports.items():
        target = name.replace("-", "_")
        source: list[str | Path] = [
            programs / "functions-framework",
            "--source",
            unpacked / f"{target}.py",
        ]
        place = ["--target", target, "--host", HOST, "--port", str(port)]
        log_path = tmp_path / f"{name}.log"
        started.append(Process(name, [*source, *place], {**machine, **variables}, log_path))
    try:
        for process, url in zip(started, addresses.values(), strict=True):
            process.wait_until_it_answers(f"{url}/robots.txt", seconds=START_SECONDS)
        yield addresses
    finally:
        for process in started:
            process.stop()


def ask(url: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
    """Post a body, or get without one, and return status and answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with DIRECT.open(request, timeout=30) as answer:
        text = answer.read()
        return answer.status, json.loads(text) if text else {}


def test_archive_alone_serves_a_signature_from_sign_to_withdraw(urls: dict[str, str]) -> None:
    form = {"email": "a@example.org", "name": "A", "country": "KR", "language": "ko"}

    signed, receipt = ask(f"{urls['sign']}/savemyfriend", form)
    shared, link = ask(f"{urls['share-link']}/savemyfriend", {"language": "ko"})
    counted, count = ask(f"{urls['count']}/savemyfriend")
    withdrawal = {"receipt": receipt["receipt"], "keep_count": False}
    withdrawn, _ = ask(f"{urls['withdraw']}/savemyfriend", withdrawal)

    assert (signed, shared, counted, withdrawn) == (201, 201, 200, 204)
    assert count["signatures"] == 1
    assert link["url"].startswith(f"{urls['share-link']}/savemyfriend/")


def test_archive_passes_what_the_platforms_build_checks(unpacked: Path, programs: Path) -> None:
    compiled = subprocess.run(
        [programs / "python", "-m", "compileall", "-f", "-q", "."], cwd=unpacked, check=False
    )
    checked = subprocess.run(
        [programs / "pip", "check", "--disable-pip-version-check"], capture_output=True, check=False
    )

    assert (compiled.returncode, checked.returncode) == (0, 0), checked.stdout


def test_archive_holds_no_module_that_no_function_loads(
    archive: Path, unpacked: Path, programs: Path, keys: DevelopmentKeys
) -> None:
    told = settings(
        project="demo-archive",
        emulator="127.0.0.1:1",  # Importing a function asks nobody anything.
        site="http://127.0.0.1:8000",
        share_link="http://127.0.0.1:8083",
        keys=keys,
    )
    with zipfile.ZipFile(archive) as file:
        held = {name for name in file.namelist() if name.endswith(".py")}

    loaded: set[str] = set()
    for name in FUNCTIONS:
        command: list[str | Path] = [
            programs / "python",
            "-B",
            "-c",
            LOADED,
            name.replace("-", "_"),
        ]
        done = subprocess.run(
            command, cwd=unpacked, env=told, capture_output=True, text=True, check=True
        )
        loaded |= set(done.stdout.split())

    assert held - loaded == set()


def test_archive_holds_nothing_but_code_and_its_data(archive: Path) -> None:
    with zipfile.ZipFile(archive) as file:
        data = {name for name in file.namelist() if not name.endswith(".py")}

    campaigns = {f"campaigns/{path.name}" for path in ROOT.glob("functions/campaigns/*.json")}
    assert data == {
        "requirements.txt",
        "petition/addresses.json",
        "petition/countries.json",
        "petition/networks.json",
        *campaigns,
    }


def test_archive_does_not_depend_on_who_builds_it(archive: Path) -> None:
    with zipfile.ZipFile(archive) as file:
        modes = {oct(entry.external_attr >> 16 & 0o777) for entry in file.infolist()}
        names = file.namelist()

    assert modes == {"0o644"}
    assert names == sorted(names)
