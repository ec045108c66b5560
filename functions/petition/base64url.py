"""Base64url without padding (RFC 4648, section 5), in its one canonical spelling."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode


def encode(octets: bytes) -> str:
    """Return the text for some octets."""
    return urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def decode(text: str, size: int) -> bytes:
    """
    Read exactly `size` octets.

    Raises:
        ValueError: It is anything else, or another spelling of the same octets.
    """
    try:
        octets = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        octets = b""
    if len(octets) != size or encode(octets) != text:
        raise ValueError(f"not base64url of {size} octets")
    return octets
