"""The emulator is found wherever it may be, and its data outlives it."""

from pathlib import Path

import httpx
import pytest

from dev import CannotRun, emulator
from dev.emulator import (
    SDK_JAR,
    Emulator,
    find_emulator,
    find_java,
    find_sdk_jar,
    java_version,
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


def make_java(folder: Path, version: str) -> Path:
    """Make a program that says, as Java does, which version it is."""
    return make_program(folder / "java", f"echo 'openjdk version \"{version}\"' >&2")


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


def test_java_home_is_preferred_to_the_path(tmp_path: Path) -> None:
    home = make_java(tmp_path / "home" / "bin", "21.0.1")
    on_path = make_java(tmp_path / "bin", "21.0.1")
    path = {"PATH": str(tmp_path / "bin")}

    assert find_java(path | {"JAVA_HOME": str(tmp_path / "home")}, at_least=21) == home
    assert find_java(path | {"JAVA_HOME": "/nowhere"}, at_least=21) == on_path


def test_without_java_one_sentence_says_what_to_install() -> None:
    with pytest.raises(CannotRun, match="install Java 17 or newer") as problem:
        find_java({"PATH": "/nowhere"}, at_least=17)

    assert "\n" not in str(problem.value)


def test_a_java_too_old_for_the_published_emulator_is_found_out_before_the_download(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_java(tmp_path / "bin", "17.0.15")
    monkeypatch.setattr(emulator, "SDK_ROOTS", ())
    monkeypatch.setattr(emulator, "download", lambda *_, **__: pytest.fail("It was downloaded."))

    with pytest.raises(CannotRun, match=r"newer Java than .* \(17\): install Java 21"):
        find_emulator({"PATH": str(tmp_path / "bin")})


def test_the_sdks_emulator_runs_on_the_java_that_is_too_old_for_the_published_one(
    tmp_path: Path,
) -> None:
    java = make_java(tmp_path / "bin", "17.0.15")
    jar = make_sdk(tmp_path / "sdk")
    env = {"PATH": str(tmp_path / "bin"), "CLOUDSDK_ROOT_DIR": str(tmp_path / "sdk")}

    assert find_emulator(env) == (java, jar)


def test_the_published_emulator_is_kept_in_the_users_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    java = make_java(tmp_path / "bin", "21.0.1")
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
