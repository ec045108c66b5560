"""checkov finds nothing in the infrastructure that is not excused beside the resource."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dev import ROOT
from tests.infra.conftest import environment

INFRA = ROOT / "infra"


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """Run checkov once, without asking anybody on the network."""
    programs = environment("checkov", Path(__file__).with_name("requirements-checkov.txt"))
    command: list[str | Path] = [
        programs / "checkov",
        "--directory",
        INFRA,
        "--framework",
        "terraform",
    ]
    quietly = ["--skip-download", "--output", "json", "--soft-fail"]
    done = subprocess.run([*command, *quietly], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_checkov_finds_nothing_that_is_not_excused(report: dict[str, Any]) -> None:
    failed = report["results"]["failed_checks"]

    assert [(check["check_id"], check["resource"]) for check in failed] == []
    assert report["summary"]["passed"] > 0
    assert report["summary"]["parsing_errors"] == 0


def test_every_excuse_has_a_reason_and_is_still_needed(report: dict[str, Any]) -> None:
    text = "\n".join(path.read_text() for path in INFRA.glob("*.tf"))
    excused = set(re.findall(r"checkov:skip=(\w+):\S.{20,}", text))

    assert text.count("checkov:skip") == len(re.findall(r"checkov:skip=\w+:\S.{20,}", text))
    assert excused == {check["check_id"] for check in report["results"]["skipped_checks"]}
