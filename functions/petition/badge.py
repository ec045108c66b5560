"""A live badge to embed in a blog: a picture of the count, without script."""

from html import escape

# Widths of the common sans-serif fonts at 11 pixels, on the generous side.
WIDE_PIXELS, NARROW_PIXELS = 11.5, 6.8

BADGE = """<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" \
aria-label="{label}: {number}"><title>{label}: {number}</title>\
<rect width="{width}" height="20" rx="3" fill="#262626"/>\
<path d="M{split} 0h{right_less_corner}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{right_less_corner}z" \
fill="#a61b1b"/><g fill="#fff" text-anchor="middle" font-size="11" \
font-family="system-ui,'Noto Sans CJK SC','Noto Sans CJK KR',sans-serif">\
<text x="{label_x}" y="14">{label}</text><text x="{number_x}" y="14">{number}</text></g></svg>
"""


def draw_badge(label: str, signatures: int) -> bytes:
    """
    Return an SVG, 20 pixels high, with the label on the left and the count on the right.

    Args:
        label: A few words, for example the hashtag; any script.
    """
    number = f"{signatures:,}"
    left, right = _width(label), _width(number)
    return BADGE.format(
        width=left + right,
        split=left,
        right_less_corner=right - 3,
        label=escape(label),
        number=number,
        label_x=left / 2,
        number_x=left + right / 2,
    ).encode()


def _width(text: str) -> int:
    pixels = sum(NARROW_PIXELS if character.isascii() else WIDE_PIXELS for character in text)
    return round(pixels) + 14
