"""A report in one language: every number, date and name of a country as its readers write it."""

import datetime as dt
from typing import Literal

from babel import Locale
from babel.dates import format_date, format_skeleton, format_timedelta
from babel.numbers import format_decimal, format_percent
from markupsafe import Markup
from petition.blur import COUNTRY_FLOOR, OTHER
from petition.campaign import Campaign
from petition.link import NETWORKS, label

from organizer.reporting import charts
from organizer.reporting.figures import Figures
from organizer.reporting.phrases import FLOOR, PHRASES, remarks

MOST_UNITS = 100  # no column is wider than so many hours or days
MOST_BARS = 15  # ours: what can be compared at a glance; the table has them all


class Edition:
    """What report.html shows of one language."""

    def __init__(
        self, language: str, campaign: Campaign, figures: Figures, outcome: str | None
    ) -> None:
        self.language = language
        self.texts = campaign.texts_in(language)
        self.phrases = PHRASES.get(language, PHRASES["en"])
        self.outcome = self.texts.outcomes[outcome].headline if outcome else ""
        self._figures = figures
        self._locale = Locale.parse(language.replace("-", "_"))

    @property
    def total(self) -> str:
        """Return the number of signatures."""
        return self._number(self._figures.signatures)

    @property
    def as_of(self) -> str:
        """Say when it was counted."""
        return str(self.phrases["as_of"].format(moment=self._moment))

    @property
    def country_rows(self) -> list[tuple[str, str, str]]:
        """Return all countries that may be shown, with number and part of the whole."""
        return [
            (self._country(code), self._number(n), self._percent(n))
            for code, n in self._figures.countries
        ]

    @property
    def country_chart(self) -> Markup:
        """Draw the greatest countries; the others are one bar."""
        rows = [(code, n) for code, n in self._figures.countries if code != OTHER]
        rest = self._figures.signatures - sum(n for _, n in rows[:MOST_BARS])
        bars = [(self._country(code), n) for code, n in rows[:MOST_BARS]]
        bars += [(self.phrases["rest"], rest)] if rest else []
        return charts.bars(bars, self._number, self.phrases["countries"])

    @property
    def hour_chart(self) -> Markup | None:
        """Draw how it grew."""
        step, columns = self._figures.columns()
        short = len(columns) * step <= 48
        labels = [f"{begin:%H:%M}" if short else self._day(begin) for begin, _ in columns]
        numbers = [number for _, number in columns]
        title = self.phrases["hours"]
        if not columns:
            return None
        return charts.columns(numbers, labels, self._number, title, floor=FLOOR)

    @property
    def hour_caption(self) -> str:
        """Say what a column is, and what a hollow one."""
        step, columns = self._figures.columns()
        caption: str = self.phrases["each_column"].format(span=self._span(step))
        if any(0 < number < FLOOR for _, number in columns):
            caption += " " + self.phrases["few"].format(floor=FLOOR)
        return caption

    @property
    def referred(self) -> str:
        """Say which part came through links."""
        part = self._percent(self._figures.referred)
        return str(self.phrases["referred"].format(part=part))

    @property
    def referred_chart(self) -> Markup:
        """Draw which part came through links."""
        return charts.part_of(self._figures.referred, self._figures.signatures, self.referred)

    @property
    def network_chart(self) -> Markup | None:
        """Draw on which networks the links were met."""
        rows = [(self._network(mark), n) for mark, n in self._figures.networks]
        return charts.bars(rows, self._number, self.phrases["networks"]) if rows else None

    @property
    def method(self) -> list[str]:
        """Say how it was counted, and what was done to the count."""
        figures, phrases = self._figures, self.phrases
        values = {
            "moment": self._moment,
            "signatures": self.total,
            "floor": FLOOR,
            "country_floor": COUNTRY_FLOOR,
        }
        paragraphs = [paragraph.format(**values) for paragraph in phrases["how"]]
        for name, number in (("kept", figures.kept), ("invalidated", figures.invalidated)):
            if number >= FLOOR:
                paragraphs.append(phrases[name].format(number=self._number(number)))
        if not figures.keys:
            return [*paragraphs, phrases["sealed"]]
        paragraphs.append(phrases["keys"].format(keys=", ".join(figures.keys)))
        left_out = remarks(phrases, figures.left_out, self._number, checked=figures.checked)
        return [*paragraphs, *left_out]

    @property
    def anonymous(self) -> str:
        """Say how many are not named."""
        number = self._number(self._figures.anonymous)
        return str(self.phrases["anonymous"].format(number=number))

    @property
    def _moment(self) -> str:
        at = self._figures.at.astimezone(dt.UTC)
        day = format_date(at.date(), "long", locale=self._locale)
        return f"{day} {at:%H:%M} UTC"

    def _day(self, moment: dt.datetime) -> str:
        return format_skeleton("MMMd", moment, tzinfo=dt.UTC, locale=self._locale)

    def _span(self, hours: int) -> str:
        # Without so high a threshold, twelve hours would be half a day and a week one unit.
        unit: Literal["hour", "day"] = "hour" if hours % 24 else "day"
        span = dt.timedelta(hours=hours)
        return format_timedelta(span, unit, threshold=MOST_UNITS, locale=self._locale)

    def _number(self, number: float) -> str:
        return format_decimal(round(number), locale=self._locale)

    def _percent(self, number: int) -> str:
        whole = self._figures.signatures
        return format_percent(number / whole if whole else 0, "0.0%", locale=self._locale)

    def _country(self, code: str) -> str:
        if code in (OTHER, "ZZ"):
            return str(self.phrases["other"])
        return str(self._locale.territories.get(code, code))

    def _network(self, mark: str) -> str:
        if mark in NETWORKS:
            return label(mark, self.language)
        return str(self.phrases[{"": "unmarked", OTHER: "others"}.get(mark, mark)])
