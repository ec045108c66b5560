"""Numbers drawn with letters, for a terminal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table

STEPS = "▁▂▃▄▅▆▇█"
EIGHTHS = " ▏▎▍▌▋▊▉"
SHORTEST_BAR = 4  # ours: a shorter one tells nothing
LONGEST_BAR = 30  # ours: a longer one is no easier to compare


def sparkline(numbers: Iterable[float], width: int = 40) -> str:
    """Draw the last numbers as a line of columns, from zero to the greatest."""
    shown = list(numbers)[-width:]
    top = max(shown, default=0)
    if top <= 0:
        return STEPS[0] * len(shown)
    return "".join(STEPS[round(max(n, 0) / top * (len(STEPS) - 1))] for n in shown)


def bar(number: float, greatest: float, width: int = LONGEST_BAR) -> str:
    """Draw a bar, exact to an eighth of a letter; anything above zero can be seen."""
    eighths = round(number / greatest * width * 8) if greatest > 0 else 0
    eighths = max(eighths, 1 if number > 0 else 0)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (EIGHTHS[rest] if rest else ""))[:width]


def columns(numbers: Sequence[int], height: int = 6) -> list[str]:
    """Draw numbers as columns, a letter wide each, in lines from above; so is all above zero."""
    top = max(numbers, default=0)
    eighths = [max(round(n / top * height * 8), 1) if n > 0 else 0 for n in numbers]
    lines = []
    for line in reversed(range(height)):
        parts = [min(max(n - line * 8, 0), 8) for n in eighths]
        lines.append("".join(STEPS[part - 1] if part else " " for part in parts).rstrip())
    return lines


@dataclass(frozen=True)
class Bar:
    """A bar that takes the room that a table gives it."""

    number: float
    greatest: float

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield bar(self.number, self.greatest, options.max_width)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(SHORTEST_BAR, min(LONGEST_BAR, options.max_width))


def ranking(title: str, unit: str, rows: Sequence[tuple[str, int]], whole: int) -> Table:
    """Draw rows of names and numbers, each with a bar as long as there is room for."""
    table = Table(box=None, pad_edge=False)
    table.add_column(title, overflow="fold", min_width=8)
    table.add_column()
    table.add_column(unit, justify="right", no_wrap=True)
    table.add_column("Of all", justify="right", no_wrap=True)
    greatest = max((number for _, number in rows), default=0)
    for name, number in rows:
        table.add_row(name, Bar(number, greatest), f"{number:,}", percent(number, whole))
    return table


def percent(part: int, whole: int) -> str:
    """Write a part of a whole, to a tenth."""
    return f"{100 * part / whole:.1f} %" if whole else "–"
