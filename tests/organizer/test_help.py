"""What the command line says of itself."""

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer

from organizer import ROOT
from organizer.command_line import app, run
from tests.organizer.conftest import PROGRAM

GUIDES = ("organizers", "runbook")
GUIDE = ROOT / "docs" / "organizers.md"


def root() -> typer.core.TyperGroup:
    """Return the command line itself."""
    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    return group


def commands() -> dict[str, typer.core.TyperCommand]:
    """Return every command by how it is called."""
    found: dict[str, Any] = {}
    for name, command in root().commands.items():
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


def lines_of(page: str) -> list[str]:
    """
    Return the command lines that a page tells people to type, in blocks and in sentences.

    A sentence that only names a command tells nobody to type it as it is.
    """
    text = (ROOT / page).read_text(encoding="utf-8").replace("\\\n", " ")
    quoted = re.findall(r"^organizer (.+)$|`organizer ([^`]+)`", text, re.MULTILINE)
    typed = [(block, sentence) for block, sentence in quoted if sentence not in commands()]
    found = [" ".join((block or sentence).split()) for block, sentence in typed]
    return [line for line in found if not {"…", "COMMAND"} & set(line.split())]


PAGES = ("README.md", *(f"docs/{name}.md" for name in GUIDES))
LINES = sorted({line for page in PAGES for line in lines_of(page)})


@pytest.mark.parametrize("line", LINES)
def test_what_the_pages_tell_people_to_type_is_understood(line: str) -> None:
    typed = shlex.split(line)
    while typed[0] in ("--project", "--petition"):  # They stand before every command.
        typed = typed[2:]
    name = next((n for n in commands() if typed[: n.count(" ") + 1] == n.split()), None)
    if name is None:
        assert typed in (["--help"], ["--version"], ["--install-completion"])
        return

    context = commands()[name].make_context(name, typed[name.count(" ") + 1 :])

    assert context.args == []


def test_the_guide_shows_how_to_type_every_command() -> None:
    text = GUIDE.read_text(encoding="utf-8")

    assert {name for name in commands() if not re.search(rf"\borganizer {name}\b", text)} == set()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_that_names_the_program_says_how_it_is_found(page: str) -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL)
    first = next(i for i, block in enumerate(blocks) if re.search("^organizer ", block, re.M))

    assert any("source .venv/bin/activate" in block for block in blocks[: first + 1])


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("command", [[], ["count"], ["keys"], ["keys", "new"]], ids=" ".join)
def test_help_is_one_letter_away(
    command: list[str], flag: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*command, flag]) == 0

    assert f"Usage: organizer {' '.join(command)}".strip() in capsys.readouterr().out


def test_its_version_is_the_newest_change() -> None:
    newest = re.search(r"^## ([\d-]+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest

    said = subprocess.run([PROGRAM, "--version"], check=True, capture_output=True, text=True)

    assert said.stdout == f"organizer {newest[1].replace('-', '.')}\n"


def test_a_shell_completes_commands_and_options_once_asked_to(tmp_path: Path) -> None:
    """In a real bash, as the guide says: install it, open another terminal, press Tab."""
    env = {"HOME": str(tmp_path), "PATH": f"{PROGRAM.parent}:/usr/bin:/bin", "TERM": "dumb"}
    # Not the last command, so that bash stays the parent by which the shell is recognised.
    subprocess.run(
        ["bash", "-c", "organizer --install-completion; true"],
        env=env,
        check=True,
        capture_output=True,
    )
    # What bash does when somebody presses Tab behind what was typed.
    tab = "COMP_WORDS=(organizer {}); COMP_CWORD={}; _organizer_completion organizer"

    for typed, expected in (("rec", "recount"), ("count --js", "--json"), ("keys n", "new")):
        pressed = tab.format(typed, len(typed.split()))
        script = f'source ~/.bashrc; complete -p organizer >&2; {pressed}; echo "${{COMPREPLY[@]}}"'
        said = subprocess.run(
            ["bash", "-c", script], env=env, check=True, capture_output=True, text=True
        )

        assert said.stdout.split() == [expected], said.stderr


def test_nothing_that_organizers_make_is_offered_to_git(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text((ROOT / ".gitignore").read_text())
    made = ["private-key.pem", "key-shares/key-share-1-of-5.txt", "report.html", "report.pdf"]
    made += [
        "names.csv",
        "names.csv.totals.json",
        "names.csv.unread.txt",
        "names.checked",
        "signs.rules",
        "names.csv.contested.jsonl",
        "all.jsonl",
        "news.stopped",
        "free/told.stamps",
        "free/people.jsonl",
        "free/en.csv",
    ]
    for name in [*made, ".all.jsonl.checkpoint", ".all.jsonl.checkpoint.new"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()

    seen = subprocess.run(
        ["git", "-C", tmp_path, "status", "--porcelain", "--untracked-files=all"],
        check=True,
        capture_output=True,
        text=True,
    )

    assert seen.stdout == "?? .gitignore\n"


def test_a_command_that_does_not_exist_is_not_understood(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["nothing"]) == 2
