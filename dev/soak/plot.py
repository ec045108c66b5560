"""Plots of a soak as SVG: lines over time, one panel below the other."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 640, 130  # of a panel
LEFT, TOP, GAP = 64, 28, 44
DASHES = ("none", "6 3", "2 3", "10 3 2 3")  # so that lines differ without their colours too
# Read by day and by night: contrast of all inks to the ground is 4.5 at least (WCAG 2.2, 1.4.3).
STYLE = """\
svg { background: #fff; color: #444 }
text { fill: currentColor } path, polyline { fill: none; stroke: currentColor }
.grid { color: #ddd }
.l0 { color: #1f5fa8 } .l1 { color: #b3441e } .l2 { color: #3c7d3c } .l3 { color: #7a4b9a }
@media (prefers-color-scheme: dark) {
  svg { background: #0d1117; color: #c9d1d9 }
  .grid { color: #30363d }
  .l0 { color: #79b8ff } .l1 { color: #ffab70 } .l2 { color: #85e89d } .l3 { color: #d2a8ff }
}"""


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
    says = f"{max(seconds, default=0) / 60:.1f} minutes. " + " ".join(map(describe, panels))
    for number, panel in enumerate(panels):
        body += draw_panel(panel, seconds, TOP + 18 + number * (HEIGHT + GAP))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 20} {height}" '
        'role="img" aria-labelledby="title desc" font-family="sans-serif" font-size="11">\n'
        f'<title id="title">{escape(title)}</title>\n<desc id="desc">{escape(says)}</desc>\n'
        f"<style>\n{STYLE}\n</style>\n" + "\n".join(body) + "\n</svg>\n"
    )


def describe(panel: Panel) -> str:
    """Say in words what a panel shows: what each of its lines begins, ends and peaks with."""
    lines = (
        f"{name} from {line[0]:,.4g} to {line[-1]:,.4g}, at most {max(line):,.4g}"
        for name, line in panel.lines.items()
        if line
    )
    return f"{panel.title}: {'; '.join(lines)}."


def draw_panel(panel: Panel, seconds: Sequence[float], top: float) -> list[str]:
    """Return the elements of one panel, whose frame begins at a height."""
    most = ceiling(max((max(line, default=0) for line in panel.lines.values()), default=0))
    end, bottom = max(seconds, default=1) or 1, top + HEIGHT
    drawn = [f'<text x="{LEFT}" y="{top - 6}">{escape(panel.title)}</text>']
    for share in (0.0, 0.5, 1.0):
        y = bottom - share * HEIGHT
        drawn.append(f'<path d="M{LEFT} {y:.1f}h{WIDTH}" class="grid"/>')
        drawn.append(
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{share * most:,.6g}</text>'
        )
    place = LEFT + 240
    for number, (dash, (name, line)) in enumerate(zip(DASHES, panel.lines.items(), strict=False)):
        points = " ".join(
            f"{LEFT + at / end * WIDTH:.1f},{bottom - value / most * HEIGHT:.1f}"
            for at, value in zip(seconds, line, strict=True)
        )
        drawn.append(
            f'<g class="l{number}" stroke-dasharray="{dash}"><polyline points="{points}"/>'
            f'<path d="M{place - 28} {top - 10}h24"/>'
            f'<text x="{place}" y="{top - 6}">{escape(name)}</text></g>'
        )
        place += 60 + 7 * len(name)
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
