"""
Google's own Firestore emulator: found, started, saved and stopped.

It is looked for in this order: FIRESTORE_EMULATOR_HOST, a running one; an installed Google Cloud
SDK; otherwise the published file, downloaded once.
"""

import contextlib
import json
import os
import shutil
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dev import HOST
from dev.download import download
from dev.java import find_java
from dev.ports import free_port
from dev.process import DIRECT, Process

MAIN_CLASS = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"

# Where the SDK keeps the emulator, and where installers put the SDK.
SDK_JAR = Path("platform/cloud-firestore-emulator/cloud-firestore-emulator.jar")
SDK_ROOTS = (
    "~/google-cloud-sdk",
    "/usr/lib/google-cloud-sdk",
    "/usr/share/google-cloud-sdk",
    "/usr/local/google-cloud-sdk",
    "/opt/google-cloud-sdk",
    "/opt/homebrew/share/google-cloud-sdk",
    "/usr/local/share/google-cloud-sdk",
    "/snap/google-cloud-cli/current",
)
SDK_JAVA = 17  # The oldest that the SDK's emulator was seen to run on; 25 runs it too.

# The version that Firebase's tools install; its checksum is theirs too.
PUBLISHED_VERSION = "1.22.0"
PUBLISHED_URL = (
    "https://storage.googleapis.com/firebase-preview-drop/emulator/"
    f"cloud-firestore-emulator-v{PUBLISHED_VERSION}.jar"
)
PUBLISHED_SHA256 = "9b6498b7f62714d67f48f59b3818883cd682dbcd46b9f59511de81c97bb5166c"
PUBLISHED_JAVA = 21

START_SECONDS = 60  # It takes one second; a busy machine may need many.
EXPORT_NAME = "saved"


@dataclass
class Emulator:
    """A running emulator; without a process, it is somebody else's."""

    host: str
    process: Process | None = None

    def save(self, project: str, folder: Path) -> None:
        """
        Write a project's documents to a folder, replacing what an earlier run saved.

        The emulator's own --export-on-exit fails, as it asks for a database without a name; this
        is the call that Firebase's tools make.
        """
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix="saving-") as new:
            body = {
                "database": f"projects/{project}/databases/(default)",
                "export_directory": new,
                "export_name": EXPORT_NAME,
            }
            request = urllib.request.Request(
                f"http://{self.host}/emulator/v1/projects/{project}:export",
                data=json.dumps(body).encode(),
                headers={"Content-Type": "application/json"},
            )
            DIRECT.open(request, timeout=START_SECONDS).close()
            with contextlib.suppress(FileNotFoundError):
                folder.rename(Path(new, "old"))
            Path(new, EXPORT_NAME).rename(folder)

    def stop(self) -> None:
        """End the emulator if it is ours, and all that it holds."""
        if self.process:
            self.process.stop()


def start_emulator(
    log_path: Path,
    *,
    port: int | None = None,
    seed: Path | None = None,
    within: Sequence[str] = (),
) -> Emulator:
    """
    Start an emulator, or use the one that FIRESTORE_EMULATOR_HOST names.

    Args:
        log_path: Where its output goes.
        port: A free one is chosen if none is given.
        seed: A folder written by `Emulator.save`; it need not exist.
        within: A command that runs the one that follows it.

    Raises:
        CannotRun: Java or the emulator is missing, or it does not start.
    """
    if host := os.environ.get("FIRESTORE_EMULATOR_HOST"):
        return Emulator(host)
    java, jar = find_emulator(os.environ)
    host = f"{HOST}:{port or free_port()}"
    command: list[str | Path] = [
        *within,
        java,
        "-cp",
        jar,
        MAIN_CLASS,
        "start",
        "--host",
        HOST,
        "--port",
        host.split(":")[1],
    ]
    saved = seed and seed / f"{EXPORT_NAME}.overall_export_metadata"
    if saved and saved.exists():
        command += ["--seed_from_export", saved]
    process = Process("The Firestore emulator", command, os.environ, log_path)
    try:
        process.wait_until_it_answers(f"http://{host}/", seconds=START_SECONDS)
    except BaseException:
        process.stop()
        raise
    return Emulator(host, process)


@contextlib.contextmanager
def running_emulator(log_path: Path) -> Iterator[Emulator]:
    """Start an emulator for as long as a block lasts."""
    emulator = start_emulator(log_path)
    try:
        yield emulator
    finally:
        emulator.stop()


def find_emulator(env: Mapping[str, str]) -> tuple[Path, Path]:
    """
    Find Java and the emulator's file, and fetch what is missing.

    Raises:
        CannotRun: Something is missing and could not be fetched.
    """
    cache = cache_folder(env)
    if jar := find_sdk_jar(env):
        return find_java(env, cache, at_least=SDK_JAVA), jar
    # Java first: nobody should wait for a download that cannot be used.
    java = find_java(env, cache, at_least=PUBLISHED_JAVA)
    target = cache / f"cloud-firestore-emulator-v{PUBLISHED_VERSION}.jar"
    return java, download(PUBLISHED_URL, target, sha256=PUBLISHED_SHA256)


def find_sdk_jar(env: Mapping[str, str]) -> Path | None:
    """Find the emulator of an installed Google Cloud SDK."""
    roots = [Path(env["CLOUDSDK_ROOT_DIR"])] if env.get("CLOUDSDK_ROOT_DIR") else []
    if gcloud := shutil.which("gcloud", path=env.get("PATH")):
        roots.append(Path(gcloud).resolve().parent.parent)
    roots += [Path(root).expanduser() for root in SDK_ROOTS]
    return next((root / SDK_JAR for root in roots if (root / SDK_JAR).is_file()), None)


def cache_folder(env: Mapping[str, str]) -> Path:
    """Return the folder of ours in the user's cache."""
    base = env.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path("~/.cache").expanduser()) / "savemyfriend"
