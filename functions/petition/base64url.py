"""Base64url without padding (RFC 4648, section 5), in its one canonical spelling."""

# Reading a box takes six times as long with the interpreter's own (docs/performance.md).
from pybase64 import b64decode, urlsafe_b64encode


def encode(octets: bytes) -> str:
    """Return the text for some octets."""
    return urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def decode(text: str, size: int) -> bytes:
    """
    Read exactly `size` octets.

    Raises:
        ValueError: It is anything else, or another spelling of the same octets.
    """
    other_alphabet = "+" in text or "/" in text  # the decoder takes it too, and warns
    padded = "" if other_alphabet else text + "=" * (-len(text) % 4)
    try:
        octets = b64decode(padded, altchars=b"-_", validate=True)
    except ValueError:
        octets = b""
    if len(octets) != size or encode(octets) != text:
        raise ValueError(f"not base64url of {size} octets")
    return octets
