"""The emulator is found wherever it may be, and its data outlives it."""

from pathlib import Path

import httpx
import pytest

from dev import emulator
from dev.emulator import (
    SDK_JAR,
    Emulator,
    find_emulator,
    find_sdk_jar,
    start_emulator,
)

PATIENCE_SECONDS = 60  # httpx gives up after 5, which a busy machine may need.


def make_sdk(root: Path) -> Path:
    """Make what counts as a Google Cloud SDK with the emulator installed."""
    jar = root / SDK_JAR
    jar.parent.mkdir(parents=True)
    jar.touch()
    return jar


def make_program(path: Path, script: str) -> Path:
    """Make a shell script that can be called by its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_an_emulator_that_is_running_is_used_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:1")
    monkeypatch.setenv("PATH", "")

    assert start_emulator(tmp_path / "log") == Emulator("127.0.0.1:1", process=None)


def test_an_sdk_is_looked_for_by_its_variable_then_by_gcloud_then_in_the_usual_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named, called, usual = (make_sdk(tmp_path / name) for name in ("named", "called", "usual"))
    gcloud = make_program(tmp_path / "called" / "bin" / "gcloud", "exit 0")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "gcloud").symlink_to(gcloud)
    monkeypatch.setattr(emulator, "SDK_ROOTS", (str(tmp_path / "usual"),))
    root, path = {"CLOUDSDK_ROOT_DIR": str(tmp_path / "named")}, {"PATH": str(tmp_path / "bin")}

    assert find_sdk_jar(root | path) == named
    assert find_sdk_jar(path) == called
    assert find_sdk_jar({"PATH": "/nowhere"}) == usual


def test_an_sdk_without_the_emulator_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "named").mkdir()
    monkeypatch.setattr(emulator, "SDK_ROOTS", ())

    assert find_sdk_jar({"CLOUDSDK_ROOT_DIR": str(tmp_path / "named"), "PATH": "/nowhere"}) is None


@pytest.mark.parametrize(("installed", "needed"), [(True, 17), (False, 21)])
def test_java_is_looked_for_before_the_published_emulator_is_downloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: bool, needed: int
) -> None:
    """And the SDK's emulator is content with an older one."""
    jar = make_sdk(tmp_path / "sdk")
    sdk = {"CLOUDSDK_ROOT_DIR": str(tmp_path / "sdk")} if installed else {}
    asked: list[object] = []

    def find_java(env: object, cache: object, *, at_least: int) -> Path:
        asked.append(at_least)
        return Path("java")

    def download(url: str, target: Path, *, sha256: str) -> Path:
        asked.append(url)
        return Path("published")

    monkeypatch.setattr(emulator, "SDK_ROOTS", ())
    monkeypatch.setattr(emulator, "find_java", find_java)
    monkeypatch.setattr(emulator, "download", download)

    found = find_emulator({"PATH": "/nowhere", "XDG_CACHE_HOME": str(tmp_path), **sdk})

    assert found == (Path("java"), jar if installed else Path("published"))
    assert asked == ([needed] if installed else [needed, emulator.PUBLISHED_URL])


def test_the_published_emulator_is_kept_in_the_users_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    java = make_program(tmp_path / "bin" / "java", "echo 'openjdk version \"21.0.1\"' >&2")
    kept = tmp_path / "cache" / "savemyfriend" / "cloud-firestore-emulator-v1.22.0.jar"
    kept.parent.mkdir(parents=True)
    kept.touch()
    monkeypatch.setattr(emulator, "SDK_ROOTS", ())

    found = find_emulator(
        {"PATH": str(tmp_path / "bin"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    )

    assert found == (java, kept)


def test_saved_documents_are_there_after_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FIRESTORE_EMULATOR_HOST", raising=False)
    saved, log = tmp_path / "firestore", tmp_path / "log"
    document = {"fields": {"name": {"stringValue": "친구"}}}

    running = start_emulator(log, seed=saved)
    try:
        # Twice, because what is saved the second time replaces what was saved the first.
        for number in (1, 2):
            ask(running, "PATCH", f"/friends/{number}", document)
            running.save("demo-kept", saved)
    finally:
        running.stop()

    running = start_emulator(log, seed=saved)
    try:
        found = [ask(running, "GET", f"/friends/{number}")["fields"] for number in (1, 2)]
    finally:
        running.stop()
    assert found == [document["fields"]] * 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["firestore", "log"]


def ask(
    running: Emulator,
    method: str,
    path: str,
    body: dict[str, dict[str, dict[str, str]]] | None = None,
) -> dict[str, object]:
    """Call the emulator's REST interface, past any security rules."""
    url = f"http://{running.host}/v1/projects/demo-kept/databases/(default)/documents{path}"
    headers = {"Authorization": "Bearer owner"}
    answer = httpx.request(method, url, json=body, headers=headers, timeout=PATIENCE_SECONDS)
    answer.raise_for_status()
    found: dict[str, object] = answer.json()
    return found
