"""
openapi.yaml and the functions are one contract: forms, limits, patterns, paths, methods, headers.

Its examples, problems and the README's answers are compared in test_documentation.py.
"""

import itertools
import re
from typing import Any

import httpx
import jsonschema
import pytest
import yaml
from petition import base64url
from petition.address import RFC_5321_MAX_ADDRESS_OCTETS
from petition.blur import COUNTRY_FLOOR, OTHER
from petition.campaign import Campaign, load_campaigns
from petition.claim import (
    TAG_BYTES,
    TAG_ITERATIONS,
    ConsentForm,
    EnvelopeForm,
    OpenForm,
    SealedForm,
)
from petition.country import COUNTRIES
from petition.documents import OUTCOME, Status
from petition.form import Form, read_form
from petition.link import CODE_PATTERN, MARKS
from petition.receipt import write_receipt
from petition.seal import BOX_BYTES, ENVELOPE_BYTES, FORM_BYTES, PLAINTEXT_BYTES, decode_private_key
from petition.web import BODY_SECONDS, MAX_BODY_BYTES
from pydantic import BaseModel

from dev import ROOT
from dev.functions import FUNCTIONS
from dev.stack import Stack
from tests.functions.signers import envelope_form, sealed_form

OPENAPI = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
PATHS = OPENAPI["paths"]
SCHEMAS = OPENAPI["components"]["schemas"]
CAMPAIGN = load_campaigns()["savemyfriend"]
CONTEXT = {"languages": CAMPAIGN.languages}

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
OPERATIONS = [
    (path, name.upper()) for path in PATHS for name in PATHS[path] if name.upper() in METHODS
]
READING = [path for path, method in OPERATIONS if method == "GET"]
WITH_BODY = [path for path in PATHS if "requestBody" in PATHS[path].get("post", {})]

FORMS: dict[str, tuple[dict[str, Any], type[BaseModel]]] = {
    "sealed": (SCHEMAS["SealedForm"], SealedForm),
    "envelope": (SCHEMAS["EnvelopeForm"], EnvelopeForm),
    "open": (SCHEMAS["OpenForm"], OpenForm),
    "consent": (SCHEMAS["OpenForm"]["properties"]["consent"], ConsentForm),
}

# What each function takes for one of its forms, and what of it is wrong or missing then.
INCOMPLETE: list[tuple[str, dict[str, Any], str]] = [
    ("sign", {}, "SealedForm"),
    ("sign", {"envelope": 1}, "EnvelopeForm"),
    ("sign", {"email": "", "name": ""}, "OpenForm"),
    ("share-link", {}, "LinkForm"),
    ("withdraw", {}, "WithdrawForm"),
]


def examples(path: str) -> dict[str, Any]:
    """Return the examples of a path's bodies, by name."""
    content = PATHS[path]["post"]["requestBody"]["content"]["application/json"]
    return {name: example["value"] for name, example in content["examples"].items()}


def all_examples() -> list[Any]:
    """Return every example of a body with its path, as pytest's parameters."""
    return [
        pytest.param(path, body, id=f"{path}-{name}")
        for path in WITH_BODY
        for name, body in examples(path).items()
    ]


def address(services: Stack, path: str) -> str:
    """Return where a documented path is found in this test's own run."""
    function, _, rest = path.removeprefix("/").partition("/")
    values = {"petition": "savemyfriend", "link": "7k2m9qx4tb.line", "code": "7k2m9qx4tb"}
    rest = rest.format(**values, language="ko")
    return f"{services.functions[function].url}/{rest}"


def ask(method: str, url: str, **more: Any) -> httpx.Response:
    """Ask this machine, whatever proxy the environment names."""
    return httpx.request(method, url, trust_env=False, timeout=60, **more)


def check_as_documented(answer: httpx.Response, operation: dict[str, Any]) -> None:
    """Assert that an answer has a documented status, and its type, body and headers."""
    documented = operation["responses"][str(answer.status_code)]
    if "$ref" in documented:
        documented = OPENAPI["components"]["responses"][documented["$ref"].rpartition("/")[2]]
    for name, header in documented.get("headers", {}).items():
        value: str | int = answer.headers[name]
        if header["schema"].get("type") == "integer":
            value = int(value)
        jsonschema.Draft202012Validator(header["schema"]).validate(value)
    if "content" not in documented:
        assert answer.content == b""
        return
    ((media_type, content),) = documented["content"].items()
    assert answer.headers["Content-Type"].partition(";")[0] == media_type
    if media_type.endswith("json"):
        schema = {**content["schema"], "components": OPENAPI["components"]}
        jsonschema.Draft202012Validator(schema).validate(answer.json())


