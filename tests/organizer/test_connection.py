"""Which database the commands talk to, and how they find the local run."""

import json
from pathlib import Path

import pytest

from dev.local import announced
from dev.ports import free_port
from dev.stack import Stack
from organizer.command_line import run
from tests.organizer.conftest import Command, Forged


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Name no project, and a run folder of the test's own."""
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "")
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "")
    monkeypatch.setenv("RUN_FOLDER", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("command", ["count", "recount", "open", "doctor"])
def test_a_command_says_first_which_database_it_talks_to(
    organizer: Command, forged: Forged, command: str
) -> None:
    forged.add(1)

    said = organizer(command)

    assert said.err.startswith("Petition savemyfriend in emulator 127.0.0.1")


def test_without_a_project_the_local_run_is_meant(
    folder: Path, services: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    with announced(folder, services.project, services):
        assert run(["count", "--json"]) == 0

    said = capsys.readouterr()
    assert said.err == (
        f"Petition savemyfriend in local run (emulator {services.emulator.host}).\n"
    )
    assert json.loads(said.out)["signatures"] == 0


def test_the_local_runs_page_is_the_one_that_the_doctor_looks_at(
    folder: Path, services: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    with announced(folder, services.project, services):
        run(["doctor", "--json"])

    found = json.loads(capsys.readouterr().out)
    assert f"{services.site} answers." in [finding["sentence"] for finding in found]


def test_a_local_run_that_has_ended_is_not_meant(
    folder: Path, services: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    with announced(folder, services.project, services):
        pass

    assert run(["count"]) == 2
    assert "--project MY-PROJECT" in capsys.readouterr().err


def test_a_local_run_that_was_killed_is_not_meant(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    left = {"project": "demo-x", "emulator": f"127.0.0.1:{free_port()}", "site": "http://x"}
    (folder / "local.json").write_text(json.dumps(left))

    assert run(["count"]) == 2
    assert "start it first with `make run`" in capsys.readouterr().err


def test_another_emulator_than_the_local_runs_is_not_taken_for_it(
    folder: Path,
    services: Stack,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:9")

    with announced(folder, services.project, services):
        assert run(["count"]) == 2

    assert "unset it, or name the project" in capsys.readouterr().err
