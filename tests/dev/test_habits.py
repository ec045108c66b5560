"""What makes two machines alike: whole lists of requirements, and one Makefile for everybody."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from dev import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)


LISTS = (
    *("requirements.txt", "requirements-dev.txt", "requirements-java.txt"),
    *("requirements-tools.txt", "tests/infra/requirements-checkov.txt"),
)


def requirements(name: str) -> list[tuple[Requirement, list[str]]]:
    """Read a list of requirements, each with its hashes."""
    lines = (ROOT / name).read_text().replace("\\\n", " ").splitlines()
    entries = [line.split(" --hash=") for line in lines if re.match(r"\w", line)]
    return [(Requirement(wanted), hashes) for wanted, *hashes in entries]


@pytest.mark.parametrize("name", LISTS)
def test_every_requirement_is_pinned_to_one_version_and_its_files(name: str) -> None:
    """A package that was changed after it was published is not installed."""
    entries = requirements(name)

    assert entries
    for wanted, hashes in entries:
        assert re.fullmatch(r"==[\w.]+", str(wanted.specifier)), wanted
        assert hashes, wanted
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64} *", each) for each in hashes), wanted


@pytest.mark.parametrize("name", LISTS)
def test_a_list_names_no_place_to_install_from(name: str) -> None:
    """Where packages come from is the machine's own to say."""
    text = (ROOT / name).read_text()

    assert re.findall(r"^-.*|.*://.*", text, re.MULTILINE) == []


@pytest.mark.parametrize("name", LISTS)
def test_a_list_holds_what_was_asked_for(name: str) -> None:
    """Whoever changes a *.in and forgets `make lock` is told so."""
    text = (ROOT / name).with_suffix(".in").read_text()
    locked = {canonicalize_name(wanted.name): wanted.specifier for wanted, _ in requirements(name)}

    for line in re.findall(r"^\w.*", text, re.MULTILINE):
        asked = Requirement(line)
        (version,) = locked[canonicalize_name(asked.name)]
        assert version.version in asked.specifier, f"{line}: run make lock"


def test_what_engineers_install_holds_what_is_deployed() -> None:
    deployed = {str(wanted): hashes for wanted, hashes in requirements("requirements.txt")}
    developed = {str(wanted): hashes for wanted, hashes in requirements("requirements-dev.txt")}

    assert deployed.items() <= developed.items()


def test_the_list_of_requirements_is_whole() -> None:
    """A package that is installed without being listed may be another one tomorrow."""
    listed = {canonicalize_name(wanted.name) for wanted, _ in requirements("requirements-dev.txt")}
    frozen = pip("freeze", "--exclude-editable").splitlines()
    installed = {canonicalize_name(Requirement(line).name) for line in frozen}

    # Some Pythons put these two into every virtual environment.
    assert installed - listed - {"pip", "setuptools"} == set()


@pytest.mark.parametrize(("fetched", "offline"), [("as listed", True), ("of last year", False)])
def test_make_install_uses_what_make_wheels_fetched_while_it_is_what_is_listed(
    tmp_path: Path, fetched: str, offline: bool
) -> None:
    (tmp_path / "requirements-dev.txt").write_text("as listed")
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "Makefile").write_text(MAKEFILE)
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / "requirements-dev.txt").write_text(fetched)

    said = subprocess.run(
        ["make", "--dry-run", "install"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout

    assert said.count("install --no-index --find-links wheels ") == (2 if offline else 0)


def test_installed_packages_fit_each_other() -> None:
    """The platform's build fails where `pip check` does."""
    assert pip("check").strip() == "No broken requirements found."


def pip(*arguments: str) -> str:
    """Ask pip about the environment in which the tests run."""
    return subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments],
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_make_alone_explains_every_target() -> None:
    assert TARGETS
    said = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    for target in TARGETS[1].split():
        assert re.search(rf"^  make {target} +\w", said, re.MULTILINE), target


def test_make_says_so_when_python_is_too_old(tmp_path: Path) -> None:
    old = tmp_path / "python3.10"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)

    made = subprocess.run(
        ["make", "install", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert made.returncode == 2
    assert "Python 3.11 or newer is needed" in made.stderr
    assert not (tmp_path / "venv").exists()


@pytest.mark.parametrize(("arguments", "attacked"), [([], True), (["ARGS=--minutes 1"], False)])
def test_a_whole_soak_ends_with_games_and_the_contract_at_length(
    arguments: list[str], attacked: bool
) -> None:
    command = ["make", "--dry-run", "soak", *arguments]
    # Not what a make around this test was told.
    said = subprocess.run(
        command,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    games = r"GAMES=long FUZZ=long .*pytest .* tests/games tests/test_fuzz\.py$"
    assert bool(re.search(games, said, re.MULTILINE)) is attacked


def test_make_deploy_asks_for_a_project() -> None:
    env = {name: value for name, value in os.environ.items() if name != "PROJECT"}
    made = subprocess.run(
        ["make", "deploy"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )

    assert made.returncode == 2
    assert "make deploy PROJECT=" in made.stderr


def test_the_workflow_calls_only_make_and_pins_what_it_uses() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]

    assert workflow["permissions"] == {}
    for step in steps:
        if "run" in step:
            assert TARGETS
            assert step["run"] in {f"make {target}" for target in TARGETS[1].split()}
        else:
            assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step["uses"])