@pytest.mark.parametrize("name", FORMS)
def test_form_has_the_documented_fields_and_no_other(name: str) -> None:
    schema, model = FORMS[name]
    required = {field for field, info in model.model_fields.items() if info.is_required()}

    assert schema["properties"].keys() == model.model_fields.keys()
    assert set(schema.get("required", [])) == required
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize("name", ["open", "consent"])
def test_form_has_the_documented_limits(name: str) -> None:
    schema, model = FORMS[name]
    ours = model.model_json_schema()["properties"]

    for field, documented in schema["properties"].items():
        for limit in ("minLength", "maxLength"):
            assert documented.get(limit) == ours[field].get(limit), f"{field}: {limit}"


@pytest.mark.parametrize("form", [SealedForm, EnvelopeForm, OpenForm, ConsentForm])
def test_form_is_strict(form: type[Form]) -> None:
    """What the contract does not say is not taken, and nothing is converted."""
    assert form.model_config["strict"]
    assert form.model_config["extra"] == "forbid"


@pytest.mark.parametrize("name", examples("/sign/{petition}"))
def test_open_form_takes_the_documented_example(name: str) -> None:
    assert read_form(OpenForm, examples("/sign/{petition}")[name], CONTEXT)


@pytest.mark.parametrize(
    ("form", "field", "octets"),
    [
        ("SealedForm", "sealed", BOX_BYTES),
        ("SealedForm", "address_tag", TAG_BYTES),
        ("SealedForm", "receipt_hash", 32),
        ("EnvelopeForm", "envelope", ENVELOPE_BYTES),
    ],
)
def test_pattern_of_octets_has_their_length(form: str, field: str, octets: int) -> None:
    pattern = SCHEMAS[form]["properties"][field]["pattern"]

    assert pattern == f"^[A-Za-z0-9_-]{{{len(base64url.encode(bytes(octets)))}}}$"


@pytest.mark.parametrize(
    ("form", "field", "words"),
    [
        ("SealedForm", "sealed", f"{BOX_BYTES:,} bytes"),
        ("SealedForm", "sealed", f"{PLAINTEXT_BYTES:,} bytes"),
        ("SealedForm", "address_tag", f"{TAG_BYTES} bytes, {TAG_ITERATIONS:,} iterations"),
        ("EnvelopeForm", "envelope", f"{ENVELOPE_BYTES:,} bytes"),
        ("EnvelopeForm", "envelope", f"{FORM_BYTES:,} bytes"),
        ("OpenForm", "email", f"{RFC_5321_MAX_ADDRESS_OCTETS} octets"),
        ("Count", "countries", f"from {COUNTRY_FLOOR} upwards"),
        ("Count", "countries", f'together "{OTHER}"'),
    ],
)
def test_number_in_a_description_is_the_functions_own(form: str, field: str, words: str) -> None:
    assert words in SCHEMAS[form]["properties"][field]["description"]


def test_limits_of_a_body_are_the_functions_own() -> None:
    assert (MAX_BODY_BYTES, BODY_SECONDS) == (8 * 1024, 3.0)
    assert "at most 8 KiB, and arrives within three seconds" in OPENAPI["info"]["description"]


@pytest.mark.parametrize("receipt", [bytes(16), b"\xff" * 16, bytes(range(16))])
def test_receipt_has_the_documented_form(receipt: bytes) -> None:
    pattern = SCHEMAS["Accepted"]["properties"]["receipt"]["pattern"]

    assert re.search(pattern, write_receipt(receipt))
    assert not re.search(pattern, "8" + write_receipt(receipt)[1:])


def test_small_patterns_are_the_functions_own() -> None:
    parameters = OPENAPI["components"]["parameters"]
    petition = Campaign.model_json_schema()["properties"]["petition"]["pattern"]

    assert parameters["petition"]["schema"]["pattern"] == petition
    assert parameters["code"]["schema"]["pattern"] == f"^{CODE_PATTERN}$"
    assert SCHEMAS["ShareLink"]["properties"]["code"]["pattern"] == f"^{CODE_PATTERN}$"
    assert all(re.search(SCHEMAS["Country"]["pattern"], code) for code in COUNTRIES)
    assert SCHEMAS["Language"]["examples"] == list(CAMPAIGN.languages)
    assert all(mark in SCHEMAS["Via"]["pattern"] for mark in MARKS)


def test_standings_are_the_databases_own() -> None:
    count = SCHEMAS["Count"]["properties"]

    assert count["status"]["enum"] == list(Status)
    assert count["outcome"]["pattern"] == f"^{OUTCOME}$"


def test_every_function_is_documented_and_no_other() -> None:
    assert {path.split("/")[1] for path in PATHS} == set(FUNCTIONS)
    assert {tag["name"] for tag in OPENAPI["tags"]} == set(FUNCTIONS)


