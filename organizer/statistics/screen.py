"""The numbers on a terminal, of whatever width; nothing is folded, because it stays there."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from organizer.plots import columns, percent, ranking
from organizer.statistics.numbers import Numbers
from organizer.statistics.pace import HOUR
from organizer.statistics.words import (
    describe_sign,
    name_country,
    name_language,
    name_mark,
)

MOST_ROWS = 15  # ours: what can be compared at a glance; the others are one line
LAST_HOURS = 48  # ours: two days, so that one can be laid beside the other
AXIS = 8  # letters of the numbers beside a plot


def draw(numbers: Numbers, width: int) -> Group:
    """Draw all but the signs, for a terminal of `width` letters."""
    return Group(*_parts(numbers, width))


def _parts(numbers: Numbers, width: int) -> Iterator[RenderableType]:
    yield _total(numbers)
    if numbers.hours:
        yield from _plots(numbers, width)
    counted, claims = numbers.counted, numbers.claims
    yield _rank("Country", "Signatures", counted.countries, counted.signatures, name_country)
    yield _rank("Language", "Claims", numbers.languages, claims, name_language)
    if numbers.marks:
        yield from _sharing(numbers)
    if numbers.providers:
        yield _rank("Provider", "Claims", numbers.providers, claims, str)
    yield _pace(numbers)


def _total(numbers: Numbers) -> Text:
    counted = numbers.counted
    return Text.assemble(
        (f"{counted.signatures:,}", "bold"),
        f" signatures of {numbers.claims:,} claims, as of {numbers.at:%d %B %Y %H:%M:%S} UTC\n"
        f"{percent(counted.referred, counted.signatures)} came by a shared link.\n",
    )


def _plots(numbers: Numbers, width: int) -> Iterator[Text]:
    days: dict[dt.datetime, int] = {}
    for hour, claims in numbers.hours.items():
        days[hour.replace(hour=0)] = days.get(hour.replace(hour=0), 0) + claims
    yield _plot("day", days, dt.timedelta(days=1), width)
    last = max(numbers.hours)
    late = {h: n for h, n in numbers.hours.items() if last - h < LAST_HOURS * HOUR}
    yield _plot("hour", late, HOUR, width)


def _plot(unit: str, numbers: Mapping[dt.datetime, int], step: dt.timedelta, width: int) -> Text:
    first, last = min(numbers), max(numbers)
    every = [numbers.get(first + i * step, 0) for i in range((last - first) // step + 1)]
    together = -(-len(every) // max(width - AXIS, 1))
    shown = [sum(every[i : i + together]) for i in range(0, len(every), together)]
    lines = columns(shown)
    top = f"{max(shown):,}".rjust(AXIS - 1)
    drawn = [f"{top if i == 0 else ' ' * (AXIS - 1)} {line}" for i, line in enumerate(lines)]
    each = f"{together} {unit}s" if together > 1 else f"1 {unit}"
    form = "%d %B %Y" if unit == "day" else "%d %B %H:%M"
    caption = f"Claims from {first.strftime(form)} to {last.strftime(form)}, a column is {each}."
    return Text("\n".join([caption, *drawn, ""]))


def _rank(
    title: str, unit: str, numbers: Mapping[str, int], whole: int, name: Callable[[str], str]
) -> RenderableType:
    ranked = sorted(numbers.items(), key=lambda row: (-row[1], row[0]))
    rows = [(name(value), number) for value, number in ranked[:MOST_ROWS]]
    if rest := ranked[MOST_ROWS:]:
        rows.append((f"{len(rest)} more", sum(number for _, number in rest)))
    return Group(ranking(title, unit, rows, whole), "")


def _sharing(numbers: Numbers) -> Iterator[RenderableType]:
    through = numbers.marks.total()
    yield _rank("Shared on", "Claims", numbers.marks, through, name_mark)
    links = [
        (f"{link.code} {', '.join(map(name_mark, link.marks))}", link.claims)
        for link in numbers.links[:MOST_ROWS]
    ]
    yield Group(ranking("Link", "Claims", links, through), "")
    rows = [("no link", numbers.claims - through)]
    rows += [(f"generation {depth}", claims) for depth, claims in numbers.generations]
    rows += [("unknown link", numbers.unknown)] if numbers.unknown else []
    yield Group(ranking("Came by", "Claims", rows[:MOST_ROWS], numbers.claims), "")


def _pace(numbers: Numbers) -> Text:
    lines = []
    for peak in numbers.peaks:
        day = peak.record.period == "day"
        when = f"day: {peak.begin:%d %B %Y}" if day else f"hour: {peak.begin:%d %B %Y %H:%M} UTC"
        lines.append(
            f"Busiest {when}, {peak.claims:,} claims, {peak.per_second:.2g} a second; the record "
            f"is {peak.record.per_second:.0f} ({peak.record.petition})."
        )
    goal = numbers.milestone
    when = f"about {goal.reached:%d %B %Y %H:%M} UTC" if goal.reached else "not in sight"
    lines.append(
        f"Next milestone, {goal.signatures:,}: {when}; {goal.per_day:,.0f} signatures in the last "
        "24 hours."
    )
    return Text("\n".join([*lines, ""]))


def list_signs(numbers: Numbers, before: Sequence[str]) -> Iterator[str]:
    """
    Say what wants a look, in lines that are never broken, so that they can be copied.

    Args:
        before: The options that stand before the command in the lines that are offered.
    """
    if not numbers.signs:
        yield "Nothing dominates suddenly."
    for sign in numbers.signs[:MOST_ROWS]:
        yield describe_sign(sign, sign.claims)
        yield f"  {sign.line(before)}"
    if len(numbers.signs) > MOST_ROWS:
        yield f"{len(numbers.signs) - MOST_ROWS} more are in --json."
    for rule, claims in numbers.rules:
        yield f"{claims:,} claims fit a saved rule:"
        yield f"  {rule.line}"
