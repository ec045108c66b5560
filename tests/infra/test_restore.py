"""The runbook's steps of a restore, taken as they are written there."""

import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from dev import ROOT
from dev.emulator import Emulator
from dev.functions import Running
from tests.infra.test_runbook import RUNBOOK

STEPS = [
    textwrap.dedent(block)
    for block in re.findall(
        r"^ *```sh\n(.*?)^ *```$",
        RUNBOOK.partition("\n## Restore\n")[2].partition("\n## ")[0],
        re.MULTILINE | re.DOTALL,
    )
]
FORM = {"email": "a@example.org", "name": "A", "country": "KR", "language": "ko"}


class Databases:
    """Two databases of one project in the emulator, by its REST interface."""

    def __init__(self, emulator: Emulator, project: str) -> None:
        self._http = httpx.Client(
            base_url=f"http://{emulator.host}/v1/projects/{project}/databases/",
            headers={"Authorization": "Bearer owner"},
            trust_env=False,
            timeout=60,
        )
        self._project = project

    def close(self) -> None:
        """Leave no connection open."""
        self._http.close()

    def documents(self, database: str) -> dict[str, Any]:
        """Return the fields of every document, by path."""
        query = {"structuredQuery": {"from": [{"allDescendants": True}]}}
        rows = self._http.post(f"{database}/documents:runQuery", json=query).json()
        found = [row["document"] for row in rows if "document" in row]
        return {one["name"].partition("/documents/")[2]: one.get("fields", {}) for one in found}

    def restore(self, source: str, target: str) -> None:
        """Make one database what the other was, as a backup does."""
        root = f"projects/{self._project}/databases/{target}/documents"
        writes = [
            {"update": {"name": f"{root}/{path}", "fields": fields}}
            for path, fields in self.documents(source).items()
        ]
        self._http.post(f"{target}/documents:commit", json={"writes": writes}).raise_for_status()

    def status(self, database: str) -> str | None:
        """Tell whether a database says that the petition is open; None if it says nothing."""
        petition = self.documents(database).get("petitions/savemyfriend", {})
        status: str | None = petition.get("status", {}).get("stringValue")
        return status


@pytest.fixture
def databases(emulator: Emulator, project: str) -> Iterator[Databases]:
    """Look into the databases of a single test."""
    databases = Databases(emulator, project)
    yield databases
    databases.close()


def organizers(step: str) -> str:
    """
    Keep what an organizer types of a step,
    and that the shell remembers; whoever is asked agrees.
    """
    lines = [line for line in step.splitlines() if re.match("export |organizer ", line)]
    assert lines
    typed = [re.sub(r"^(organizer (open|close))$", r"echo \2 | \1", line) for line in lines]
    return "\n".join(["set -e", *typed, ""])


@pytest.fixture
def take(emulator: Emulator, project: str) -> Callable[..., str]:
    """Take steps of an organizer in one shell, and return everything that was said."""

    def take(*steps: str) -> str:
        script = "".join(organizers(step) for step in steps).replace("MY-PROJECT", project)
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        env = {"PATH": path, "HOME": os.environ["HOME"], "FIRESTORE_EMULATOR_HOST": emulator.host}
        done = subprocess.run(
            ["sh", "-c", script], cwd=ROOT, env=env, capture_output=True, text=True
        )
        said = f"{done.stdout}\n{done.stderr}"
        assert done.returncode == 0, said
        return said

    return take


def test_restored_copy_is_closed_before_it_is_live_and_the_damaged_one_left_alone(
    databases: Databases, take: Callable[..., str], start_function: Callable[..., Running]
) -> None:
    first, second, *_, last = STEPS[:5]
    with httpx.Client(trust_env=False, timeout=60) as http:
        url = f"{start_function('sign').url}/savemyfriend"
        for name in "abc":
            form = FORM | {"email": f"{name}@example.org"}
            assert http.post(url, json=form).status_code == 201
    databases.restore("(default)", "restored")
    backed_up = databases.documents("restored")

    take(first)
    damaged = databases.documents("(default)")
    assert (databases.status("(default)"), databases.status("restored")) == ("closed", None)

    said = take(first, second)
    assert databases.status("restored") == "closed"
    assert "restored" in said
    assert databases.documents("(default)") == damaged

    take(first, second, last)
    assert (databases.status("(default)"), databases.status("restored")) == ("closed", "open")
    assert databases.documents("restored").keys() == backed_up.keys() | {"petitions/savemyfriend"}
    assert databases.documents("(default)") == damaged
