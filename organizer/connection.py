"""Which database the commands talk to: production, or this machine's local run."""

import difflib
import json
import os
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from petition.campaign import FOLDER, Campaign, load_campaign

from organizer import MISUNDERSTOOD, ROOT, CannotDo

DEFAULT = "(default)"  # how Firestore calls the database of a project that has named none
LOCAL_SECONDS = 2.0  # ours: on one machine it answers in milliseconds, or not at all


@dataclass(frozen=True)
class Local:
    """
    The local run of `make run`, as it announces itself.

    Args:
        folder: Where it keeps its keys.
        site: The page's address.
    """

    folder: Path
    site: str


@dataclass(frozen=True)
class Connection:
    """
    A petition in a database.

    Args:
        emulator: HOST:PORT of Google's emulator; None for production.
        local: The local run, if it is the local run's database.
    """

    project: str
    database: str
    petition: str
    emulator: str | None = None
    local: Local | None = None

    @property
    def description(self) -> str:
        """Say in a line which database it is, so that nobody takes one for the other."""
        if self.emulator is None:
            where = f"production {self.project}"
        elif self.local:
            where = f"local run (emulator {self.emulator})"
        else:
            where = f"emulator {self.emulator}, project {self.project}"
        name = "" if self.database == DEFAULT else f", database {self.database}"
        return f"Petition {self.petition} in {where}{name}."

    def read_campaign(self) -> Campaign:
        """
        Read the petition's texts and settings.

        Raises:
            CannotDo: Its file is not valid; the message says everything that is wrong with it.
        """
        try:
            return load_campaign(FOLDER / f"{self.petition}.json")
        except SystemExit as fault:
            raise CannotDo(
                f"{fault} `organizer petition check {self.petition}` says what to write instead."
            ) from None


def find_connection(
    project: str | None, database: str, petition: str, env: Mapping[str, str] = os.environ
) -> Connection:
    """
    Choose the database: the project that was named, or else the local run if there is one.

    Raises:
        CannotDo: There is no such petition; or no project was named, and nothing runs on this
            machine; or it has no such database.
    """
    check_petition(petition)
    emulator = env.get("FIRESTORE_EMULATOR_HOST")
    project = project or env.get("GOOGLE_CLOUD_PROJECT")
    if project:
        return Connection(project, database, petition, emulator)
    folder = Path(env.get("RUN_FOLDER") or ROOT / ".run")
    try:
        found = json.loads((folder / "local.json").read_text())
    except FileNotFoundError:
        found = None
    if not found or not _listens(found["emulator"]):
        raise CannotDo(
            "Say which Google Cloud project: organizer --project MY-PROJECT …, or set "
            "GOOGLE_CLOUD_PROJECT. For the local run, start it first with `make run`.",
            MISUNDERSTOOD,
        )
    if emulator not in (None, "", found["emulator"]):
        raise CannotDo(
            f"FIRESTORE_EMULATOR_HOST names {emulator}, and the local run uses "
            f"{found['emulator']}: unset it, or name the project that you mean by --project.",
            MISUNDERSTOOD,
        )
    if database != DEFAULT:
        raise CannotDo(f"The local run has one database, {DEFAULT}.", MISUNDERSTOOD)
    local = Local(folder, found["site"])
    return Connection(found["project"], database, petition, found["emulator"], local)


def check_petition(petition: str) -> None:
    """
    Refuse a petition that has no file, so that nothing is ever done to a misspelt one.

    Raises:
        CannotDo: There is none; the message names the nearest.
    """
    known = [path.stem for path in sorted(FOLDER.glob("*.json"))]
    if petition not in known:
        end = nearest(petition, known)
        raise CannotDo(f"There is no petition {petition!r}{end}", MISUNDERSTOOD)


def nearest(name: str, known: Iterable[str]) -> str:
    """End a sentence about a name that is not known: with the one that may be meant, or all."""
    names = list(known)
    if close := difflib.get_close_matches(name, names, n=1):
        return f". Did you mean {close[0]}?"
    return f"; there is {', '.join(names)}." if names else "."


def _listens(address: str) -> bool:
    # A local run that was killed could not take its file away.
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), LOCAL_SECONDS).close()
    except OSError:
        return False
    return True
