"""The emulator finds a Java on every machine: its own, or one from the package registry."""

import os
import subprocess
from pathlib import Path

import httpx
import pytest

from dev import ROOT, CannotRun
from dev.emulator import Emulator, find_sdk_jar, start_emulator
from dev.java import find_java, java_version


def make_java(folder: Path, version: str) -> Path:
    """Make a program that says, as Java does, which version it is."""
    folder.mkdir(parents=True)
    path = folder / "java"
    path.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_292"', 8),
        ('openjdk version "21-ea" 2023-09-19', 21),
        ('Picked up _JAVA_OPTIONS: -Xmx1g\nopenjdk version "25" 2025-09-16', 25),
        ("The operation couldn't be completed. Unable to locate a Java Runtime.", None),
    ],
)
def test_java_version_is_read_from_what_java_says(said: str, version: int | None) -> None:
    assert java_version(said) == version


def test_java_home_is_preferred_to_the_path(tmp_path: Path) -> None:
    home = make_java(tmp_path / "home" / "bin", "21.0.1")
    on_path = make_java(tmp_path / "bin", "21.0.1")
    path = {"PATH": str(tmp_path / "bin")}

    home_first = path | {"JAVA_HOME": str(tmp_path / "home")}
    assert find_java(home_first, tmp_path / "cache", at_least=21) == home
    assert find_java(path | {"JAVA_HOME": "/nowhere"}, tmp_path / "cache", at_least=21) == on_path


def test_a_java_that_is_new_enough_needs_no_other(tmp_path: Path) -> None:
    make_java(tmp_path / "bin", "17.0.15")

    find_java({"PATH": str(tmp_path / "bin")}, tmp_path / "cache", at_least=17)

    assert not (tmp_path / "cache").exists()


@pytest.fixture(scope="module")
def installed() -> Path:
    """Install the package once for all runs of the tests, as a first run would."""
    return find_java({"PATH": "/nowhere"}, ROOT / ".run" / "cache", at_least=21)


def test_the_java_of_the_package_runs_and_is_new_enough(installed: Path) -> None:
    said = subprocess.run([installed, "-version"], capture_output=True, text=True, check=True)

    assert (java_version(said.stderr) or 0) >= 21


def test_a_java_too_old_is_passed_over(installed: Path, tmp_path: Path) -> None:
    make_java(tmp_path / "bin", "17.0.15")

    cache = ROOT / ".run" / "cache"
    assert find_java({"PATH": str(tmp_path / "bin")}, cache, at_least=21) == installed


def test_the_emulator_runs_on_the_java_of_the_package(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not find_sdk_jar(os.environ):
        pytest.skip("the SDK's emulator is not installed; the published one runs everywhere else")
    monkeypatch.delenv("FIRESTORE_EMULATOR_HOST", raising=False)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr("dev.emulator.cache_folder", lambda env: ROOT / ".run" / "cache")
    monkeypatch.setenv("PATH", "/bin-without-java")

    running = start_emulator(tmp_path / "log")
    try:
        assert str(installed) in command_of(running)
        assert httpx.get(f"http://{running.host}/", timeout=60).text == "Ok\n"
    finally:
        running.stop()


def command_of(running: Emulator) -> str:
    """Return the command by which an emulator was started."""
    assert running.process
    return " ".join(map(str, running.process.popen.args))  # type: ignore[arg-type]


def test_without_java_and_without_a_network_one_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")

    with pytest.raises(CannotRun, match="or install Java, for example") as problem:
        find_java({"PATH": "/nowhere"}, tmp_path / "cache", at_least=17)

    assert "\n" not in str(problem.value)
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["java.lock"]
