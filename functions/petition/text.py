"""What in a text nobody sees: letters without a picture, and controls; pure."""

import re
import unicodedata

# White space and controls; Default_Ignorable_Code_Point of the Unicode Character Database (TR 44,
# DerivedCoreProperties.txt), as a browser knows it by that name; and beyond it the empty Braille
# pattern, the null notehead and the marks around an annotation.
_UNSEEN = re.compile(
    r"[\s\0-\x1f\x7f-\x9f"
    r"\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff"
    r"\u2800\U0001d159\ufff9-\ufffb]*"
)
# Controls that make a text show another order than it has (Unicode UAX #9, section 2).
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def is_blank(text: str) -> bool:
    """Tell whether nobody would see anything of a text."""
    return _UNSEEN.fullmatch(text) is not None


def find_control(text: str) -> str | None:
    """Return the first control, change of direction or half character in a text, if any."""
    return next((c for c in text if _is_control(c)), None)


def _is_control(character: str) -> bool:
    return character in _BIDI_CONTROLS or unicodedata.category(character) in ("Cc", "Cs")
