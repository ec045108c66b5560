"""A person whose words are found wherever they leak, however they are written there."""

import base64
import hashlib
from collections.abc import Iterator

from dev.pictures.signer import Signer
from tests.marks.spelling import spellings

SHORTEST = 8  # ours: by chance once in 280 terabytes

# Written in letters that every driver can type: none beyond 16 bits.
SECRET = Signer(
    email="marker.person@example.org",
    name="Márkerling 金正 Person",
    message="A message that strangers never read ☂",
)


def leaks(signer: Signer, sent: bytes) -> list[bytes]:
    """Return every form in which something of a signer's name, address or message was sent."""
    name, words = signer.name.split()[0], signer.message.split()
    marks = [signer.name, signer.email, signer.message, signer.email.split("@")[0], name]
    marks.append(" ".join(words[3:5]))
    # Shorter ones are found by chance in what is sealed.
    forms = {form for mark in marks for form in forms_of(mark) if len(form) >= SHORTEST}
    return sorted(form for form in forms if form in sent)


def forms_of(text: str) -> Iterator[bytes]:
    """Return how a text could hide in a request: in any spelling, in small letters, or hashed."""
    octets = text.encode()
    yield from spellings(octets).values()
    yield text.lower().encode()
    for digest in (hashlib.md5(octets), hashlib.sha1(octets), hashlib.sha256(octets)):  # noqa: S324
        yield digest.hexdigest().encode()
        yield base64.b64encode(digest.digest()).rstrip(b"=")
        yield base64.urlsafe_b64encode(digest.digest()).rstrip(b"=")
