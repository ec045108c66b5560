"""
What the command line says of itself.
"""

import re
import shlex
from pathlib import Path

import pytest
import typer

from organizer import ROOT
from organizer.__main__ import app, run

GUIDE = ROOT / "docs" / "organizers.md"


def commands() -> dict[str, typer.core.TyperCommand]:
    """Return every command by how it is called."""
    root = typer.main.get_command(app)
    found = {}
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", None)
        found |= {f"{name} {n}": c for n, c in below.items()} if below else {name: command}
    return found


@pytest.mark.parametrize("name", commands())
def test_every_commands_help_reads_like_sentences(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = commands()[name]

    assert run([*name.split(), "--help"]) == 0

    assert name in capsys.readouterr().out
    text = " ".join((command.help or "").split())
    assert re.match(r"[A-Z].*[a-z)]\.( |$)", text)
    assert text.endswith(".")


@pytest.mark.parametrize("name", commands())
def test_every_option_says_what_it_does(name: str) -> None:
    for parameter in commands()[name].params:
        if parameter.name != "help" and not getattr(parameter, "hidden", False):
            text = getattr(parameter, "help", "") or ""
            assert re.fullmatch(r"[A-Za-z].*\.", text, re.DOTALL), parameter.name


@pytest.mark.parametrize("name", commands())
def test_every_command_is_in_the_organizers_guide(name: str) -> None:
    assert re.search(rf"`{name}\b", GUIDE.read_text(encoding="utf-8"))


def lines_of(path: Path) -> list[list[str]]:
    """Return the organizer's command lines that a page tells people to copy."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    quoted = re.findall(r'make organizer ARGS="([^"]*)"', text)
    return [shlex.split(line) for line in quoted if "…" not in line]


@pytest.mark.parametrize(
    "line",
    [line for name in ("organizers", "runbook") for line in lines_of(ROOT / f"docs/{name}.md")],
)
def test_what_the_pages_tell_people_to_copy_is_understood(line: list[str]) -> None:
    options = {word.split("=")[0] for word in line if word.startswith("--")}
    command = next(c for name, c in commands().items() if " ".join(line).startswith(name))

    assert options <= {option for p in command.params for option in p.opts + p.secondary_opts}


def test_a_command_that_does_not_exist_is_not_understood(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["nothing"]) == 2
