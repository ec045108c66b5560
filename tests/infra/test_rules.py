"""The released rules, on the emulator: phones and browsers reach nothing."""

import json
import urllib.error
import urllib.request

import pytest

from dev import ROOT
from dev.emulator import Emulator
from dev.process import DIRECT

RULES = ROOT / "infra" / "firestore.rules"

DOCUMENTS = (
    "petitions/savemyfriend",
    "petitions/savemyfriend/signers/somebody",
    "petitions/savemyfriend/claims/a-receipts-hash",
    "petitions/savemyfriend/leaving/an-entry",
    "petitions/savemyfriend/lanes/0",
    "petitions/savemyfriend/links/0123456789",
    "anything/else",
)


def status(
    url: str, method: str, body: object = None, headers: dict[str, str] | None = None
) -> int:
    """Ask, and return the status alone."""
    data = None if body is None else json.dumps(body).encode()
    kind = {"Content-Type": "application/json", **(headers or {})}
    request = urllib.request.Request(url, data=data, method=method, headers=kind)
    try:
        with DIRECT.open(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.fixture
def root(emulator: Emulator, project: str) -> str:
    """Release the rules in a database of our own, and return the address of its documents."""
    rules = {"rules": {"files": [{"name": RULES.name, "content": RULES.read_text()}]}}
    released = f"http://{emulator.host}/emulator/v1/projects/{project}:securityRules"
    assert status(released, "PUT", rules) == 200
    return f"http://{emulator.host}/v1/projects/{project}/databases/(default)/documents"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_nobody_from_outside_reads_or_writes_a_document(root: str, document: str) -> None:
    url = f"{root}/{document}"

    assert status(url, "GET") == 403
    assert status(url, "PATCH", {"fields": {}}) == 403
    assert status(url, "DELETE") == 403


def test_functions_pass_the_rules_by(root: str) -> None:
    as_function = {"Authorization": "Bearer owner"}

    written = status(f"{root}/{DOCUMENTS[0]}", "PATCH", {"fields": {}}, as_function)

    assert written == 200
