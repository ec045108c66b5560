"""
What the documentation says is true: its commands run, its addresses lead somewhere, its contract
is the functions' own.
"""

import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from openapi_spec_validator import validate
from petition.link import NETWORKS, VIA_PATTERN
from petition.problems import Problem
from petition.settings import (
    CountSettings,
    GridSettings,
    Settings,
    ShareLinkSettings,
    SignSettings,
    WithdrawSettings,
)

from dev.stack import Stack
from tests.conftest import warm_up

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
OPENAPI = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PORTS = {"8000": "site", "8081": "sign", "8082": "count", "8083": "share_link", "8084": "withdraw"}
MODELS = (
    Settings,
    GridSettings,
    SignSettings,
    WithdrawSettings,
    CountSettings,
    ShareLinkSettings,
)
CURLS = re.findall(r"^curl .*?(?<!\\)$", README, re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    """Return the README's blocks of code in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def run(command: str, services: Stack) -> str:
    """Run one of the README's curl commands, on this test's own ports."""
    for port, name in PORTS.items():
        command = command.replace(f"http://localhost:{port}", getattr(services, name))
    words = shlex.split(command.replace("\\\n", " "))
    words[1:1] = ["--noproxy", "*", "--max-time", "60"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def shape(value: Any) -> Any:
    """Return what must agree between an example and an answer: names and types, not the numbers."""
    if isinstance(value, dict):
        return {name: shape(content) for name, content in value.items()}
    if isinstance(value, list):
        return [shape(content) for content in value]
    return type(value).__name__


def test_the_readme_signs_counts_shares_and_withdraws(services: Stack) -> None:
    warm_up(services.sign)
    sign, count, fault, share, withdraw = CURLS
    signed, counted, faulty = (json.loads(block) for block in blocks("json"))

    assert shape(json.loads(run(sign, services))) == shape(signed)
    assert shape(json.loads(run(sign, services))) == shape(signed)
    answer = json.loads(run(count, services))
    assert answer == {**counted, "as_of": answer["as_of"]}
    problem = json.loads(run(fault, services))
    assert problem["errors"] == faulty["errors"]
    assert problem.keys() == faulty.keys()
    assert json.loads(run(share, services))["url"].startswith(services.share_link)
    assert run(withdraw, services).startswith("HTTP/1.1 204")


def test_every_make_target_that_the_readme_names_exists() -> None:
    targets = re.findall(r"^make ((?:[a-z]+ ?)+)", "".join(blocks("sh")), re.MULTILINE)
    makefile = (ROOT / "Makefile").read_text()

    assert targets
    for target in {word for line in targets for word in line.split()}:
        assert re.search(rf"^{target}:.*## ", makefile, re.MULTILINE), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))

    assert [x for x in links if "://" not in x and not (page.parent / x).exists()] == []


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    names = {name.upper() for model in MODELS for name in model.model_fields}
    documented = re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE)

    assert sorted(documented) == sorted(names)


def test_every_kind_of_settings_is_looked_at() -> None:
    def kinds(model: type[Settings]) -> set[type[Settings]]:
        return {model}.union(*(kinds(more) for more in model.__subclasses__()))

    assert set(MODELS) == kinds(Settings)


def test_the_contract_is_valid_openapi() -> None:
    assert OPENAPI["openapi"] == "3.1.0"
    validate(OPENAPI)


def bodies() -> list[Any]:
    """Return every example with the schema that it must obey, as pytest's parameters."""
    found: list[Any] = []

    def visit(node: Any, place: str) -> None:
        if isinstance(node, list):
            for number, item in enumerate(node):
                visit(item, f"{place}/{number}")
        elif isinstance(node, dict):
            if "schema" in node and ("examples" in node or "example" in node):
                examples = [example["value"] for example in node.get("examples", {}).values()]
                for example in [*examples, *([node["example"]] if "example" in node else [])]:
                    found.append(pytest.param(node["schema"], example, id=f"{place}-{len(found)}"))
            for name, item in node.items():
                visit(item, f"{place}/{name}")

    visit(OPENAPI["paths"], "paths")
    visit(OPENAPI["components"]["responses"], "responses")
    return found


@pytest.mark.parametrize(("schema", "example"), bodies())
def test_an_example_obeys_its_schema(schema: dict[str, Any], example: Any) -> None:
    jsonschema.Draft202012Validator({**schema, "components": OPENAPI["components"]}).validate(
        example
    )


def test_the_contract_names_every_problem_with_its_status_and_title() -> None:
    written = json.dumps(OPENAPI["components"]["responses"])
    for problem in Problem.__subclasses__():
        assert f"problems.html#{problem.slug}" in written, problem.slug
        assert f'"title": {json.dumps(problem.title)}, "status": {problem.status}' in written


def test_the_contract_and_the_code_mean_the_same_by_their_words() -> None:
    schemas = OPENAPI["components"]["schemas"]
    target = schemas["ShareLink"]["properties"]["targets"]["items"]["properties"]

    assert schemas["Via"]["pattern"] == VIA_PATTERN
    assert target["network"]["enum"] == list(NETWORKS)


def test_the_functions_answer_as_the_contract_says(services: Stack) -> None:
    schemas = OPENAPI["components"]["schemas"]
    json_type = "-H 'Content-Type: application/json' -d"
    link = '\'{"language": "zh-Hans"}\''
    answers = {
        "Count": "curl -s http://localhost:8082/savemyfriend",
        "ShareLink": f"curl -s http://localhost:8083/savemyfriend {json_type} {link}",
        "Accepted": CURLS[0],
        "Problem": "curl -s http://localhost:8082/nothing",
    }
    for name, command in answers.items():
        schema = {**schemas[name], "components": OPENAPI["components"]}
        jsonschema.Draft202012Validator(schema).validate(json.loads(run(command, services)))
