"""The numbers as one HTML page that refers to nothing outside itself."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from organizer.reporting import charts
from organizer.reporting.phrases import FLOOR
from organizer.statistics.folding import Series
from organizer.statistics.pace import DAY, HOUR
from organizer.statistics.told import Rows, Told
from organizer.statistics.words import (
    describe_sign,
    name_country,
    name_language,
    name_mark,
)

TEMPLATE = Path(__file__).with_name("page.html")
MOST_BARS = 15  # ours: what can be compared at a glance; --json has them all
MOST_COLUMNS = 120  # ours: as many as a page shows apart


def write(told: Told, hashtag: str, before: Sequence[str]) -> str:
    """Write the page; `before` are the options before the command in the lines that it offers."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        hashtag=hashtag,
        numbers=told.numbers,
        told=told,
        floor=FLOOR,
        charts=list(_charts(told)),
        signs=[(describe_sign(sign, claims), sign.line(before)) for sign, claims in told.signs],
    )


def _charts(told: Told) -> list[tuple[str, Markup]]:
    named: dict[str, Rows] = {
        "Countries": [(name_country(code), n) for code, n in told.countries],
        "Languages": [(name_language(tag), n) for tag, n in told.languages],
        "Shared on": [(name_mark(mark), n) for mark, n in told.marks],
        "Strongest links": [(link.code, link.claims) for link in told.links],
        "By generation of the link": told.came_by,
        "Providers of mailboxes": told.providers,
    }
    over_time = {"Days": _columns("Days", told.days, DAY)}
    over_time["The last hours"] = _columns("The last hours", told.hours, HOUR)
    bars = {
        title: charts.bars(rows[:MOST_BARS], _write, title) for title, rows in named.items() if rows
    }
    return [(title, chart) for title, chart in (over_time | bars).items() if chart]


def _columns(title: str, series: Series, step: dt.timedelta) -> Markup:
    if not series:
        return Markup()
    first, last = min(series), max(series)
    moments = [first + i * step for i in range((last - first) // step + 1)][-MOST_COLUMNS:]
    # What is not told is drawn hollow, as high as what may be told at least.
    told = [series.get(moment, 0) for moment in moments]
    numbers = [1 if number is None else number for number in told]
    labels = [f"{moment:%d %b}" for moment in moments]
    return charts.columns(numbers, labels, _write, title, floor=FLOOR)


def _write(number: float) -> str:
    return f"{round(number):,}"
