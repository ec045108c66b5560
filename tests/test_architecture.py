"""
The layout stays true when nobody is looking: who may import what, and what a problem must have.
"""

import ast
import importlib
import re
import sys
from importlib.machinery import PathFinder
from pathlib import Path

import pytest
from petition.problems import Problem

ROOT = Path(__file__).parent.parent
FUNCTIONS = ROOT / "functions"
PETITION = FUNCTIONS / "petition"
ENTRIES = {"sign", "count", "share_link", "withdraw"}
SOURCES = [*FUNCTIONS.glob("*.py"), *PETITION.glob("*.py")]

# What only one shared module may know; the functions themselves speak HTTP, and nothing else of it.
KEPT_TO = {
    "google": {"firestore.py"},
    "grpc": {"firestore.py"},
    "os": {"settings.py"},
    "starlette": {"web.py", *(f"{entry}.py" for entry in ENTRIES)},
    "functions_framework": {f"{entry}.py" for entry in ENTRIES},
    "segno": {"share.py"},
    "logging": set(),
}
PURE = {"address", "badge", "base64url", "campaign", "country", "form", "problems", "receipt"}
PURE |= {"seal", "share", "signature"}
MAX_LINES = 400
MAX_FUNCTION_LINES = 60

PROBLEMS = sorted(Problem.__subclasses__(), key=lambda problem: problem.slug)


def imports(path: Path) -> set[str]:
    """
    Return the full names of the modules that a file imports.
    """
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_a_module_imports_only_what_it_may_know(path: Path) -> None:
    tops = {name.partition(".")[0] for name in imports(path)}

    assert not {top for top in tops & set(KEPT_TO) if path.name not in KEPT_TO[top]}


@pytest.mark.parametrize("path", sorted(PETITION.glob("*.py")), ids=lambda path: path.name)
def test_the_shared_package_never_imports_a_function(path: Path) -> None:
    assert not imports(path) & ENTRIES


@pytest.mark.parametrize("name", sorted(PURE))
def test_a_pure_module_imports_no_module_that_does_io(name: str) -> None:
    impure = {"firestore", "store", "ledger", "tally", "web", "settings", "log", "cache", "retry"}
    shared = {
        module.split(".")[1]
        for module in imports(PETITION / f"{name}.py")
        if module.startswith("petition.")
    }

    assert not shared & impure
    assert not imports(PETITION / f"{name}.py") & {"asyncio", "socket", "subprocess"}


@pytest.mark.parametrize(
    "name", sorted({path.stem for path in FUNCTIONS.iterdir() if path.name != "__pycache__"})
)
def test_no_name_of_ours_is_taken_by_an_installed_package(name: str) -> None:
    # The framework appends our folder to the path, so a namesake would win in production alone.
    elsewhere = [
        entry for entry in sys.path if Path(entry or ".").resolve() not in (FUNCTIONS, ROOT)
    ]

    assert name not in sys.stdlib_module_names
    assert PathFinder.find_spec(name, elsewhere) is None


def test_each_function_has_a_file_of_its_own() -> None:
    assert {path.stem for path in FUNCTIONS.glob("*.py")} == ENTRIES


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_an_entry_point_is_a_plain_async_function(name: str) -> None:
    tree = ast.parse((FUNCTIONS / f"{name}.py").read_text(encoding="utf-8"))
    (entry,) = [node for node in tree.body if getattr(node, "name", None) == name]

    assert isinstance(entry, ast.AsyncFunctionDef)
    assert [ast.unparse(decorator) for decorator in entry.decorator_list] == [
        "functions_framework.aio.http",
        "endpoint(settings, campaigns)",
    ]


@pytest.mark.parametrize("name", sorted(path.stem for path in PETITION.glob("*.py")))
def test_a_shared_module_needs_no_environment(name: str) -> None:
    importlib.import_module("petition" if name == "__init__" else f"petition.{name}")


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.slug)
def test_a_problem_says_what_it_is_wherever_it_is_explained(problem: type[Problem]) -> None:
    assert problem.status >= 400
    assert problem.title.endswith(".")
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", problem.slug)


def test_every_problem_is_explained_and_nothing_else_is() -> None:
    slugs = [problem.slug for problem in PROBLEMS]
    headings = re.findall(r"^## (.+)$", (ROOT / "docs/problems.md").read_text(), re.MULTILINE)
    page = (ROOT / "frontend/problems.html").read_text(encoding="utf-8")

    assert len(set(slugs)) == len(slugs)
    assert sorted(headings) == slugs
    assert [slug for slug in slugs if f'id="{slug}"' not in page] == []


@pytest.mark.parametrize("path", ["requirements.txt", "requirements-dev.txt"])
def test_what_is_installed_is_pinned(path: str) -> None:
    lines = (ROOT / path).read_text().splitlines()
    wanted = [line for line in lines if line and not line.startswith(("#", "-r"))]

    assert wanted
    assert [line for line in wanted if not re.match(r"[A-Za-z0-9_.-]+(\[\w+\])?==\S+", line)] == []


def test_nothing_has_grown_beyond_what_can_be_read_in_one_sitting() -> None:
    large = []
    for path in [
        p for folder in ("functions", "organizer", "dev") for p in ROOT.glob(f"{folder}/**/*.py")
    ]:
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > MAX_LINES:
            large.append(path.name)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.body[0].lineno + 1
                if lines > MAX_FUNCTION_LINES:
                    large.append(f"{path.name}:{node.name}")

    assert large == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_everything_public_has_a_docstring(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    public = [
        node
        for scope in [tree, *(n for n in tree.body if isinstance(n, ast.ClassDef))]
        for node in scope.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
    ]

    assert ast.get_docstring(tree)
    assert [node.name for node in public if not ast.get_docstring(node)] == []
