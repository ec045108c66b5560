"""What a claim comes in: the forms, whose it is, and what is kept of it."""

import datetime as dt
import hashlib
import hmac
from collections.abc import Callable
from typing import Annotated

from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import AfterValidator, Field, PlainValidator
from pydantic_core import PydanticKnownError

from petition import base64url
from petition.address import AddressError, canonicalise
from petition.country import COUNTRIES
from petition.documents import Claim
from petition.form import Form, Language, fault
from petition.link import VIA_PATTERN
from petition.receipt import hash_receipt, make_receipt, write_receipt
from petition.seal import BOX_BYTES, ENVELOPE_BYTES, VERSION, Consent, Contents, seal
from petition.text import find_control, is_blank

MAX_NAME_CHARACTERS = 100  # ours
MAX_MESSAGE_CHARACTERS = 280  # ours; with the longest name and address it still fits a box
MAX_TYPED_ADDRESS_CHARACTERS = 300  # ours: RFC 5321's 254 octets, and white space around them
MAX_TYPED_ADDRESS_OCTETS = 440  # ours: what a box leaves beside the longest name and message
TAG_BYTES = DIGEST_BYTES = 32  # SHA-256
# ours: some hundred thousand times dearer to guess than a hash; a slow phone takes half a second,
# while its owner still types.
TAG_ITERATIONS = 200_000


def _octets(size: int) -> Callable[[object], bytes]:
    def read(text: object) -> bytes:
        # Decoded once, here: it is most of what there is to do for a claim.
        if not isinstance(text, str):
            raise PydanticKnownError("string_type")
        try:
            return base64url.decode(text, size)
        except ValueError:
            raise fault(f"This must be base64url without padding of {size} bytes.") from None

    return read


def _check_version(box: bytes) -> bytes:
    if not box.startswith(VERSION):
        raise fault("This box is of a version that is not known here.")
    return box


def _check_country(country: str) -> str:
    if country not in COUNTRIES:
        raise fault("Use a country's two-letter code (ISO 3166-1), or ZZ for not said.")
    return country


def _check_text(text: str) -> str:
    if find_control(text):
        raise fault("Leave out control characters.")
    return text


def _check_lines(text: str) -> str:
    if is_blank(text):
        return ""
    _check_text(text.replace("\n", " ").replace("\r", " ").replace("\t", " "))
    return text


def _check_name(name: str) -> str:
    if is_blank(name):
        raise fault("Write a name that can be seen.")
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


def _check_digest(text: str) -> str:
    _octets(DIGEST_BYTES)(text)
    return text


class ClaimForm(Form):
    """What both forms say openly."""

    country: Annotated[str, AfterValidator(_check_country)]
    language: Language
    via: Annotated[str | None, Field(pattern=VIA_PATTERN)] = None


class SealedForm(ClaimForm):
    """A claim sealed in the browser: the server cannot read whose it is."""

    address_tag: Annotated[bytes, PlainValidator(_octets(TAG_BYTES))]
    sealed: Annotated[bytes, PlainValidator(_octets(BOX_BYTES)), AfterValidator(_check_version)]
    receipt_hash: Annotated[str, AfterValidator(_check_digest)]


class EnvelopeForm(Form):
    """A sealed form that only this function can open, whoever carried it."""

    envelope: Annotated[
        bytes, PlainValidator(_octets(ENVELOPE_BYTES)), AfterValidator(_check_version)
    ]


class ConsentForm(Form):
    """What a signer allows beyond being counted; nothing by default."""

    delivery: bool = False
    news: bool = False


class OpenForm(ClaimForm):
    """A claim in clear, for API clients; it is sealed at the door."""

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

    It is slow on purpose, some hundredths of a second, and must not run in an event loop.

    Raises:
        AddressError: It is not an address.
    """
    salt = f"savemyfriend/address/2\0{petition}".encode()
    password = canonicalise(address).encode()
    return hashlib.pbkdf2_hmac("sha256", password, salt, TAG_ITERATIONS, TAG_BYTES)


def identify(address_tag: bytes, petition: str, pepper: bytes) -> str:
    """
    Return the document's id for a signer of a petition.

    Without the pepper nobody can tell whose it is, nor match signers of two petitions.

    Returns:
        43 characters of base64url, spread evenly over the key space.
    """
    digest = hmac.digest(pepper, petition.encode() + b"\0" + address_tag, "sha256")
    return base64url.encode(digest)


def from_sealed(form: SealedForm, petition: str, pepper: bytes) -> Claim:
    """Make the claim that a browser sealed."""
    return Claim(
        receipt_hash=form.receipt_hash,
        signer=identify(form.address_tag, petition, pepper),
        sealed=form.sealed,
        country=form.country,
        language=form.language,
        via=form.via,
        signed_hour=_this_hour(),
    )


def from_open(
    form: OpenForm, petition: str, pepper: bytes, public_key: ec.EllipticCurvePublicKey
) -> tuple[Claim, str]:
    """
    Seal an open form at the door; as slow as `tag_address`.

    Returns:
        The claim, and the written receipt.
    """
    receipt = make_receipt()
    consent = Consent(form.consent.delivery, form.consent.news)
    contents = Contents(form.name, form.email, form.message, consent)
    claim = Claim(
        receipt_hash=hash_receipt(receipt, petition),
        signer=identify(tag_address(form.email, petition), petition, pepper),
        sealed=seal(contents, petition, public_key),
        country=form.country,
        language=form.language,
        via=form.via,
        signed_hour=_this_hour(),
    )
    return claim, write_receipt(receipt)


def _this_hour() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0)
