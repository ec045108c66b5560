"""Plots of a soak as SVG: lines over time, one panel below the other."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 640, 130  # of a panel
LEFT, TOP, GAP = 64, 28, 44
COLOURS = ("#1f5fa8", "#b3441e", "#3c7d3c", "#7a4b9a")
INK, PALE = "#444", "#ddd"


@dataclass(frozen=True)
class Panel:
    """
    What is drawn over one time.

    Args:
        title: With its unit.
        lines: Values by name, one for each moment.
    """

    title: str
    lines: Mapping[str, Sequence[float]]


def draw(title: str, seconds: Sequence[float], panels: Sequence[Panel]) -> str:
    """
    Return an SVG document.

    Args:
        seconds: The moments, ascending, from the start.
    """
    height = TOP + len(panels) * (HEIGHT + GAP)
    body = [f'<text x="{LEFT}" y="16" font-size="14">{escape(title)}</text>']
    for number, panel in enumerate(panels):
        body += draw_panel(panel, seconds, TOP + 18 + number * (HEIGHT + GAP))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 20} {height}" '
        f'font-family="sans-serif" font-size="11" fill="{INK}">\n'
        f'<rect width="100%" height="100%" fill="#fff"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def draw_panel(panel: Panel, seconds: Sequence[float], top: float) -> list[str]:
    """Return the elements of one panel, whose frame begins at a height."""
    most = ceiling(max((max(line, default=0) for line in panel.lines.values()), default=0))
    end, bottom = max(seconds, default=1) or 1, top + HEIGHT
    drawn = [f'<text x="{LEFT}" y="{top - 6}">{escape(panel.title)}</text>']
    for share in (0.0, 0.5, 1.0):
        y = bottom - share * HEIGHT
        drawn.append(f'<path d="M{LEFT} {y:.1f}h{WIDTH}" stroke="{PALE}" fill="none"/>')
        drawn.append(
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{share * most:,.6g}</text>'
        )
    place = LEFT + 150
    for colour, (name, line) in zip(COLOURS, panel.lines.items(), strict=False):
        points = " ".join(
            f"{LEFT + at / end * WIDTH:.1f},{bottom - value / most * HEIGHT:.1f}"
            for at, value in zip(seconds, line, strict=True)
        )
        drawn.append(f'<polyline points="{points}" stroke="{colour}" fill="none"/>')
        drawn.append(f'<text x="{place}" y="{top - 6}" fill="{colour}">{escape(name)}</text>')
        place += 30 + 7 * len(name)
    drawn.append(
        f'<text x="{LEFT + WIDTH}" y="{bottom + 14}" text-anchor="end">{end / 60:.1f} min</text>'
    )
    return drawn


def ceiling(value: float) -> float:
    """Return the next of 1, 2, 5, 10, 20 … times a power of ten; 1 for nothing."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 5, 10) if value <= step * power * (1 + 1e-9))
