"""
Sealing a signer's words to the organizers' public key, so that no server can read them.

A box is one version byte, then HPKE's encapsulated key and ciphertext (RFC 9180, base mode,
DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM): the suite that every browser's WebCrypto
and Python's `cryptography` share. Another first byte can bring a post-quantum suite later.

Source: docs/decisions/2026-11-sealed-signatures.md
"""

import json
from dataclasses import asdict, dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from petition import base64url

VERSION = b"\x01"
PLAINTEXT_BYTES = 2048  # ours: holds the longest valid words, so that length tells nothing
POINT_BYTES = 65  # an uncompressed P-256 point, SEC 1 section 2.3.3
BOX_BYTES = len(VERSION) + POINT_BYTES + PLAINTEXT_BYTES + 16  # AES-GCM's tag has 16

_SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM)


class SealError(ValueError):
    """A box that this key does not open, or that holds no words; never holds what was in it."""


@dataclass(frozen=True)
class Consent:
    """What a signer allows beyond being counted: their name in the delivery, news by mail."""

    delivery: bool = False
    news: bool = False


@dataclass(frozen=True)
class Words:
    """What only the organizers may read of a signature."""

    name: str
    email: str
    message: str = ""
    consent: Consent = field(default_factory=Consent)


def seal(words: Words, petition: str, public_key: ec.EllipticCurvePublicKey) -> bytes:
    """
    Seal words for one petition.

    Returns:
        BOX_BYTES bytes; two boxes of the same words differ.

    Raises:
        SealError: The words need more than PLAINTEXT_BYTES; valid ones never do.
    """
    plaintext = json.dumps(asdict(words), ensure_ascii=False, separators=(",", ":")).encode()
    if len(plaintext) > PLAINTEXT_BYTES:
        raise SealError("too long")
    padded = plaintext.ljust(PLAINTEXT_BYTES, b" ")
    return VERSION + _SUITE.encrypt(padded, public_key, info=_info(petition))


def open_box(box: bytes, petition: str, private_key: ec.EllipticCurvePrivateKey) -> Words:
    """
    Open a box that was sealed for this petition.

    Raises:
        SealError: Another version, another key or petition, a damaged box, or no words in it.
    """
    if len(box) != BOX_BYTES or not box.startswith(VERSION):
        raise SealError("not a box of a known version")
    try:
        plaintext = _SUITE.decrypt(box[len(VERSION) :], private_key, info=_info(petition))
    except (InvalidTag, ValueError):
        raise SealError("does not open with this key") from None
    try:
        return _words(json.loads(plaintext))
    except (ValueError, TypeError, KeyError, RecursionError):
        raise SealError("holds no words") from None


def encode_public_key(public_key: ec.EllipticCurvePublicKey) -> str:
    """Return the key as settings carry it: base64url without padding of its POINT_BYTES."""
    return base64url.encode(public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def decode_public_key(text: str) -> ec.EllipticCurvePublicKey:
    """
    Read a key that `encode_public_key` wrote.

    Raises:
        ValueError: It is not a point of P-256.
    """
    point = base64url.decode(text, POINT_BYTES)
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def _info(petition: str) -> bytes:
    return b"savemyfriend/seal/1\0" + petition.encode()


def _words(plain: object) -> Words:
    # Whoever sealed the box chose what is in it, so every type is checked before it is believed.
    if not isinstance(plain, dict) or not isinstance(plain["consent"], dict):
        raise TypeError
    consent = Consent(plain["consent"]["delivery"] is True, plain["consent"]["news"] is True)
    name, email, message = plain["name"], plain["email"], plain["message"]
    if not all(isinstance(text, str) for text in (name, email, message)):
        raise TypeError
    (name + email + message).encode()  # Half a character, which JSON can hold, is no text.
    return Words(name, email, message, consent)
