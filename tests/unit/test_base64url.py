"""Octets have one spelling only, so that nothing is stored twice under two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from petition.base64url import decode, encode


@given(st.binary(max_size=100))
def test_octets_come_back(octets: bytes) -> None:
    assert decode(encode(octets), len(octets)) == octets


@given(st.text(st.characters(), max_size=12) | st.text("ABab01-_+/= \n", max_size=12))
def test_other_spellings_are_refused(text: str) -> None:
    for size in range(10):
        try:
            octets = decode(text, size)
        except ValueError as error:
            assert str(error) == f"not base64url of {size} octets"
        else:
            assert encode(octets) == text


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("padding", "AAECAw=="),
        ("the other alphabet", "++//"),
        ("bits that are left over", "AAECAx"),
        ("white space", "AAEC Aw"),
        ("a line break at the end", "AAECAw\n"),
        ("full width", "ＡＡＥＣＡｗ"),
        ("a last digit alone", "AAECA"),
        ("half a character", "AAECA\ud800"),
    ],
)
def test_fault_in_base64url_is_found(fault: str, text: str) -> None:
    for size in (3, 4, 5):
        with pytest.raises(ValueError, match="^not base64url"):
            decode(text, size)
