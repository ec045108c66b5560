"""Which database the commands talk to: production, or this machine's local run."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from petition.campaign import Campaign, load_campaigns

from dev import HOST, RUN_FOLDER
from dev.__main__ import DEFAULT_PORTS, variable
from dev.__main__ import PROJECT as LOCAL_PROJECT
from dev.process import answers
from organizer import MISUNDERSTOOD, CannotDo


@dataclass(frozen=True)
class Connection:
    """
    A petition in a database.

    Args:
        emulator: HOST:PORT of Google's emulator; None for production.
        run_folder: Where the local run keeps its keys; None when it is not the local run.
    """

    project: str
    database: str
    petition: str
    emulator: str | None = None
    run_folder: Path | None = None

    @property
    def description(self) -> str:
        """Say in a line which database it is, so that nobody takes one for the other."""
        if self.emulator is None:
            where = f"production {self.project}"
        elif self.run_folder:
            where = f"local run (emulator {self.emulator})"
        else:
            where = f"emulator {self.emulator}, project {self.project}"
        name = "" if self.database == "(default)" else f", database {self.database}"
        return f"Petition {self.petition} in {where}{name}."

    @property
    def campaign(self) -> Campaign:
        """
        Return the petition's texts and settings.

        Raises:
            CannotDo: There is no such petition.
        """
        campaigns = load_campaigns()
        if self.petition not in campaigns:
            known = ", ".join(campaigns)
            raise CannotDo(
                f"There is no petition {self.petition!r}; there is {known}.", MISUNDERSTOOD
            )
        return campaigns[self.petition]


def find_connection(
    project: str | None, database: str, petition: str, env: Mapping[str, str] = os.environ
) -> Connection:
    """
    Choose the database: the project that was named, or else the local run if there is one.

    Raises:
        CannotDo: No project was named, and nothing runs on this machine.
    """
    emulator = env.get("FIRESTORE_EMULATOR_HOST")
    project = project or env.get("GOOGLE_CLOUD_PROJECT")
    if project:
        return Connection(project, database, petition, emulator)
    emulator = emulator or f"{HOST}:{env.get(variable('emulator')) or DEFAULT_PORTS['emulator']}"
    if not answers(f"http://{emulator}/"):
        raise CannotDo(
            "Say which Google Cloud project: organizer --project MY-PROJECT …, or set "
            "GOOGLE_CLOUD_PROJECT. For the local run, start it first with `make run`.",
            MISUNDERSTOOD,
        )
    folder = Path(env.get("RUN_FOLDER") or RUN_FOLDER)
    return Connection(LOCAL_PROJECT, database, petition, emulator, folder)
