"""
Sealing: a signer's contents to the organizers' public key, so that no server can read them, and
a whole form to the key of sign, so that nobody on the way can (the envelope).

A box is one version byte, then HPKE's encapsulated key and ciphertext (RFC 9180, base mode,
DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM): the suite that every browser's WebCrypto
and Python's `cryptography` share. Another first byte can bring a post-quantum suite later.

Source: docs/decisions/2026-11-sealed-signatures.md
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic_core import from_json

from petition import base64url

VERSION = b"\x01"
PLAINTEXT_BYTES = 2048  # ours: holds the longest valid words, so that length tells nothing
POINT_BYTES = 65  # an uncompressed P-256 point, SEC 1 section 2.3.3
OVERHEAD_BYTES = len(VERSION) + POINT_BYTES + 16  # AES-GCM's tag has 16
BOX_BYTES = PLAINTEXT_BYTES + OVERHEAD_BYTES
FORM_BYTES = 3328  # ours: holds the longest valid form, so that all envelopes look alike
ENVELOPE_BYTES = FORM_BYTES + OVERHEAD_BYTES
SCALAR_BYTES = 32  # a P-256 private key

_SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM)


class SealError(ValueError):
    """A box that this key does not open, or that holds nothing of ours; never what was in it."""


class NoContents(SealError):
    """A box that this key opens, and that holds nothing of ours: no other key will find more."""


@dataclass(frozen=True)
class Consent:
    """What a signer allows beyond being counted: their name in the delivery, news by mail."""

    delivery: bool = False
    news: bool = False


@dataclass(frozen=True)
class Contents:
    """What only the organizers may read of a claim."""

    name: str
    email: str
    message: str = ""
    consent: Consent = field(default_factory=Consent)


def seal(contents: Contents, petition: str, public_key: ec.EllipticCurvePublicKey) -> bytes:
    """
    Seal contents for one petition.

    Returns:
        BOX_BYTES bytes; two boxes of the same contents differ.

    Raises:
        SealError: The contents need more than PLAINTEXT_BYTES; valid ones never do.
    """
    return _seal(asdict(contents), PLAINTEXT_BYTES, _info("seal", petition), public_key)


def open_box(box: bytes, petition: str, private_key: ec.EllipticCurvePrivateKey) -> Contents:
    """
    Open a box that was sealed for this petition.

    Raises:
        SealError: Another version, another key or petition, or a damaged box.
        NoContents: It opens, and holds no contents.
    """
    refusal = "does not open with this key, or holds no contents"
    try:
        return _contents(_open(box, BOX_BYTES, _info("seal", petition), private_key))
    except SealError as fault:
        raise type(fault)(refusal) from None
    except (ValueError, TypeError, KeyError):
        raise NoContents(refusal) from None


def seal_envelope(
    form: Mapping[str, object], petition: str, public_key: ec.EllipticCurvePublicKey
) -> bytes:
    """
    Seal a whole form to the key of sign.

    Returns:
        ENVELOPE_BYTES bytes.

    Raises:
        SealError: The form needs more than FORM_BYTES; valid ones never do.
    """
    return _seal(form, FORM_BYTES, _info("envelope", petition), public_key)


def open_envelope(
    envelope: bytes, petition: str, private_key: ec.EllipticCurvePrivateKey
) -> object:
    """
    Open an envelope that was sealed for this petition; what is in it is for a form to check.

    Raises:
        SealError: Another version, another key or petition, a damaged envelope, or no JSON in it.
    """
    return _open(envelope, ENVELOPE_BYTES, _info("envelope", petition), private_key)


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


def decode_private_key(text: str) -> ec.EllipticCurvePrivateKey:
    """
    Read the private half of the envelope's key: base64url without padding of SCALAR_BYTES.

    Raises:
        ValueError: It is not a key of P-256.
    """
    scalar = int.from_bytes(base64url.decode(text, SCALAR_BYTES), "big")
    return ec.derive_private_key(scalar, ec.SECP256R1())


def encode_private_key(private_key: ec.EllipticCurvePrivateKey) -> str:
    """Return the private half as `decode_private_key` reads it."""
    scalar = private_key.private_numbers().private_value
    return base64url.encode(scalar.to_bytes(SCALAR_BYTES, "big"))


def _info(purpose: str, petition: str) -> bytes:
    return f"savemyfriend/{purpose}/1\0{petition}".encode()


def _seal(
    content: Mapping[str, object], size: int, info: bytes, public_key: ec.EllipticCurvePublicKey
) -> bytes:
    plaintext = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    if len(plaintext) > size:
        raise SealError("too long")
    return VERSION + _SUITE.encrypt(plaintext.ljust(size, b" "), public_key, info=info)


def _open(box: bytes, size: int, info: bytes, private_key: ec.EllipticCurvePrivateKey) -> object:
    if len(box) != size or not box.startswith(VERSION):
        raise SealError("not a box of a known version")
    try:
        plaintext = _SUITE.decrypt(box[len(VERSION) :], private_key, info=info)
    except (InvalidTag, ValueError):
        raise SealError("does not open with this key") from None
    try:
        # Without a cache of strings: what was read must not stay in memory.
        return from_json(plaintext, allow_inf_nan=False, cache_strings="none")
    except ValueError:
        raise NoContents("holds no JSON") from None


def _contents(plain: object) -> Contents:
    # Whoever sealed the box chose what is in it, so every type is checked before it is believed.
    if not isinstance(plain, dict) or not isinstance(plain["consent"], dict):
        raise TypeError
    consent = Consent(plain["consent"]["delivery"] is True, plain["consent"]["news"] is True)
    name, email, message = plain["name"], plain["email"], plain["message"]
    if not all(isinstance(text, str) for text in (name, email, message)):
        raise TypeError
    (name + email + message).encode()  # Half a character, which JSON can hold, is no text.
    return Contents(name, email, message, consent)
