"""
What a person does on the page, and what the organizers can see of it afterwards.
"""

import base64
import json
import urllib.request
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hpke
from playwright.sync_api import Page

from dev.stack import Stack

SUITE = hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_128_GCM)
INFO = b"savemyfriend/seal/1\x00savemyfriend"


@dataclass(frozen=True)
class Signer:
    """
    What one person writes into the form.
    """

    email: str
    name: str = "Kim Moses"
    message: str = ""
    country: str | None = None


def fill(page: Page, signer: Signer) -> None:
    """
    Write into the form without sending it.
    """
    page.fill("#name", signer.name)
    page.fill("#email", signer.email)
    page.fill("#message", signer.message)
    if signer.country:
        page.select_option("#country", signer.country)


def sign(page: Page, signer: Signer) -> str:
    """
    Sign, and return the receipt.
    """
    fill(page, signer)
    page.click("#submit")
    page.wait_for_selector("#thanks", state="visible")
    return page.inner_text("#receipt-text")


def documents(services: Stack, path: str) -> list[dict[str, Any]]:
    """
    Return the fields of all documents in a collection below the petition, without their types.
    """
    answer = _firestore(services, "GET", f"petitions/savemyfriend/{path}?pageSize=1000")
    return [
        {key: next(iter(value.values())) for key, value in document.get("fields", {}).items()}
        for document in answer.get("documents", [])
    ]


def set_petition(services: Stack, **fields: str) -> None:
    """
    Change the petition's own document, as organizers do.
    """
    mask = "&".join(f"updateMask.fieldPaths={name}" for name in fields)
    body = {"fields": {name: {"stringValue": value} for name, value in fields.items()}}
    _firestore(services, "PATCH", f"petitions/savemyfriend?{mask}", body)


def seed_count(services: Stack, signatures: int, countries: dict[str, int]) -> None:
    """
    Let the ledger say that so many have signed, in one lane.
    """
    counted = {country: {"integerValue": number} for country, number in countries.items()}
    counted["ZZ"] = {"integerValue": signatures - sum(countries.values())}
    body = {
        "fields": {
            "signatures": {"integerValue": signatures},
            "countries": {"mapValue": {"fields": counted}},
        }
    }
    _firestore(services, "PATCH", "petitions/savemyfriend/lanes/0", body)


def _firestore(services: Stack, method: str, path: str, body: object = None) -> dict[str, Any]:
    base = f"http://{services.emulator.host}/v1/projects/{services.project}"
    request = urllib.request.Request(
        f"{base}/databases/(default)/documents/{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": "Bearer owner", "Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request) as answer:
        loaded: dict[str, Any] = json.load(answer)
        return loaded


def unseal(services: Stack, sealed: str) -> dict[str, Any]:
    """
    Open a stored box with the organizers' key.
    """
    box = base64.b64decode(sealed)
    opened: dict[str, Any] = json.loads(SUITE.decrypt(box[1:], services.private_key, INFO))
    return opened


def signature_of(services: Stack, email: str) -> dict[str, Any]:
    """
    Return the one stored signature with this address, and what was sealed in it.
    """
    found = [
        {**stored, **unseal(services, stored["sealed"])}
        for stored in documents(services, "signatures")
        if "sealed" in stored
    ]
    (signature,) = (signature for signature in found if signature["email"] == email)
    return signature
