"""
openapi.yaml and the functions are one contract: forms, limits, patterns, paths and methods.

Its examples, problems and the README's answers are compared in test_documentation.py.
"""

import itertools
import re
from typing import Any

import httpx
import pytest
import yaml
from petition.address import RFC_5321_MAX_ADDRESS_OCTETS
from petition.campaign import Campaign, load_campaigns
from petition.country import COUNTRIES
from petition.form import Form, read_form
from petition.receipt import write_receipt
from petition.seal import BOX_BYTES, PLAINTEXT_BYTES
from petition.share import CODE_PATTERN, MARKS
from petition.signature import ConsentForm, OpenForm, SealedForm
from petition.tally import FLOOR
from pydantic import BaseModel

from dev import ROOT
from dev.stack import Stack

OPENAPI = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
SCHEMAS = OPENAPI["components"]["schemas"]
CAMPAIGN = load_campaigns()["savemyfriend"]
CONTEXT = {"languages": CAMPAIGN.languages}

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

FORMS: dict[str, tuple[dict[str, Any], type[BaseModel]]] = {
    "sealed": (SCHEMAS["SealedSignature"], SealedForm),
    "open": (SCHEMAS["OpenSignature"], OpenForm),
    "consent": (SCHEMAS["OpenSignature"]["properties"]["consent"], ConsentForm),
}


def examples(path: str) -> dict[str, Any]:
    """Return the examples of a path's bodies, by name."""
    content = OPENAPI["paths"][path]["post"]["requestBody"]["content"]["application/json"]
    return {name: example["value"] for name, example in content["examples"].items()}


@pytest.mark.parametrize("name", FORMS)
def test_form_has_the_documented_fields_and_no_other(name: str) -> None:
    schema, model = FORMS[name]
    required = {field for field, info in model.model_fields.items() if info.is_required()}

    assert schema["properties"].keys() == model.model_fields.keys()
    assert set(schema.get("required", [])) == required
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize("name", FORMS)
def test_form_has_the_documented_limits(name: str) -> None:
    schema, model = FORMS[name]
    ours = model.model_json_schema()["properties"]

    for field, documented in schema["properties"].items():
        for limit in ("minLength", "maxLength"):
            assert documented.get(limit) == ours[field].get(limit), f"{field}: {limit}"


@pytest.mark.parametrize("name", examples("/sign/{petition}"))
def test_function_takes_the_documented_example(name: str) -> None:
    assert read_form(OpenForm, examples("/sign/{petition}")[name], CONTEXT)


@pytest.mark.parametrize(("field", "octets"), [("sealed", BOX_BYTES), ("address_tag", 32)])
def test_pattern_of_octets_has_their_length(field: str, octets: int) -> None:
    pattern = SCHEMAS["SealedSignature"]["properties"][field]["pattern"]
    digits = -(-octets * 4 // 3)

    assert pattern == f"^[A-Za-z0-9_-]{{{digits}}}$"


def test_box_is_described_with_its_sizes() -> None:
    said = SCHEMAS["SealedSignature"]["properties"]["sealed"]["description"]

    assert f"{BOX_BYTES:,} bytes" in said
    assert f"{PLAINTEXT_BYTES:,} bytes" in said


@pytest.mark.parametrize("receipt", [bytes(16), b"\xff" * 16, bytes(range(16))])
def test_receipt_has_the_documented_form(receipt: bytes) -> None:
    pattern = SCHEMAS["Accepted"]["properties"]["receipt"]["pattern"]

    assert re.search(pattern, write_receipt(receipt))
    assert not re.search(pattern, "8" + write_receipt(receipt)[1:])


def test_small_patterns_are_the_functions_own() -> None:
    petition = OPENAPI["components"]["parameters"]["petition"]["schema"]["pattern"]
    ours = Campaign.model_json_schema()["properties"]["petition"]["pattern"]

    assert petition == ours
    assert SCHEMAS["ShareLink"]["properties"]["code"]["pattern"] == f"^{CODE_PATTERN}$"
    assert all(re.search(SCHEMAS["Country"]["pattern"], code) for code in COUNTRIES)
    assert SCHEMAS["Language"]["examples"] == list(CAMPAIGN.languages)
    assert all(mark in SCHEMAS["Via"]["pattern"] for mark in MARKS)


def test_numbers_in_the_descriptions_are_the_functions_own() -> None:
    assert f"under {FLOOR} are" in SCHEMAS["Count"]["properties"]["countries"]["description"]
    assert (
        f"fewer than {FLOOR}." in SCHEMAS["LinkNumber"]["properties"]["signatures"]["description"]
    )
    email = SCHEMAS["OpenSignature"]["properties"]["email"]
    assert f"{RFC_5321_MAX_ADDRESS_OCTETS} octets" in email["description"]


@pytest.mark.parametrize("form", [SealedForm, OpenForm, ConsentForm])
def test_form_is_strict(form: type[Form]) -> None:
    """What the contract does not say is not taken, and nothing is converted."""
    assert form.model_config["strict"]
    assert form.model_config["extra"] == "forbid"


@pytest.mark.parametrize(("path", "method"), [*itertools.product(OPENAPI["paths"], METHODS)])
def test_path_takes_the_documented_methods_and_names_them(
    services: Stack, path: str, method: str
) -> None:
    documented = {name.upper() for name in OPENAPI["paths"][path]} & set(METHODS)
    function, _, rest = path.removeprefix("/").partition("/")
    rest = rest.replace("{petition}", "savemyfriend").replace("{link}", "7k2m9qx4tb")
    url = f"{getattr(services, function.replace('-', '_'))}/{rest}"

    answer = httpx.request(method, url, trust_env=False, timeout=60)

    assert answer.status_code != 404
    assert (answer.status_code == 405) == (method not in documented)
    if answer.status_code == 405:
        heads = {"HEAD"} if "GET" in documented else set()
        assert set(answer.headers["Allow"].split(", ")) == documented | heads | {"OPTIONS"}


@pytest.mark.parametrize("path", OPENAPI["paths"])
def test_operation_documents_every_answer_that_is_common(path: str) -> None:
    for method, operation in OPENAPI["paths"][path].items():
        if method.upper() in METHODS:
            common = {"404", "405", "500", "503"} | (
                {"413", "415", "422"} if method == "post" else set()
            )
            assert common <= operation["responses"].keys()
