"""What a signature is: the two forms it comes in, who it is by, and what is kept of it."""

import base64
import hashlib
import hmac
import unicodedata
from dataclasses import dataclass
from typing import Annotated

from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import AfterValidator, Field, PlainValidator
from pydantic_core import PydanticKnownError

from petition import base64url
from petition.address import AddressError, canonicalise
from petition.country import COUNTRIES
from petition.form import Form, Language, fault
from petition.receipt import hash_receipt, make_receipt, write_receipt
from petition.seal import BOX_BYTES, VERSION, Consent, Words, seal
from petition.share import VIA_PATTERN

MAX_NAME_CHARACTERS = 100  # ours
MAX_MESSAGE_CHARACTERS = 280  # ours; with the longest name and address it still fits a box
MAX_TYPED_ADDRESS_CHARACTERS = 300  # ours: RFC 5321's 254 octets, and white space around them
MAX_TYPED_ADDRESS_OCTETS = 440  # ours: what a box leaves beside the longest name and message
TAG_BYTES = 32  # SHA-256

# Controls that make a text show another order than it has (Unicode UAX #9, section 2).
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class Signature:
    """
    What is stored of a signature.

    Args:
        id: The document's id, 52 characters of base32; see `identify`.
        sealed: The box, seal.BOX_BYTES.
        receipt_hash: 43 characters of base64url.
        country: ISO 3166-1 alpha-2, or ZZ for not said.
        via: The share link it came through, anonymous.
    """

    id: str
    sealed: bytes
    receipt_hash: str
    country: str
    language: str
    via: str | None


def _check_digest(text: str) -> str:
    try:
        base64url.decode(text, TAG_BYTES)
    except ValueError:
        raise fault("This must be base64url without padding of 32 bytes.") from None
    return text


def _read_box(text: object) -> bytes:
    # Decoded once, here: it is most of what there is to do for a signature.
    if not isinstance(text, str):
        raise PydanticKnownError("string_type")
    try:
        box = base64url.decode(text, BOX_BYTES)
    except ValueError:
        raise fault(f"This must be base64url without padding of {BOX_BYTES} bytes.") from None
    if not box.startswith(VERSION):
        raise fault("This box is of a version that is not known here.")
    return box


def _check_country(country: str) -> str:
    if country not in COUNTRIES:
        raise fault("Use a country's two-letter code (ISO 3166-1), or ZZ for not said.")
    return country


def _check_text(text: str) -> str:
    if any(c in _BIDI_CONTROLS or unicodedata.category(c) in ("Cc", "Cs") for c in text):
        raise fault("Leave out control characters.")
    return text


def _check_lines(text: str) -> str:
    _check_text(text.replace("\n", " ").replace("\r", " ").replace("\t", " "))
    return text


def _check_name(name: str) -> str:
    # A spreadsheet would take such a name for a formula.
    if name.startswith(("=", "+", "-", "@")):
        raise fault("A name does not start with =, +, - or @.")
    return _check_text(name)


def _check_address(address: str) -> str:
    # Full-width and mathematical letters take four octets where mail takes one.
    if len(address.encode()) > MAX_TYPED_ADDRESS_OCTETS:
        raise fault("Enter a shorter address.")
    try:
        canonicalise(address)
    except AddressError:
        raise fault("Enter an address like name@example.org.") from None
    return address


Digest = Annotated[str, AfterValidator(_check_digest)]


class SignatureForm(Form):
    """What both forms say openly."""

    country: Annotated[str, AfterValidator(_check_country)]
    language: Language
    via: Annotated[str | None, Field(pattern=VIA_PATTERN)] = None


class SealedForm(SignatureForm):
    """A signature sealed in the browser: the server cannot read whose it is."""

    address_tag: Digest
    sealed: Annotated[bytes, PlainValidator(_read_box)]
    receipt_hash: Digest


class ConsentForm(Form):
    """What a signer allows beyond being counted; nothing by default."""

    delivery: bool = False
    news: bool = False


class OpenForm(SignatureForm):
    """A signature in clear, for API clients; it is sealed at the door."""

    email: Annotated[
        str, Field(max_length=MAX_TYPED_ADDRESS_CHARACTERS), AfterValidator(_check_address)
    ]
    name: Annotated[
        str, Field(min_length=1, max_length=MAX_NAME_CHARACTERS), AfterValidator(_check_name)
    ]
    message: Annotated[
        str, Field(max_length=MAX_MESSAGE_CHARACTERS), AfterValidator(_check_lines)
    ] = ""
    consent: ConsentForm = ConsentForm()


def tag_address(address: str, petition: str) -> bytes:
    """
    Return what stands for an address in a petition: TAG_BYTES, the same for all its spellings.

    Raises:
        AddressError: It is not an address.
    """
    material = f"savemyfriend/address/1\0{petition}\0{canonicalise(address)}"
    return hashlib.sha256(material.encode()).digest()


def identify(address_tag: bytes, petition: str, pepper: bytes) -> str:
    """
    Return the document's id for a signer of a petition.

    Without the pepper nobody can tell whose it is, nor match signers of two petitions.

    Returns:
        52 characters of lower-case base32, spread evenly over the key space.
    """
    digest = hmac.digest(pepper, petition.encode() + b"\0" + address_tag, "sha256")
    return base64.b32encode(digest).rstrip(b"=").decode("ascii").lower()


def from_sealed(form: SealedForm, petition: str, pepper: bytes) -> Signature:
    """Make the signature that a browser sealed."""
    tag = base64url.decode(form.address_tag, TAG_BYTES)
    return Signature(
        id=identify(tag, petition, pepper),
        sealed=form.sealed,
        receipt_hash=form.receipt_hash,
        country=form.country,
        language=form.language,
        via=form.via,
    )


def from_open(
    form: OpenForm, petition: str, pepper: bytes, public_key: ec.EllipticCurvePublicKey
) -> tuple[Signature, str]:
    """
    Seal an open form at the door.

    Returns:
        The signature, and the written receipt; a repeat's receipt withdraws nothing, because
        one that did would let anybody who knows an address withdraw its signature.
    """
    receipt = make_receipt()
    consent = Consent(form.consent.delivery, form.consent.news)
    words = Words(form.name, form.email, form.message, consent)
    signature = Signature(
        id=identify(tag_address(form.email, petition), petition, pepper),
        sealed=seal(words, petition, public_key),
        receipt_hash=hash_receipt(receipt, petition),
        country=form.country,
        language=form.language,
        via=form.via,
    )
    return signature, write_receipt(receipt)
