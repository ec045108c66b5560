"""Numbers drawn with letters, for a terminal."""

from collections.abc import Iterable

STEPS = "▁▂▃▄▅▆▇█"
EIGHTHS = " ▏▎▍▌▋▊▉"


def sparkline(numbers: Iterable[float], width: int = 40) -> str:
    """Draw the last numbers as a line of columns, from zero to the greatest."""
    shown = list(numbers)[-width:]
    top = max(shown, default=0)
    if top <= 0:
        return STEPS[0] * len(shown)
    return "".join(STEPS[round(max(n, 0) / top * (len(STEPS) - 1))] for n in shown)


def bar(number: float, greatest: float, width: int = 30) -> str:
    """Draw a bar, exact to an eighth of a letter; anything above zero can be seen."""
    eighths = round(number / greatest * width * 8) if greatest > 0 else 0
    eighths = max(eighths, 1 if number > 0 else 0)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (EIGHTHS[rest] if rest else ""))[:width]


def percent(part: int, whole: int) -> str:
    """Write a part of a whole, to a tenth."""
    return f"{100 * part / whole:.1f} %" if whole else "–"
