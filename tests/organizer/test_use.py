"""Petitions that have a name on a machine, and what goes before them."""

import json
import os
from pathlib import Path

import pytest
from google.cloud import firestore

from organizer import FAILURES, ROOT
from organizer.command_line import run
from tests.organizer.conftest import PETITION, Command, Forged
from tests.organizer.secret_manager import SecretManager


@pytest.fixture
def elsewhere(organizer: Command, forged: Forged, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let three sign in a project that no variable names."""
    forged.add(3)
    return os.environ["GOOGLE_CLOUD_PROJECT"]


def test_a_profile_in_use_is_meant_when_nothing_else_is_said(
    organizer: Command, elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = organizer("--project", elsewhere, "--petition", PETITION, "use", "korea")
    assert said.out.split() == ["*", "korea:", "project", f"{elsewhere},", "petition", PETITION]

    def count() -> str:
        # The fixture names a project each time, as a terminal might.
        monkeypatch.delenv("GOOGLE_CLOUD_PROJECT", raising=False)
        return organizer("count").err

    assert f"project {elsewhere}" in count()
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "demo-other")
    assert "project demo-other" in organizer("count").err
    assert "project demo-third" in organizer("--project", "demo-third", "count").err
    monkeypatch.setenv("PETITION", "canary")
    assert "Petition canary" in organizer("count").err

    assert organizer("use", "--none").code == 0
    assert json.loads(organizer("use", "--json").out) == {
        "in_use": None,
        "profiles": {"korea": {"project": elsewhere, "petition": PETITION}},
    }


def test_profiles_are_chosen_and_removed(organizer: Command) -> None:
    organizer("--petition", PETITION, "use", "korea")
    organizer("--petition", "canary", "use", "canary")

    assert organizer("use", "korea").code == 0
    assert "  canary: petition canary\n* korea: " in organizer("use").out
    assert organizer("use", "korea", "--remove").code == 0
    assert organizer("use").out == "  canary: petition canary\n"


def test_an_unknown_profile_is_told_with_the_nearest(organizer: Command) -> None:
    organizer("--petition", PETITION, "use", "korea")

    said = organizer("use", "corea")

    assert said.code == 2
    assert "Did you mean korea?" in said.err


@pytest.mark.parametrize(
    "options", [["--remove"], ["korea", "--none"], ["--none", "--remove"]], ids=" ".join
)
def test_what_contradicts_itself_is_not_understood(organizer: Command, options: list[str]) -> None:
    assert organizer("use", *options).code == 2


def test_a_broken_file_is_told_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(os.environ["XDG_CONFIG_HOME"]) / "organizer" / "profiles.json"
    path.parent.mkdir()
    path.write_text("{")

    assert run(["use"]) == 1
    assert "profiles.json cannot be read; remove it" in capsys.readouterr().err


def test_a_script_is_told_every_failure_by_the_word_of_its_code(
    organizer: Command,
    forged: Forged,
    petition: firestore.DocumentReference,
    secrets: SecretManager,
    key_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", interrupt)
    forged.add(1)
    petition.set({"status": "closed"}, merge=True)
    secrets.status = 403
    failures: dict[int, list[list[str | Path]]] = {
        1: [["stats", "--html", tmp_path / "no" / "folder.html"]],
        2: [["nothing"], ["count", "--links", "many"], ["stats", "--rules", "nowhere"]],
        3: [["forget", "--really"]],
        4: [["export", tmp_path / "all.csv", "--key", key_file, "--check", tmp_path / "checked"]],
        130: [["watch"]],
    }

    for code, commands in failures.items():
        for command in commands:
            said = organizer(*command, "--json")

            assert said.code == code, command
            failure = json.loads(said.out.splitlines()[-1])
            assert (failure["exit_code"], failure["error"]) == (code, FAILURES[code])
            assert failure["message"]
    assert failures.keys() == FAILURES.keys()


def test_the_guide_has_every_word_for_a_script() -> None:
    guide = (ROOT / "docs" / "organizers.md").read_text(encoding="utf-8")

    for code, word in FAILURES.items():
        assert f"| {code} | `{word}` |" in guide
