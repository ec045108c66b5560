"""The numbers as they may leave the organizer's screen, in a file or to a script."""

from collections.abc import Iterable
from dataclasses import dataclass

from petition.blur import OTHER

from organizer.reporting.totals import fold
from organizer.statistics.folding import Series, fold_hours, fold_rows, tell, tell_part
from organizer.statistics.numbers import Numbers, StrongLink
from organizer.statistics.pace import Peak
from organizer.statistics.signs import Sign

ROUGH = 100  # ours: from here on two digits tell no single claim

Rows = list[tuple[str, int]]


@dataclass(frozen=True)
class Told:
    """
    What may be told of `Numbers`; None and what is left out would be of fewer than FLOOR.

    Args:
        numbers: What it is made of; only the total, the times and the names are as they are.
        days: Claims by day; None where they may not be told, as in `hours`.
        countries: Signatures; as in every document that leaves, from thirty on.
        came_by: Claims by "no link", "generation 1" and so on, and "unknown link".
        through: Whether numbers of those who came through links may be told.
        signs: With the claims that may be told of each, None for nearly all.
        per_day: Signatures a day of late, in two digits.
    """

    numbers: Numbers
    referred: int | None
    days: Series
    hours: Series
    countries: Rows
    languages: Rows
    marks: Rows
    links: list[StrongLink]
    came_by: Rows
    providers: Rows
    peaks: list[tuple[Peak, int | None]]
    per_day: int | None
    signs: list[tuple[Sign, int | None]]

    def describe(self, before: Iterable[str]) -> dict[str, object]:
        """Return it as `--json` prints it; `before` are options before the command in lines."""
        numbers = self.numbers
        before = list(before)
        return {
            "petition": numbers.petition,
            "as_of": numbers.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "signatures": numbers.counted.signatures,
            "referred": self.referred,
            "claims": tell(numbers.claims),
            "days": [{"day": f"{day:%Y-%m-%d}", "claims": n} for day, n in self.days.items()],
            "hours": [{"hour": f"{h:%Y-%m-%dT%H:00Z}", "claims": n} for h, n in self.hours.items()],
            "countries": _describe("country", "signatures", self.countries),
            "languages": _describe("language", "claims", self.languages),
            "shared_on": _describe("mark", "claims", self.marks),
            "links": [vars(link) for link in self.links],
            "came_by": _describe("link", "claims", self.came_by),
            "providers": _describe("provider", "claims", self.providers),
            "busiest": [_describe_peak(peak, claims) for peak, claims in self.peaks],
            "milestone": {
                "signatures": numbers.milestone.signatures,
                "per_day": self.per_day,
                "reached": self._reached,
            },
            "signs": [_describe_sign(sign, claims, before) for sign, claims in self.signs],
            "rules": [{"line": rule.line, "claims": tell(n)} for rule, n in numbers.rules],
        }

    @property
    def _reached(self) -> str | None:
        reached = self.numbers.milestone.reached
        return f"{reached:%Y-%m-%d}" if reached and self.per_day else None


def fold_all(numbers: Numbers) -> Told:
    """Take away what may not be told, and what would tell it."""
    counted, claims = numbers.counted, numbers.claims
    days, hours = fold_hours(numbers.hours)
    through = numbers.marks.total()
    # The marks and links add up to it, and the others are who came by none.
    marked = tell_part(through, claims) is not None
    strong = fold_rows(
        [*((link.code, link.claims) for link in numbers.links), (OTHER, _rest(numbers))]
    )
    shown = dict(strong if marked else [])
    came_by = [("no link", claims - through), ("unknown link", numbers.unknown)]
    came_by += [(f"generation {depth}", number) for depth, number in numbers.generations]
    opened = numbers.providers.total()
    providers = [*numbers.providers.items(), *([(OTHER, claims - opened)] if opened else [])]
    per_day = round(numbers.milestone.per_day)
    return Told(
        numbers=numbers,
        referred=tell_part(counted.referred, counted.signatures),
        days=days,
        hours=hours,
        countries=fold(counted.countries, counted.signatures),
        languages=fold_rows(numbers.languages.items()),
        marks=fold_rows(numbers.marks.items()) if marked else [],
        links=[link for link in numbers.links if link.code in shown],
        came_by=fold_rows(came_by),
        providers=fold_rows(providers),
        peaks=[(p, (days if p.record.period == "day" else hours)[p.begin]) for p in numbers.peaks],
        per_day=int(float(f"{per_day:.1e}")) if per_day >= ROUGH else None,
        signs=[(sign, tell_part(sign.claims, sign.of)) for sign in numbers.signs],
    )


def _rest(numbers: Numbers) -> int:
    return numbers.marks.total() - sum(link.claims for link in numbers.links)


def _describe(what: str, unit: str, rows: Rows) -> list[dict[str, object]]:
    return [{what: value, unit: number} for value, number in rows]


def _describe_peak(peak: Peak, claims: int | None) -> dict[str, object]:
    return {
        "begin": f"{peak.begin:%Y-%m-%dT%H:00Z}",
        "hours": round(peak.length.total_seconds() / 3600),
        "claims": claims,
        "record_per_second": peak.record.per_second,
        "record": peak.record.petition,
    }


def _describe_sign(sign: Sign, claims: int | None, before: list[str]) -> dict[str, object]:
    return {
        "trait": sign.trait.value if sign.trait else "hour",
        "value": sign.value,
        "since": f"{sign.since:%Y-%m-%dT%H:00Z}",
        "until": f"{sign.until:%Y-%m-%dT%H:00Z}",
        "claims": claims,
        "of": sign.of,
        "line": sign.line(before),
    }
