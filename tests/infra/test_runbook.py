"""The documents for operators say what the configuration does."""

import re

import pytest

from dev import ROOT
from tests.infra.conftest import Deployed

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
SCALING = (ROOT / "docs" / "scaling.md").read_text()
VARIABLES = (ROOT / "infra" / "variables.tf").read_text()
EXAMPLE = (ROOT / "infra" / "terraform.tfvars.example").read_text()

HEADINGS = set(re.findall(r"^#+ (.+)$", RUNBOOK, re.MULTILINE))


def slug(heading: str) -> str:
    """Return a heading's anchor, as GitHub makes it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def test_every_alert_has_a_heading_that_says_what_to_do(deployed: Deployed) -> None:
    resources = deployed.state["values"]["root_module"]["resources"]
    alerts = [x["values"] for x in resources if x["type"] == "google_monitoring_alert_policy"]

    assert len(alerts) == 8
    assert {alert["display_name"] for alert in alerts} - HEADINGS == set()
    for alert in alerts:
        assert f'"{alert["display_name"]}"' in alert["documentation"][0]["content"]


@pytest.mark.parametrize("text", [RUNBOOK, SCALING], ids=["runbook", "scaling"])
def test_every_link_leads_somewhere(text: str) -> None:
    anchors = {"": {slug(h) for h in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}}
    for path in (ROOT / "docs").glob("*.md"):
        found = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
        anchors[path.name] = {slug(heading) for heading in found} | {""}

    links = re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", text)

    assert [(to, anchor) for to, anchor in links if anchor not in anchors.get(to, ())] == []


@pytest.mark.parametrize("text", [RUNBOOK, EXAMPLE], ids=["runbook", "example"])
def test_every_variable_that_is_spoken_of_exists(text: str) -> None:
    known = set(re.findall(r'^variable "(\w+)"', VARIABLES, re.MULTILINE))

    set_there = set(re.findall(r"^(?:# )?`?(\w+)\s+= ", text, re.MULTILINE))
    passed = set(re.findall(r"-var (\w+)=", text))

    assert set_there | passed
    assert (set_there | passed) - known == set()


def test_terraform_points_at_headings_that_exist() -> None:
    texts = [path.read_text() for path in (ROOT / "infra").glob("*.tf")]
    named = {name for text in texts for name in re.findall(r'runbook\.md \(\\?"([^"\\]+)', text)}

    assert named
    assert named - HEADINGS == set()
