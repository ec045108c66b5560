"""
People who sign: their forms, and what the contract says must become of them.

The derivations are written out here from the documented ones, so that a change of the code that
nobody meant to make is noticed: it would let everybody sign again.
"""

import base64
import functools
import hashlib
import hmac
import itertools
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import ec

from dev import ROOT

PETITION = "savemyfriend"
SUITE = hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_128_GCM)
PLAINTEXT_BYTES = 2048
FORM_BYTES = 3328
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

_numbers = itertools.count()
_run = secrets.token_hex(4)


def first_petition() -> dict[str, Any]:
    """Return the petition that is in the repository."""
    path = ROOT / "functions" / "campaigns" / f"{PETITION}.json"
    petition: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return petition


def new_email() -> str:
    """Return the address of somebody who has not signed yet."""
    return f"signer{next(_numbers)}.{_run}@example.org"


def open_form(email: str | None = None, **changes: Any) -> dict[str, Any]:
    """Fill in the open form; a change to None leaves a field out."""
    form = {
        "email": email or new_email(),
        "name": "Kim Moses",
        "country": "KR",
        "language": "ko",
        **changes,
    }
    return {name: value for name, value in form.items() if value is not None}


def sealed_form(
    public_key: ec.EllipticCurvePublicKey,
    email: str | None = None,
    *,
    petition: str = PETITION,
    receipt: bytes | None = None,
    **changes: Any,
) -> dict[str, Any]:
    """Fill in the sealed form as the page does; a change to None leaves a field out."""
    email = email or new_email()
    contents = {
        "name": "Kim Moses",
        "email": email,
        "message": "",
        "consent": {"delivery": True, "news": False},
    }
    plaintext = json.dumps(contents).encode().ljust(PLAINTEXT_BYTES)
    box = b"\x01" + SUITE.encrypt(plaintext, public_key, info=seal_info(petition))
    form = {
        "address_tag": base64url(address_tag(email, petition)),
        "sealed": base64url(box),
        "receipt_hash": receipt_hash(receipt or secrets.token_bytes(16), petition),
        "country": "KR",
        "language": "ko",
        **changes,
    }
    return {name: value for name, value in form.items() if value is not None}


def envelope_form(
    form: dict[str, Any],
    envelope_key: ec.EllipticCurvePublicKey,
    *,
    petition: str = PETITION,
) -> dict[str, Any]:
    """Put a sealed form into an envelope, as the page does."""
    plaintext = json.dumps(form).encode().ljust(FORM_BYTES)
    info = b"savemyfriend/envelope/1\0" + petition.encode()
    return {"envelope": base64url(b"\x01" + SUITE.encrypt(plaintext, envelope_key, info=info))}


def open_box(
    box: bytes, private_key: ec.EllipticCurvePrivateKey, petition: str = PETITION
) -> dict[str, Any]:
    """Read a box as the organizers do, and check that its size tells nothing."""
    assert box[:1] == b"\x01"
    plaintext = SUITE.decrypt(box[1:], private_key, info=seal_info(petition))
    assert len(plaintext) == PLAINTEXT_BYTES
    contents: dict[str, Any] = json.loads(plaintext)
    return contents


def document_id(canonical: str, pepper: str, petition: str = PETITION) -> str:
    """Return the id under which a canonical address's signer must be stored."""
    material = petition.encode() + b"\0" + address_tag(canonical, petition)
    digest = hmac.new(pepper.encode(), material, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


@functools.cache
def address_tag(canonical: str, petition: str = PETITION) -> bytes:
    """Return the 32 bytes that stand for a canonical address."""
    salt = f"savemyfriend/address/2\0{petition}".encode()
    return hashlib.pbkdf2_hmac("sha256", canonical.encode(), salt, 200_000)


def receipt_hash(receipt: bytes, petition: str = PETITION) -> str:
    """Return what is stored of a receipt."""
    material = b"savemyfriend/receipt/1\0" + petition.encode() + b"\0" + receipt
    return base64url(hashlib.sha256(material).digest())


def write_receipt(receipt: bytes) -> str:
    """Return 16 bytes as 26 digits of Crockford's base 32, without hyphens."""
    number = int.from_bytes(receipt, "big")
    return "".join(DIGITS[number >> 5 * place & 31] for place in range(25, -1, -1))


def read_receipt(text: str) -> bytes:
    """Return the 16 bytes of a receipt as it is shown."""
    number = 0
    for digit in text.replace("-", ""):
        number = 32 * number + DIGITS.index(digit)
    return number.to_bytes(16, "big")


def seal_info(petition: str) -> bytes:
    """Return what binds a box to its petition."""
    return b"savemyfriend/seal/1\0" + petition.encode()


def base64url(octets: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")
