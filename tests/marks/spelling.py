"""
How a mark may be spelt wherever it turns up, and how it is found there.

A mark is a made-up word that stands for what a person says. All marks of a test begin alike, so
that a large place, such as a process's memory, is searched for that beginning first.
"""

import base64
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

BEGINNING = "mk7w4x9zq2"  # ours: long enough to stand nowhere by chance, in any alphabet
AROUND = 240  # ours: octets beside a beginning; the longest spelling of a mark has fewer


def new_mark() -> str:
    """Return a word that nobody else says: lower case, so that no server changes it."""
    return f"{BEGINNING}{secrets.token_hex(6)}"


def spellings(octets: bytes) -> dict[str, bytes]:
    """
    Return every way in which octets may be written, by its name.

    Of base64 only the middle is told, which does not depend on what stands beside the octets.
    """
    text = _text_of(octets)
    named = {
        "plain": octets,
        "upper case": octets.upper(),
        "reversed": octets[::-1],
        "hexadecimal": octets.hex().encode(),
        "upper hexadecimal": octets.hex().upper().encode(),
        "escaped bytes": "".join(f"\\x{octet:02x}" for octet in octets).encode(),
        "percent": "".join(f"%{octet:02X}" for octet in octets).encode(),
        "lower percent": "".join(f"%{octet:02x}" for octet in octets).encode(),
        "quoted": quote(octets, safe="").encode(),
        "JSON": json.dumps(text)[1:-1].encode(),
        "JSON escapes": "".join(f"\\u{ord(letter):04x}" for letter in text).encode(),
    }
    for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        named[encoding] = text.encode(encoding)
    for source, content in (
        ("", octets),
        ("UTF-16 ", text.encode("utf-16-le")),
        ("UTF-16-BE ", text.encode("utf-16-be")),
    ):
        for before in range(3):
            middle = _middle_of_base64(content, before)
            named[f"{source}base64 after {before}"] = middle
            named[f"{source}base64url after {before}"] = middle.translate(_URL_ALPHABET)
    return named


def _text_of(octets: bytes) -> str:
    """Return what octets say; those of a receipt say nothing, and stand for themselves."""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("latin-1")


_URL_ALPHABET = bytes.maketrans(b"+/", b"-_")


def _middle_of_base64(octets: bytes, before: int) -> bytes:
    """Return the digits that stand for these octets alone when so many others go before."""
    digits = base64.b64encode(bytes(before) + octets).rstrip(b"=")
    whole = (before + len(octets)) * 8 // 6  # the digits that no octet after them changes
    return digits[-(-before * 8 // 6) : whole]


def find(haystack: bytes, marks: Mapping[str, bytes]) -> set[tuple[str, str]]:
    """Return which marks stand in some octets, each with how it is spelt there."""
    return {
        (name, how)
        for name, octets in marks.items()
        for how, spelt in spellings(octets).items()
        if spelt in haystack
    }


def near_marks(places: Iterable[bytes], beginning: bytes = BEGINNING.encode()) -> bytes:
    """Return what stands around each beginning of a mark, however spelt, of as much as there is."""
    alike = set(spellings(beginning).values())
    return b"\n\n".join(
        place[max(0, at - AROUND) : at + AROUND]
        for place in places
        for spelt in alike
        for at in _occurrences(place, spelt)
    )


def _occurrences(place: bytes, octets: bytes) -> Iterator[int]:
    at = place.find(octets)
    while at >= 0:
        yield at
        at = place.find(octets, at + 1)
