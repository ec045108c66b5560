"""
Terraform on a copy of what it deploys, with providers that need neither network nor cloud.

`terraform-offline` runs the real terraform against the providers' real schemas, and makes up what
Google would answer. Where it is not found, plain terraform does what it can without an account.
"""

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dev import ROOT
from tests.conftest import do_without

# No part of this repository (CONTRIBUTING.md); who has it elsewhere says so by TERRAFORM_OFFLINE.
OFFLINE = Path(
    os.environ.get("TERRAFORM_OFFLINE")
    or ROOT.parent / "shared/tools/terraform-offline/terraform-offline"
)

# What is deployed, and so what the copy needs.
DEPLOYED = ("infra", "functions", "frontend", "requirements.txt", "Makefile")

PROJECT = "petition-test"

# The point (0, 0) is on no curve, but has the form of a key.
POINT = "BA" + 85 * "A"
ENVELOPE = f'{{ public_key = "{POINT}", version = "1" }}'


@dataclass(frozen=True)
class Terraform:
    """A terraform command and the folder with `infra` in which it works."""

    command: Path | str
    folder: Path

    @property
    def is_offline(self) -> bool:
        """Tell whether it can apply without an account."""
        return self.command == OFFLINE

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run one command in `infra` and return what it said, whether or not it succeeded."""
        return self._run([self.command, "-chdir=infra", *arguments], stdin)

    def make(
        self, *arguments: str, project: str = PROJECT, stdin: str = "yes\n"
    ) -> subprocess.CompletedProcess[str]:
        """Run a target of the Makefile as an operator does who has filled in a project's values."""
        values = self.folder / "infra" / f"{project}.tfvars"
        values.write_text(f'envelope        = {ENVELOPE}\nseal_public_key = "{POINT}"\n')
        named = [f"PROJECT={project}", f"TERRAFORM={self.command}", f"PYTHON={sys.executable}"]
        return self._run(["make", *arguments, *named], stdin)

    def deploy(self, *arguments: str) -> str:
        """Deploy with the command that an operator uses, agree, and return what it printed."""
        done = self.make("deploy", *arguments)
        assert done.returncode == 0, f"make deploy:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def plan(self, *arguments: str) -> dict[str, list[str]]:
        """Plan, and return what would be done to each resource that would not stay as it is."""
        file = self.folder / "plan"
        self.ask("plan", "-input=false", f"-out={file}", *arguments)
        planned = json.loads(self.ask("show", "-json", str(file)))
        changes = {one["address"]: one["change"]["actions"] for one in planned["resource_changes"]}
        return {address: do for address, do in changes.items() if do not in (["no-op"], ["read"])}

    def ask(self, *arguments: str, stdin: str = "") -> str:
        """Run one command that must succeed and return what it printed."""
        done = self.run(*arguments, stdin=stdin)
        assert done.returncode == 0, f"terraform {arguments[0]}:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def _run(self, command: Sequence[str | Path], stdin: str) -> subprocess.CompletedProcess[str]:
        # As in a terminal: what `make test` itself was called with is not for this make.
        foreign = ("TF_", "MAKE", "MFLAGS", "ARGS", "WORKERS")
        env = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        env |= {"TF_VAR_project": PROJECT, "TF_VAR_seal_public_key": POINT}
        env |= {"TF_VAR_envelope": ENVELOPE}
        return subprocess.run(
            command,
            cwd=self.folder,
            env=env,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )


@dataclass(frozen=True)
class Deployed:
    """The state after a deployment, as data and as text, and what the operator was shown."""

    state: dict[str, Any]
    text: str
    said: str

    def resource(self, address: str) -> dict[str, Any]:
        """Return the values of one resource or data source."""
        resources = self.state["values"]["root_module"]["resources"]
        return next(found["values"] for found in resources if found["address"] == address)


@pytest.fixture(scope="session")
def terraform() -> Terraform:
    """Copy what is deployed anew, for this process of the tests alone, and initialise it."""
    command = OFFLINE if OFFLINE.exists() else shutil.which("terraform")
    if command is None or shutil.which("terraform") is None:
        do_without("There is no terraform: install Terraform 1.11 or newer.")
    terraform = Terraform(command, copy_of_the_deployed())
    subprocess.run([sys.executable, str(terraform.folder / "infra/publish.py")], check=True)
    terraform.ask("init", "-backend=false", "-input=false")
    if terraform.is_offline and (left := terraform.run("state", "list").stdout.split()):
        # From a run that was killed; there is nothing behind it.
        terraform.ask("state", "rm", *left)
    return terraform


def copy_of_the_deployed() -> Path:
    """Copy what is deployed to a folder that stays the same from run to run."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    folder = ROOT / ".run" / f"terraform-{worker}"
    shutil.rmtree(folder, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__", "node_modules", ".terraform*", "*.tfvars")
    for name in DEPLOYED:
        source, target = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=ignored)
        else:
            shutil.copy(source, target)
    # A checkout of its own: terraform-offline mirrors the checkout that a configuration lies in.
    (folder / ".git").mkdir()
    return folder


@pytest.fixture(scope="session")
def deployed(terraform: Terraform) -> Deployed:
    """Deploy everything with made-up values."""
    if not terraform.is_offline:
        pytest.skip(
            "needs terraform-offline, which is no part of this repository and is not at "
            f"{OFFLINE}: plain terraform cannot apply without an account (CONTRIBUTING.md)"
        )
    said = terraform.deploy()
    text = terraform.ask("show", "-json")
    return Deployed(json.loads(text), text, said)


@pytest.fixture(scope="session")
def leads_to(terraform: Terraform) -> dict[str, set[str]]:
    """Return, for each resource, all those that exist before it and are destroyed after it."""
    edges: dict[str, set[str]] = {}
    for start, end in re.findall(r'"([^"]+)" -> "([^"]+)"', terraform.ask("graph")):
        edges.setdefault(start, set()).add(end)

    def follow(name: str, seen: set[str]) -> set[str]:
        for further in edges.get(name, set()) - seen:
            seen |= {further}
            follow(further, seen)
        return seen

    return {name: follow(name, set()) for name in edges}


@pytest.fixture(scope="session")
def archive(terraform: Terraform) -> Path:
    """Have Terraform build the functions' archive, without anything else."""
    terraform.ask("plan", "-target=data.archive_file.functions", "-input=false")
    # Where the configuration is worked on is terraform's to say.
    folder = terraform.ask("console", stdin="abspath(path.module)\n").strip().strip('"')
    return Path(folder, "build", "functions.zip")


def environment(name: str, requirements: Path) -> Path:
    """
    Make a virtual environment with only these requirements, kept until they change.

    Returns:
        Its folder of programs.
    """
    folder = ROOT / ".run" / f"venv-{name}"
    stamp = folder / "installed"
    wanted = f"{sys.version}\n{requirements.read_text()}"
    folder.parent.mkdir(exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        # Another process of the same run may want it too.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != wanted:
            subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
            pip = [str(folder / "bin/pip"), "install", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*pip, "--require-hashes", "-r", requirements], check=True)
            stamp.write_text(wanted)
    return folder / "bin"
