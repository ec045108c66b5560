"""The layout stays true after everybody has stopped looking."""

import ast
import importlib.machinery
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from petition import campaign, problems

from dev import ROOT
from dev.functions import FUNCTIONS

FOLDER = ROOT / "functions"
FILES = sorted(FOLDER.rglob("*.py"))
ENTRIES = {name.replace("-", "_") for name in FUNCTIONS}
PROBLEMS = sorted(problems.Problem.__subclasses__(), key=lambda problem: problem.slug)
SLUGS = {problem.slug for problem in PROBLEMS}

# What may be imported only here, by module or package; functions are those of the five files.
WALLS = {
    "google": {"connection"},
    "grpc": {"connection", "firestore"},
    "starlette": {"server", "web", *ENTRIES},
    "uvicorn": {"server"},
    "uvicorn_worker": {"server"},
    "functions_framework": ENTRIES,
    "os": {"settings", "server"},
    "cryptography": {"seal", "claim", "sign"},
    "segno": {"link"},
    "idna": {"address"},
    "time": {"cache", "log"},
}
# What may be called only here, of the store's requests: who lists, and who deletes.
CALLS = {
    "due": {"sweep"},
    "leave": {"sweep"},
    "lanes": {"tally"},
    "publish": {"tally"},
    "count_up": {"count"},
    "withdraw": {"withdraw"},
    "add": {"ledger"},
    "look": {"ledger"},
    "add_link": {"share_link"},
}
PURE = (
    *("address", "badge", "base64url", "blur", "campaign", "claim", "country", "documents"),
    *("form", "link", "messages", "problems", "receipt", "seal", "text", "values"),
)
WITH_IO = (
    *("cache", "connection", "firestore", "ledger", "log", "retry", "server", "settings", "store"),
    *("tally", "web"),
)

# All Python of ours that runs somewhere; tests are as long as what they try.
OURS = sorted(
    path
    for place in ("functions", "organizer", "dev", "infra")
    for path in (ROOT / place).rglob("*.py")
    if not {"node_modules", ".terraform"} & set(path.parts)
)
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 45  # ours: what fits on a large screen
SHORT = 30  # lines; nine functions in ten are shorter

# A longer file, and why no wall would make it simpler.
LONG: dict[str, str] = {}


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


def calls(path: Path) -> set[str]:
    """Return the names of all methods that a file calls or passes on, and where they are from."""
    return {
        f"{ast.unparse(node.value)}.{node.attr}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
    }


def functions(path: Path) -> dict[str, int]:
    """Return the functions of a file and how many lines each has."""
    return {
        f"{path.relative_to(ROOT)}: {node.name} {node.lineno}": (node.end_lineno or 0)
        - node.lineno
        + 1
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def title(path: Path) -> str:
    """Return a file's name within functions/, for the name of a test."""
    return str(path.relative_to(FOLDER))


@pytest.mark.parametrize("path", FILES, ids=title)
def test_what_has_its_place_is_imported_nowhere_else(path: Path) -> None:
    for name in imports(path):
        places = WALLS.get(name.partition(".")[0])
        assert places is None or path.stem in places, f"{path.name} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=title)
def test_environment_is_read_by_settings_and_set_by_server_alone(path: Path) -> None:
    touched = re.search(r"\b(environ|getenv|putenv)\b", path.read_text())

    assert bool(touched) == (path.stem in ("settings", "server"))


@pytest.mark.parametrize("path", FILES, ids=title)
def test_each_request_of_the_store_is_made_where_it_belongs(path: Path) -> None:
    """So that each function needs few permissions: `count` lists lanes, `sweep` deletes."""
    made = {
        name.rpartition(".")[2]
        for name in calls(path)
        if name.rpartition(".")[0] in ("store", "self._store", "tally")
    }

    assert {name for name in made & CALLS.keys() if path.stem not in CALLS[name]} == set()


@pytest.mark.parametrize("name", CALLS)
def test_request_that_has_its_place_is_made_there(name: str) -> None:
    for place in CALLS[name]:
        (path,) = (path for path in FILES if path.stem == place)
        assert any(call.endswith(f".{name}") for call in calls(path)), place


def test_database_is_reached_through_the_store_alone() -> None:
    within = {path.stem for path in FILES if "petition.firestore.Firestore" in imports(path)}
    listing = {path.stem for path in FILES if any(c.endswith(".query") for c in calls(path))}
    deleting = {path.stem for path in FILES if any(c.endswith("batch.delete") for c in calls(path))}

    assert (within, listing, deleting) == ({"store"}, {"store"}, {"store"})


def test_documents_need_nothing_of_ours() -> None:
    """Functions and organizers' tools agree on them, each with a client of their own."""
    assert not [name for name in imports(FOLDER / "petition/documents.py") if "petition" in name]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("petition/*.py")), ids=title)
def test_shared_module_imports_no_function(path: Path) -> None:
    assert not {name.partition(".")[0] for name in imports(path)} & ENTRIES


@pytest.mark.parametrize("name", PURE)
def test_pure_module_imports_none_that_does_io(name: str) -> None:
    loaded = imports(FOLDER / "petition" / f"{name}.py")

    assert not loaded & {f"petition.{module}" for module in WITH_IO}
    assert not loaded & {"asyncio", "socket", "subprocess", "urllib.request", "http.client"}


def test_every_module_is_pure_or_does_io() -> None:
    modules = {path.stem for path in FOLDER.glob("petition/*.py")} - {"__init__"}

    assert modules == {*PURE, *WITH_IO}


