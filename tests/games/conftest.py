"""Stacks for the games: with the settings of a deployed one, but faster."""

import contextlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from dev import ROOT
from dev.emulator import Emulator
from dev.keys import DevelopmentKeys
from dev.stack import Stack, running_stack
from tests.conftest import new_project
from tests.functions.signers import PETITION

# As deployed, but for the clock: counted every second, swept as soon as the sweep is called.
AS_DEPLOYED = {
    "BLUR": "true",
    "OPEN_FORM": "false",
    "PUBLISH_SECONDS": "1",
    "LEAVE_AFTER_SECONDS": "0",
    "LEAVE_WITHIN_SECONDS": "0",
}

Start = Callable[..., contextlib.AbstractContextManager[Stack]]


@pytest.fixture(scope="session")
def start(
    emulator: Emulator, keys: DevelopmentKeys, tmp_path_factory: pytest.TempPathFactory
) -> Start:
    """
    Run a stack for as long as a block lasts.

    `start(petitions=["a", "b"], ANSWER_GRID_MS="50")` runs more petitions, with other settings;
    `broken={"petition/store.py": (old, new)}` breaks a copy of the code, to see a game notice.
    """

    @contextlib.contextmanager
    def run(
        petitions: list[str] | None = None,
        broken: Mapping[str, tuple[str, str]] | None = None,
        **settings: str,
    ) -> Iterator[Stack]:
        folder = tmp_path_factory.mktemp("games")
        functions = copy_functions(folder / "deployed", petitions or [], broken or {})
        changes = AS_DEPLOYED | settings
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("dev.functions.ROOT", functions.parent)
            with running_stack(emulator, new_project(), keys, folder, changes=changes) as stack:
                yield stack

    return run


def copy_functions(root: Path, petitions: list[str], broken: Mapping[str, tuple[str, str]]) -> Path:
    """Copy the functions, with more petitions or with faults of our own."""
    copy = root / "functions"
    shutil.copytree(ROOT / "functions", copy, ignore=shutil.ignore_patterns("__pycache__"))
    campaign = json.loads((copy / "campaigns" / f"{PETITION}.json").read_text())
    for petition in petitions:
        path = copy / "campaigns" / f"{petition}.json"
        path.write_text(json.dumps(campaign | {"petition": petition}))
    for name, (old, new) in broken.items():
        code = (copy / name).read_text()
        assert code.count(old) == 1
        (copy / name).write_text(code.replace(old, new))
    return copy
