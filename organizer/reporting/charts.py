"""Charts as SVG, drawn without a library: they must print, and fetch nothing."""

from collections.abc import Callable, Sequence

from markupsafe import Markup, escape

WIDTH = 640  # in user units; the page scales it
ROW = 26
LABEL = 170
NUMBER = 70
COLUMN_CHART = 190
AXIS = 46
LABEL_ROOM = 60

Write = Callable[[float], str]


def bars(rows: Sequence[tuple[str, int]], write: Write, title: str) -> Markup:
    """
    Draw horizontal bars, each with its name and number.

    Args:
        write: How a number is written in the reader's language.
        title: What a screen reader says of the chart.
    """
    greatest = max((number for _, number in rows), default=1) or 1
    room = WIDTH - LABEL - NUMBER
    parts = []
    for i, (name, number) in enumerate(rows):
        y = i * ROW
        length = max(number / greatest * room, 1.5 if number else 0)
        parts.append(
            f'<text x="{LABEL - 10}" y="{y + 17}" text-anchor="end">{escape(name)}</text>'
            f'<rect class="bar" x="{LABEL}" y="{y + 4}" width="{length:.1f}" height="{ROW - 9}"/>'
            f'<text class="n" x="{LABEL + length + 8:.1f}" y="{y + 17}">{write(number)}</text>'
        )
    return _svg(len(rows) * ROW, parts, title)


def part_of(part: int, whole: int, title: str) -> Markup:
    """Draw one bar of which a part is filled."""
    length = WIDTH * part / whole if whole else 0
    parts = [
        f'<rect class="rest" x="0" y="0" width="{WIDTH}" height="22"/>',
        f'<rect class="bar" x="0" y="0" width="{length:.1f}" height="22"/>',
    ]
    return _svg(22, parts, title)


def columns(
    numbers: Sequence[int],
    labels: Sequence[str],
    write: Write,
    title: str,
    *,
    floor: int,
) -> Markup:
    """
    Draw columns over time.

    Args:
        labels: What stands below each column; equal neighbours are written once.
        floor: A smaller number, but for 0, is drawn hollow and as high as this: it is not told.
    """
    top = _round_up(max([*numbers, floor]))
    width = (WIDTH - AXIS) / max(len(numbers), 1)
    parts = [_line(top, value, write) for value in (top, top / 2)]
    for i, number in enumerate(numbers):
        height = max(number, floor) / top * COLUMN_CHART if number else 0
        kind = "few" if 0 < number < floor else "bar"
        if number:
            parts.append(
                f'<rect class="{kind}" x="{AXIS + i * width + width * 0.1:.2f}" '
                f'y="{10 + COLUMN_CHART - height:.1f}" width="{width * 0.8:.2f}" '
                f'height="{height:.1f}"/>'
            )
    base = 10 + COLUMN_CHART
    parts.append(f'<line class="axis" x1="{AXIS}" y1="{base}" x2="{WIDTH}" y2="{base}"/>')
    parts += _time_labels(labels, width, base)
    return _svg(base + 24, parts, title)


def _time_labels(labels: Sequence[str], width: float, base: int) -> list[str]:
    parts: list[str] = []
    free = 0.0
    for i, label in enumerate(labels):
        x = AXIS + i * width
        # Each is written where it first applies, if the one before leaves room.
        if x >= free and x < WIDTH - LABEL_ROOM and (i == 0 or label != labels[i - 1]):
            parts.append(f'<text class="n" x="{x:.1f}" y="{base + 17}">{escape(label)}</text>')
            free = x + LABEL_ROOM
    return parts


def _line(top: float, value: float, write: Write) -> str:
    y = 10 + COLUMN_CHART * (1 - value / top)
    return (
        f'<line class="grid" x1="{AXIS}" y1="{y:.1f}" x2="{WIDTH}" y2="{y:.1f}"/>'
        f'<text class="n" x="{AXIS - 8}" y="{y + 4:.1f}" text-anchor="end">{write(value)}</text>'
    )


def _round_up(number: int) -> int:
    magnitude = 10 ** (len(str(number)) - 1)
    return next(int(m * magnitude) for m in (1, 2, 4, 6, 8, 10) if m * magnitude >= number)


def _svg(height: float, parts: Sequence[str], title: str) -> Markup:
    # Markup is right here: every text in the parts was escaped where it came in.
    return Markup(  # noqa: S704
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">'
        + "".join(parts)
        + "</svg>"
    )
