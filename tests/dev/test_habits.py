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


def requirements(name: str) -> list[Requirement]:
    """Read a list of requirements, without what it includes."""
    lines = (ROOT / name).read_text().splitlines()
    return [Requirement(line) for line in lines if re.match(r"\w", line)]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_to_one_version(name: str) -> None:
    loose = [
        str(each)
        for each in requirements(name)
        if not re.fullmatch(r"==[\w.]+", str(each.specifier))
    ]

    assert loose == []


def test_the_lists_of_requirements_are_whole() -> None:
    """A package that is installed without being listed may be another one tomorrow."""
    listed = {
        canonicalize_name(each.name)
        for name in ("requirements.txt", "requirements-dev.txt")
        for each in requirements(name)
    }
    frozen = pip("freeze", "--exclude-editable").splitlines()
    installed = {canonicalize_name(Requirement(line).name) for line in frozen}

    # Some Pythons put these two into every virtual environment.
    assert installed - listed - {"pip", "setuptools"} == set()


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