def test_files_beside_the_package_are_the_functions() -> None:
    assert {path.stem for path in FOLDER.glob("*.py")} == ENTRIES


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_function_is_a_plain_async_one_of_its_files_name(name: str) -> None:
    """The framework would run any other in a thread pool."""
    tree = ast.parse((FOLDER / f"{name}.py").read_text())
    (found,) = (node for node in tree.body if getattr(node, "name", "") == name)

    assert isinstance(found, ast.AsyncFunctionDef)
    assert ast.unparse(found.decorator_list[0]) == "functions_framework.aio.http"


@pytest.mark.parametrize("name", [*sorted(ENTRIES), "petition"])
def test_name_is_found_nowhere_else_on_the_path(name: str) -> None:
    """The framework appends the folder to the path, so a namesake would win, in production only."""
    elsewhere = [folder for folder in sys.path if Path(folder or ".").resolve() != FOLDER]

    assert name not in sys.stdlib_module_names
    assert importlib.machinery.PathFinder.find_spec(name, elsewhere) is None


def test_package_needs_neither_settings_nor_credentials_to_be_imported() -> None:
    names = [f"petition.{path.stem}" for path in FOLDER.glob("petition/*.py")]
    program = f"import importlib\nfor name in {names}: importlib.import_module(name)"

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=FOLDER, env={}, capture_output=True, text=True
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.slug)
def test_problem_has_status_slug_and_title(problem: type[problems.Problem]) -> None:
    assert 400 <= problem.status < 600
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", problem.slug)
    assert re.fullmatch(r"[A-Z][^{}]*\.", problem.title)
    assert inspect.getdoc(problem)


def test_no_two_problems_have_one_slug() -> None:
    assert len(SLUGS) == len(PROBLEMS)


def test_every_problem_is_explained_to_engineers_and_to_people() -> None:
    headings = re.findall(r"^## (.*)$", (ROOT / "docs" / "problems.md").read_text(), re.MULTILINE)
    page = (ROOT / "frontend" / "problems.html").read_text(encoding="utf-8")

    assert set(headings) == SLUGS
    assert set(re.findall(r'<section id="([^"]*)"', page)) == SLUGS


def test_no_file_is_longer_than_a_sitting_unless_it_says_why() -> None:
    long = {
        str(path.relative_to(ROOT))
        for path in OURS
        if path.read_text(encoding="utf-8").count("\n") > MAX_FILE_LINES
    }

    assert long == LONG.keys()


def test_no_function_is_longer_than_a_screen_and_nine_in_ten_are_far_from_it() -> None:
    lengths = {name: lines for path in OURS for name, lines in functions(path).items()}
    long = {name for name, lines in lengths.items() if lines > MAX_FUNCTION_LINES}

    # The organizers' own are measured beside their rooms, in tests/organizer/test_walls.py.
    assert {name for name in long if not name.startswith("organizer/")} == set()
    assert sum(lines >= SHORT for lines in lengths.values()) <= len(lengths) / 10


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_nobody_imports_the_local_runs_entry_point(path: Path) -> None:
    assert not {name for name in imports(path) if name.startswith("dev.__main__")}


@pytest.mark.parametrize("path", FILES, ids=title)
def test_what_is_deployed_needs_nothing_of_what_is_not(path: Path) -> None:
    assert not {name.partition(".")[0] for name in imports(path)} & {"dev", "organizer", "tests"}


@pytest.mark.parametrize("path", FILES, ids=title)
def test_everything_public_says_what_it_is(path: Path) -> None:
    tree = ast.parse(path.read_text())
    silent = [
        node.name
        for body in [
            tree.body,
            *(node.body for node in tree.body if isinstance(node, ast.ClassDef)),
        ]
        for node in body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]

    assert ast.get_docstring(tree)
    assert silent == []


def test_what_the_functions_import_is_what_they_ask_to_be_installed() -> None:
    lines = (ROOT / "requirements.in").read_text()
    named = lines[lines.index("# What functions/ imports.") :].partition("\n\n")[0]
    asked = {line.partition("==")[0] for line in named.splitlines()[1:]}
    imported = {name for path in FILES for name in imports(path)}
    packages = (
        {name.partition(".")[0] for name in imported} - sys.stdlib_module_names - {"petition"}
    )
    # What pydantic brings, and could not do without.
    brought = {"pydantic_core", ""}

    assert {name.replace("-", "_") for name in asked} == {
        {"google": "google_cloud_firestore", "grpc": "grpcio"}.get(name, name)
        for name in packages - brought
    }


def test_every_petition_has_a_card_for_every_language_and_stage() -> None:
    """A link is shared with a picture in its own language, which is true when it is shared."""
    wanted = {
        f"{id}-{language}-{stage}.png"
        for id, content in campaign.load_campaigns().items()
        for language, texts in content.texts.items()
        for stage in ("before", *(["after"] if texts.after else []), *texts.outcomes)
    }

    assert {path.name for path in (ROOT / "frontend" / "cards").glob("*.png")} >= wanted


def test_page_offers_the_countries_that_the_functions_take() -> None:
    from petition.country import COUNTRIES, NOT_SAID

    script = (ROOT / "frontend" / "countries.js").read_text()
    codes = re.search(r"CODES = `([^`]*)`", script)

    assert codes
    assert set(codes[1].split()) == COUNTRIES - {NOT_SAID}


def test_every_language_of_the_petition_has_the_pages_phrases() -> None:
    phrases = {path.stem for path in (ROOT / "frontend" / "phrases").glob("*.json")}
    petition = json.loads((FOLDER / "campaigns" / "savemyfriend.json").read_text("utf-8"))

    assert phrases >= petition["texts"].keys()