@pytest.mark.parametrize(("path", "method"), [*itertools.product(PATHS, METHODS)])
def test_path_takes_the_documented_methods_and_names_them(
    services: Stack, path: str, method: str
) -> None:
    documented = {name for documented, name in OPERATIONS if documented == path}

    answer = ask(method, address(services, path))

    assert answer.status_code != 404
    assert (answer.status_code == 405) == (method not in documented)
    if answer.status_code == 405:
        heads = {"HEAD"} if "GET" in documented else set()
        assert set(answer.headers["Allow"].split(", ")) == documented | heads | {"OPTIONS"}


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_operation_documents_exactly_what_can_be_answered(path: str, method: str) -> None:
    expected = {"404", "405", "500"}
    if "/{link}" not in path and "/{code}" not in path:
        expected |= {"503"}  # Who opens a link or draws it never waits for the database.
    if path in WITH_BODY:
        expected |= {"408", "413", "415", "422"}
    if path.startswith("/sign"):
        expected |= {"403", "409"}

    documented = PATHS[path][method.lower()]["responses"].keys()

    assert {status for status in documented if status >= "400"} == expected


@pytest.mark.parametrize("path", READING)
def test_reading_is_answered_as_documented_to_any_page(services: Stack, path: str) -> None:
    answer = ask("GET", address(services, path), headers={"Origin": "https://blog.example"})

    assert answer.status_code == 200
    check_as_documented(answer, PATHS[path]["get"])
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Vary" not in answer.headers


def test_count_that_a_reader_has_is_answered_as_documented(services: Stack) -> None:
    url = address(services, "/count/{petition}")
    etag = ask("GET", url).headers["ETag"]

    answer = ask("GET", url, headers={"If-None-Match": etag})

    assert answer.status_code == 304
    check_as_documented(answer, PATHS["/count/{petition}"]["get"])


@pytest.mark.parametrize(("path", "body"), all_examples())
def test_documented_body_is_taken_and_answered_as_documented(
    services: Stack, path: str, body: dict[str, Any]
) -> None:
    answer = ask("POST", address(services, path), json=body, headers={"Origin": services.site})

    assert answer.is_success
    check_as_documented(answer, PATHS[path]["post"])
    assert answer.headers["Access-Control-Allow-Origin"] == services.site
    assert answer.headers["Vary"] == "Origin"


def test_sealed_form_and_its_envelope_obey_the_contract_and_are_taken(services: Stack) -> None:
    key = decode_private_key(services.keys.envelope_private_key).public_key()
    sealed = sealed_form(services.private_key.public_key(), via=None) | {"via": None}
    forms = {"SealedForm": sealed, "EnvelopeForm": envelope_form(sealed, key)}

    for name, form in forms.items():
        schema = {**SCHEMAS[name], "components": OPENAPI["components"]}
        jsonschema.Draft202012Validator(schema).validate(form)
        answer = ask("POST", address(services, "/sign/{petition}"), json=form)
        assert (answer.status_code, answer.json()) == (201, {"accepted": True}), name
        check_as_documented(answer, PATHS["/sign/{petition}"]["post"])


@pytest.mark.parametrize(("function", "body", "form"), INCOMPLETE, ids=lambda value: str(value))
def test_what_is_required_is_missed_and_nothing_else(
    services: Stack, function: str, body: dict[str, Any], form: str
) -> None:
    path = f"/{function}/{{petition}}"

    answer = ask("POST", address(services, path), json=body)

    assert answer.status_code == 422
    check_as_documented(answer, PATHS[path]["post"])
    missed = {error["pointer"] for error in answer.json()["errors"]}
    assert missed == {f"#/{field}" for field in SCHEMAS[form]["required"]}


@pytest.mark.parametrize(("path", "body"), all_examples())
def test_field_that_is_not_documented_is_refused(
    services: Stack, path: str, body: dict[str, Any]
) -> None:
    answer = ask("POST", address(services, path), json=body | {"more": 1})

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#"]


@pytest.mark.parametrize(
    ("status", "request_"),
    [
        (415, {"content": b"{}"}),
        (413, {"content": b" " * 8193, "headers": {"Content-Type": "application/json"}}),
    ],
)
@pytest.mark.parametrize("path", WITH_BODY)
def test_body_of_another_type_or_size_is_refused_as_documented(
    services: Stack, path: str, status: int, request_: dict[str, Any]
) -> None:
    answer = ask("POST", address(services, path), **request_)

    assert answer.status_code == status
    check_as_documented(answer, PATHS[path]["post"])


def test_sweep_is_answered_as_documented(services: Stack) -> None:
    answer = ask("POST", address(services, "/sweep/{petition}"))

    assert answer.status_code == 204
    check_as_documented(answer, PATHS["/sweep/{petition}"]["post"])


def test_sweep_alone_is_private() -> None:
    private = {path for path, method in OPERATIONS if "security" in PATHS[path][method.lower()]}

    assert private == {"/sweep/{petition}"}
