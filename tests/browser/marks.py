"""A person whose words are found wherever they leak, however they are written there."""

import base64
import hashlib
import json
from collections.abc import Iterator
from urllib.parse import quote

from dev.pictures.signer import Signer

SHORTEST = 8  # ours: by chance once in 280 terabytes

# Written in letters that every driver can type: none beyond 16 bits.
SECRET = Signer(
    email="marker.person@example.org",
    name="Márkerling 金正 Person",
    message="A message that strangers never read ☂",
)


def leaks(signer: Signer, sent: bytes) -> list[str]:
    """Return every form in which something of a signer's name, address or message was sent."""
    name, words = signer.name.split()[0], signer.message.split()
    marks = [signer.name, signer.email, signer.message, signer.email.split("@")[0], name]
    marks.append(" ".join(words[3:5]))
    # Shorter ones are found by chance in what is sealed.
    forms = {form for mark in marks for form in encodings(mark) if len(form) >= SHORTEST}
    return sorted(form for form in forms if form.encode() in sent)


def encodings(text: str) -> Iterator[str]:
    """
    Return how a text could hide in a request: as itself, escaped,
    in other alphabets, or hashed.
    """
    raw = text.encode()
    yield text
    yield text.lower()
    yield quote(text)
    yield json.dumps(text)[1:-1]
    for octets in (raw, text.encode("utf-16-le"), text.encode("utf-16-be")):
        yield octets.hex()
        # Base64 of a text depends on where it starts; its ends on what stands beside it.
        for offset in range(3):
            encoded = base64.b64encode(b"\0" * offset + octets).decode()
            inner = encoded[4 if offset else 0 : len(encoded) // 4 * 4 - 4]
            yield inner
            yield inner.replace("+", "-").replace("/", "_")
    for digest in (hashlib.md5(raw), hashlib.sha1(raw), hashlib.sha256(raw)):  # noqa: S324
        yield digest.hexdigest()
        yield base64.b64encode(digest.digest()).decode().rstrip("=")
        yield base64.urlsafe_b64encode(digest.digest()).decode().rstrip("=")
