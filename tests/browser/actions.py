"""What the organizers see of what a person did on the page, and do themselves."""

import base64
import json
import urllib.request
from typing import Any

from cryptography.hazmat.primitives import hpke

from dev.stack import Stack

SUITE = hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_128_GCM)
SEAL_INFO = b"savemyfriend/seal/1\x00savemyfriend"
ENVELOPE_INFO = b"savemyfriend/envelope/1\x00savemyfriend"


def documents(services: Stack, path: str) -> list[dict[str, Any]]:
    """
    Return the fields of all documents in a collection below the petition,
    without their types.
    """
    answer = _firestore(services, "GET", f"petitions/savemyfriend/{path}?pageSize=1000")
    return [
        {key: next(iter(value.values())) for key, value in document.get("fields", {}).items()}
        for document in answer.get("documents", [])
    ]


def set_petition(services: Stack, **fields: str) -> None:
    """Change the petition's own document, as organizers do."""
    mask = "&".join(f"updateMask.fieldPaths={name}" for name in fields)
    body = {"fields": {name: {"stringValue": value} for name, value in fields.items()}}
    _firestore(services, "PATCH", f"petitions/savemyfriend?{mask}", body)


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
    """Open a stored box with the organizers' key."""
    box = base64.b64decode(sealed)
    opened: dict[str, Any] = json.loads(SUITE.decrypt(box[1:], services.private_key, SEAL_INFO))
    return opened


def open_envelope(services: Stack, body: str | None) -> dict[str, Any]:
    """Read the form that a request to sign carries, as sign does."""
    envelope = json.loads(body or "")["envelope"]
    box = base64.urlsafe_b64decode(envelope + "=" * (-len(envelope) % 4))
    plaintext = SUITE.decrypt(box[1:], services.keys.envelope_key, ENVELOPE_INFO)
    form: dict[str, Any] = json.loads(plaintext)
    return form


def claims_of(services: Stack, email: str) -> list[dict[str, Any]]:
    """Return the standing claims of an address, each with what was sealed in it."""
    found = [
        {**stored, **unseal(services, stored["sealed"])}
        for stored in documents(services, "claims")
        if "sealed" in stored
    ]
    return [claim for claim in found if claim["email"] == email]


def claim_of(services: Stack, email: str) -> dict[str, Any]:
    """Return the one standing claim of an address."""
    (claim,) = claims_of(services, email)
    return claim


def counted(services: Stack) -> int:
    """Return how many signatures count, as the ledger holds it."""
    return sum(int(lane.get("signatures", 0)) for lane in documents(services, "lanes"))
