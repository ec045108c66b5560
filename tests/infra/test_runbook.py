"""The documents for operators say what the configuration does."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from dev import ROOT
from tests.conftest import do_without
from tests.infra.conftest import Deployed

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
SCALING = (ROOT / "docs" / "scaling.md").read_text()
VARIABLES = (ROOT / "infra" / "variables.tf").read_text()
EXAMPLE = (ROOT / "infra" / "terraform.tfvars.example").read_text()

HEADINGS = set(re.findall(r"^#+ (.+)$", RUNBOOK, re.MULTILINE))


# Every line that an operator is to type, with its continuation lines.
COMMANDS = [
    command.replace("\\\n", " ").partition("   #")[0].strip()
    for block in re.findall(r"^ *```sh\n(.*?)^ *```$", RUNBOOK, re.MULTILINE | re.DOTALL)
    for command in re.split(r"(?<!\\)\n", textwrap.dedent(block).strip())
]


def starting_with(program: str) -> list[str]:
    """Return the commands of one program, also those within a paragraph."""
    inline = re.findall(rf"`({program} [^`]+)`", RUNBOOK)
    found = [command for command in (*COMMANDS, *inline) if command.startswith(f"{program} ")]
    assert found
    return found


def slug(heading: str) -> str:
    """Return a heading's anchor, as GitHub makes it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def test_every_alert_has_a_heading_that_says_what_to_do(deployed: Deployed) -> None:
    resources = deployed.state["values"]["root_module"]["resources"]
    alerts = [x["values"] for x in resources if x["type"] == "google_monitoring_alert_policy"]

    assert len(alerts) == 13
    assert {alert["display_name"] for alert in alerts} - HEADINGS == set()
    for alert in alerts:
        assert f'"{alert["display_name"]}"' in alert["documentation"][0]["content"]


@pytest.mark.parametrize("text", [RUNBOOK, SCALING], ids=["runbook", "scaling"])
def test_every_link_leads_somewhere(text: str) -> None:
    anchors = {"": {slug(h) for h in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}}
    for path in (ROOT / "docs").rglob("*.md"):
        found = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
        anchors[str(path.relative_to(ROOT / "docs"))] = {slug(heading) for heading in found} | {""}

    links = re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", text)

    assert [(to, anchor) for to, anchor in links if anchor not in anchors.get(to, ())] == []


@pytest.mark.parametrize("text", [RUNBOOK, EXAMPLE], ids=["runbook", "example"])
def test_every_variable_that_is_spoken_of_exists(text: str) -> None:
    known = set(re.findall(r'^variable "(\w+)"', VARIABLES, re.MULTILINE))

    set_there = set(re.findall(r"(?:^(?:# )?|`)(\w+)\s+= ", text, re.MULTILINE))
    passed = set(re.findall(r"-var=(\w+)=", text))

    assert set_there | passed
    assert (set_there | passed) - known == set()


def test_terraform_points_at_headings_that_exist() -> None:
    texts = [path.read_text() for path in (ROOT / "infra").glob("*.tf")]
    named = {name for text in texts for name in re.findall(r'runbook\.md \(\\?"([^"\\]+)', text)}

    assert named
    assert named - HEADINGS == set()


def test_gcloud_knows_every_command_and_option(tmp_path: Path) -> None:
    if shutil.which("gcloud") is None:
        pytest.skip("needs gcloud, which knows its own commands: install google-cloud-cli")
    printed = ["make", "-n", "state", "PROJECT=MY-PROJECT"]
    made = subprocess.run(printed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    of_make = [line.strip() for line in made.splitlines() if line.strip().startswith("gcloud ")]
    spoken = (*starting_with("gcloud"), *of_make)
    wanted = {one.partition(" >")[0].replace("MY-PROJECT", "my-project") for one in spoken}
    commands = tmp_path / "commands.json"
    commands.write_text(json.dumps([{"command_string": command} for command in sorted(wanted)]))

    lint = ["gcloud", "meta", "lint-gcloud-commands", f"--commands-file={commands}"]
    env = os.environ | {"CLOUDSDK_CONFIG": str(tmp_path)}
    done = subprocess.run(lint, env=env, capture_output=True, text=True, check=True)

    found = json.loads(done.stdout)
    failed = [one for one in found if not one["success"]]
    assert len(of_make) == 3
    assert {one["command_string"] for one in found} == wanted
    assert [(one["command_string"], one["error_message"]) for one in failed] == []


def test_terraform_knows_every_command() -> None:
    if shutil.which("terraform") is None:
        do_without("There is no terraform: install Terraform 1.11 or newer.")
    told = subprocess.run(["terraform", "-help"], capture_output=True, text=True, check=True)
    known = set(re.findall(r"^  (\w+) ", told.stdout, re.MULTILINE))

    spoken_of = {shlex.split(command)[2] for command in starting_with("terraform -chdir=infra")}

    assert spoken_of - known == set()


@pytest.mark.parametrize("command", sorted(set(starting_with("make"))))
def test_make_has_every_target_and_takes_every_variable(command: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    _, target, *variables = shlex.split(command)

    assert re.search(rf"^{target}:", makefile, re.MULTILINE)
    assert [one for one in variables if f"$({one.partition('=')[0]})" not in makefile] == []


@pytest.mark.parametrize("command", sorted(set(starting_with("organizer"))))
def test_organizer_knows_every_command_and_option(command: str) -> None:
    # What it does not know it refuses before it helps.
    helped = [sys.executable, "-m", *shlex.split(command), "--help"]
    done = subprocess.run(helped, cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
