"""A public key in a few characters, which people can compare by eye."""

import hashlib

from cryptography.hazmat.primitives.asymmetric import ec
from petition import base64url
from petition.seal import POINT_BYTES, encode_public_key

DIGITS = 16  # ours: 64 bits; nobody makes another key with the same in this petition's life
GROUP = 4


def fingerprint(public_key: ec.EllipticCurvePublicKey) -> str:
    """Return the first DIGITS of the point's SHA-256 in hexadecimal, in groups of four."""
    point = base64url.decode(encode_public_key(public_key), POINT_BYTES)
    digits = hashlib.sha256(point).hexdigest()[:DIGITS]
    return " ".join(digits[i : i + GROUP] for i in range(0, DIGITS, GROUP))
