"""
Every function answers whatever it is sent as openapi.yaml documents it: schemathesis, all checks.

`FUZZ=long make test ARGS=tests/test_fuzz.py` sends a hundred times as much, and other things each
time.
"""

import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from dev import ROOT
from dev.functions import FUNCTIONS
from dev.stack import Stack
from tests.conftest import LONG, warm_up

OPENAPI = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
EXAMPLES = 2000 if LONG else 20

# What the contract cannot say, so that nothing follows from it.
EXEMPT = {
    # Which countries, languages and receipts there are is no pattern.
    "positive_data_acceptance": FUNCTIONS,
    # A preflight is answered for a whole function, and a 405 for its path (test_contract.py).
    "allow_header_conformance": ("share-link",),
    # The platform keeps strangers off, before the function.
    "ignored_auth": ("sweep",),
    "missing_required_header": ("sweep",),
    "negative_data_rejection": ("sweep",),
}

# A code that is none is a link that leads to the petition, so nothing in its place is refused.
MODES = {"share-link": "positive"}


def contract_of(name: str) -> dict[str, Any]:
    """Return a function's own part of the contract, as if at its own address."""
    contract: dict[str, Any] = copy.deepcopy(OPENAPI)
    prefix = f"/{name}"
    del contract["servers"]
    contract["paths"] = {
        path.removeprefix(prefix): {k: v for k, v in item.items() if k != "servers"}
        for path, item in contract["paths"].items()
        if path.startswith(f"{prefix}/")
    }
    return contract


def fuzz(
    url: str, contract: dict[str, Any], folder: Path, exempt: list[str], mode: str = "all"
) -> subprocess.CompletedProcess[str]:
    """Send what the contract allows and what it does not, and check every answer."""
    path = folder / "openapi.json"
    path.write_text(json.dumps(contract), encoding="utf-8")
    command: list[str | Path] = [Path(sys.executable).with_name("st"), "run", path, "--url", url]
    command += ["--checks", "all", "--max-examples", str(EXAMPLES), "--request-timeout", "60"]
    command += ["--no-color"] if LONG else ["--no-color", "--generation-deterministic"]
    command += ["--mode", mode, "--exclude-checks", ",".join(exempt)]
    env = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    return subprocess.run(
        command, cwd=folder, env=env | {"NO_PROXY": "*"}, capture_output=True, text=True
    )


@pytest.fixture(scope="module", autouse=True)
def warmed_up(services: Stack) -> None:
    """Begin with a database that answers."""
    warm_up(services.sign)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_everything_is_answered_as_documented(services: Stack, name: str, tmp_path: Path) -> None:
    exempt = [check for check, functions in EXEMPT.items() if name in functions]

    url, mode = services.functions[name].url, MODES.get(name, "all")
    done = fuzz(url, contract_of(name), tmp_path, exempt, mode)

    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "No issues found" in done.stdout


def test_an_answer_that_is_not_documented_is_found(services: Stack, tmp_path: Path) -> None:
    contract = contract_of("count")
    del contract["paths"]["/{petition}"]["get"]["responses"]["404"]

    done = fuzz(services.count, contract, tmp_path, ["positive_data_acceptance"])

    assert done.returncode == 1
    assert "Undocumented status code" in done.stdout, done.stdout
