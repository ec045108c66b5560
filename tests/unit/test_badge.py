"""The badge: an SVG that every reader of XML can read, whatever its label."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from petition.badge import draw_badge
from petition.campaign import load_campaigns

SVG = "{http://www.w3.org/2000/svg}"
# What XML 1.0 can hold at all (section 2.2).
labels = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=40
)


def read(svg: bytes) -> ElementTree.Element:
    """Read a badge as a browser does."""
    return ElementTree.fromstring(svg)  # noqa: S314 – it is our own


@given(labels, st.integers(0, 10**9))
def test_badge_is_well_formed_and_says_label_and_number(label: str, signatures: int) -> None:
    svg = read(draw_badge(label, signatures))

    texts = [text.text or "" for text in svg.iter(f"{SVG}text")]
    assert texts == [label, f"{signatures:,}"]
    assert svg.findtext(f"{SVG}title") == f"{label}: {signatures:,}"
    assert svg.get("role") == "img"


def test_label_stays_text() -> None:
    svg = read(draw_badge("<script>alert('&')</script>\"", 1))

    assert {element.tag.removeprefix(SVG) for element in svg.iter()} == {
        "svg", "title", "rect", "path", "g", "text"
    }  # fmt: skip
    assert svg.get("aria-label") == "<script>alert('&')</script>\": 1"


@pytest.mark.parametrize("words", load_campaigns()["savemyfriend"].texts.values(), ids=str)
def test_badge_is_as_wide_as_its_two_halves_and_both_texts_stand_inside(words) -> None:  # type: ignore[no-untyped-def]
    svg = read(draw_badge(words.badge, 178_921))

    width = int(svg.get("width", ""))
    label, number = (float(text.get("x", "")) for text in svg.iter(f"{SVG}text"))
    assert 100 < width < 300
    assert 0 < label < number < width


def test_badge_grows_with_what_it_says() -> None:
    widths = [int(read(draw_badge("签名", 10**n)).get("width", "")) for n in range(8)]

    assert widths == sorted(set(widths))
