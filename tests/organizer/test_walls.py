"""The rooms of the organizers' command line, and the walls between them."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from organizer import ROOT

FOLDER = ROOT / "organizer"
FILES = sorted(FOLDER.rglob("*.py"))
ROOMS = {
    "campaigns",
    "checkup",
    "commands",
    "news",
    "pages",
    "reporting",
    "signatures",
    "statistics",
    "trustees",
}

MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 45
SHORT = 30  # lines; nine functions in ten are shorter

# What may be imported only here, by module.
PLACES = {
    "google.cloud": {"signatures/batch.py", "signatures/database.py"},
    "google.api_core": {"signatures/faults.py"},
    "shamir_mnemonic": {"trustees/key_shares.py"},
    "babel": {"pages/updates.py", "reporting/edition.py", "statistics/words.py"},
    "jinja2": {"reporting/report.py", "statistics/page.py"},
    "subprocess": {"reporting/report.py"},
    "smtplib": {"news/post.py"},
    "multiprocessing": {"signatures/opening.py"},
}


def title(path: Path) -> str:
    """Return a file's name within organizer/."""
    return str(path.relative_to(FOLDER))


def imports(path: Path) -> set[str]:
    """Return the dotted names that a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "Relative imports hide what belongs where."
            names |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def functions(path: Path) -> dict[str, int]:
    """Return the functions of a file and how many lines each has."""
    return {
        f"{title(path)}: {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_every_room_and_module_is_named_where_a_newcomer_looks_first() -> None:
    for package in [FOLDER, *(FOLDER / room for room in ROOMS)]:
        text = ast.get_docstring(ast.parse((package / "__init__.py").read_text())) or ""
        inside = {path.stem for path in package.glob("*.py")} - {"__init__"}
        inside |= {f"{path.parent.name}/" for path in package.glob("*/__init__.py")}

        assert {name for name in inside if f"`{name}`" not in text} == set(), package.name


def test_the_rooms_are_the_folders() -> None:
    assert {path.parent.name for path in FOLDER.glob("*/*.py")} == ROOMS


@pytest.mark.parametrize("path", FILES, ids=title)
def test_commands_are_imported_by_what_puts_them_together_alone(path: Path) -> None:
    found = {name for name in imports(path) if name.startswith("organizer.commands")}

    assert bool(found) == (path.name == "command_line.py")


@pytest.mark.parametrize("path", FILES, ids=title)
def test_a_production_tool_needs_nothing_of_the_local_run_or_the_tests(path: Path) -> None:
    assert not {name.partition(".")[0] for name in imports(path)} & {"dev", "tests"}


@pytest.mark.parametrize(
    "path", sorted((*ROOT.glob("dev/*.py"), *ROOT.glob("functions/**/*.py"))), ids=str
)
def test_nobody_imports_an_entry_point(path: Path) -> None:
    assert "dev.__main__" not in imports(path)


@pytest.mark.parametrize("path", FILES, ids=title)
def test_what_has_its_place_is_imported_nowhere_else(path: Path) -> None:
    for name in imports(path):
        for module, places in PLACES.items():
            if name == module or name.startswith(f"{module}."):
                assert title(path) in places


@pytest.mark.parametrize("module", ["organizer.__main__", "organizer.signatures.opening"])
def test_a_process_that_opens_boxes_loads_neither_database_nor_commands(module: str) -> None:
    program = (
        f"import sys, {module}\n"
        "print(sorted(set(sys.modules) & {'google.cloud.firestore', 'grpc', 'rich', 'typer'}))"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")


@pytest.mark.parametrize("path", FILES, ids=title)
def test_a_file_and_its_functions_are_read_in_one_sitting(path: Path) -> None:
    assert path.read_text().count("\n") <= MAX_FILE_LINES
    assert {n: lines for n, lines in functions(path).items() if lines > MAX_FUNCTION_LINES} == {}


def test_nine_functions_in_ten_fit_on_a_screen() -> None:
    lengths = [lines for path in FILES for lines in functions(path).values()]

    assert sum(lines >= SHORT for lines in lengths) <= len(lengths) / 10


@pytest.mark.parametrize("path", FILES, ids=title)
def test_everything_public_says_what_it_is(path: Path) -> None:
    tree = ast.parse(path.read_text())
    parents: list[ast.Module | ast.ClassDef] = [tree]
    parents += [node for node in tree.body if isinstance(node, ast.ClassDef)]
    silent = [
        node.name
        for parent in parents
        for node in parent.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]

    assert ast.get_docstring(tree)
    assert silent == []
