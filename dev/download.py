"""Google's published emulator, fetched once into the user's cache."""

import contextlib
import hashlib
import http.client
import os
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from dev import CannotRun

CHUNK_BYTES = 1 << 20
TIMEOUT_SECONDS = 30


def download(url: str, target: Path, *, sha256: str) -> Path:
    """
    Fetch a file unless it is there already, with a progress bar.

    The file appears under its name only when it is whole and its checksum is right.

    Args:
        sha256: 64 hexadecimal digits, lower case.

    Raises:
        CannotRun: The network, the server or the checksum said no.
    """
    if target.exists():
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _unfinished(target) as part:
            found = _fetch(url, part)
            if found != sha256:
                raise CannotRun(
                    f"What {url} sent is not the file we know (SHA-256 {found}): "
                    "nothing was kept; try again, or install the Google Cloud SDK's emulator "
                    "with `gcloud components install cloud-firestore-emulator`."
                )
            part.replace(target)
    except (OSError, http.client.HTTPException) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()
        raise CannotRun(
            f"The Firestore emulator could not be downloaded from {url} ({error}): check the "
            "network and try again, or install the Google Cloud SDK's emulator with "
            "`gcloud components install cloud-firestore-emulator`."
        ) from error
    return target


@contextlib.contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    # In the same folder, because only then is the renaming atomic.
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f"{target.name}.")
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _fetch(url: str, path: Path) -> str:
    """Write what an address sends to a file and return its SHA-256."""
    digest = hashlib.sha256()
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn()
    with (
        urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer,
        path.open("wb") as file,
        Progress(*columns) as progress,
    ):
        length = int(answer.headers.get("Content-Length") or 0)
        task = progress.add_task("Firestore emulator", total=length or None)
        while chunk := answer.read(CHUNK_BYTES):
            file.write(chunk)
            digest.update(chunk)
            progress.advance(task, len(chunk))
        if file.tell() < length:
            raise http.client.IncompleteRead(b"", length - file.tell())
    return digest.hexdigest()
