"""The receipt that only a signer holds, and with which they can withdraw."""

import hashlib
import secrets
import unicodedata

from petition import base64url

RECEIPT_BYTES = 16  # ours: 128 bits cannot be guessed
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
RECEIPT_DIGITS = 26  # of 5 bits each; the first is at most 7
GROUP_DIGITS = 4

_READ_AS = str.maketrans("OIL", "011", " -\t\r\n")


def make_receipt() -> bytes:
    """Return a new receipt, RECEIPT_BYTES random octets."""
    return secrets.token_bytes(RECEIPT_BYTES)


def write_receipt(receipt: bytes) -> str:
    """Return the receipt as a person keeps it: `XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XX`."""
    number = int.from_bytes(receipt, "big")
    digits = "".join(DIGITS[number >> 5 * i & 31] for i in reversed(range(RECEIPT_DIGITS)))
    return "-".join(digits[i : i + GROUP_DIGITS] for i in range(0, RECEIPT_DIGITS, GROUP_DIGITS))


def read_receipt(text: str) -> bytes:
    """
    Read a receipt as a person types it: in any case, with or without hyphens, O for 0, I for 1,
    and in the full-width digits of a Chinese or Korean keyboard.

    Raises:
        ValueError: It is no receipt; the message does not hold it.
    """
    digits = unicodedata.normalize("NFKC", text).upper().translate(_READ_AS)
    if len(digits) != RECEIPT_DIGITS or not set(digits) <= set(DIGITS) or digits[0] > "7":
        raise ValueError("not a receipt")
    number = 0
    for digit in digits:
        number = number << 5 | DIGITS.index(digit)
    return number.to_bytes(RECEIPT_BYTES, "big")


def hash_receipt(receipt: bytes, petition: str) -> str:
    """Return what is stored in the receipt's place: 43 characters of base64url."""
    material = b"savemyfriend/receipt/1\0" + petition.encode() + b"\0" + receipt
    return base64url.encode(hashlib.sha256(material).digest())
