"""`count`: how many have signed, where, and how far sharing carried it."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Annotated

import typer
from petition.campaign import Campaign
from petition.documents import Published, Sums
from petition.tally import Numbers, status, tell
from rich.console import Group
from rich.table import Table
from rich.text import Text

from organizer.plots import percent, ranking
from organizer.session import connect
from organizer.signatures.forgetting import find_duty
from organizer.terminal import JsonOption, emit, show

MOST_COUNTRIES = 20  # ours: what fits a screen; the others are one line

AllOption = Annotated[bool, typer.Option("--all", help="Show every country, however small.")]
LinksOption = Annotated[
    int,
    typer.Option(
        "--links",
        min=0,
        help="Show so many of the strongest links too; it reads every claim that came by one.",
    ),
]


def count(
    context: typer.Context,
    as_json: JsonOption = False,
    everywhere: AllOption = False,
    links: LinksOption = 0,
) -> None:
    """
    Count the signatures as of now: the total, the countries, and how many came by a shared link.

    It adds up the lanes and is exact; the page tells about how many, so that nobody can find out
    who has signed. Do not pass these numbers on while people sign.
    """
    connection, database = connect(context)
    campaign = connection.read_campaign()
    at = database.instant()
    counted = database.tally(at)
    published = database.published()
    through = rank_links(database.count_links(), links) if links else []
    if as_json:
        emit(describe(campaign, counted, published, at, through))
    else:
        show(_picture(campaign, counted, published, at, everywhere))
        if links:
            show(_links(through))


def told(published: Published) -> Numbers:
    """Return what the page tells; whoever counts leaves `public` empty where it is exact."""
    return tell(published, blurred=published.public.countries_day is not None)


def rank_links(through: Counter[str], number: int) -> list[tuple[str, int, list[str]]]:
    """Return the strongest links: code, claims, and the marks that they were shared under."""
    codes: Counter[str] = Counter()
    marks: dict[str, set[str]] = {}
    for via, claims in through.items():
        code, _, mark = via.partition(".")
        codes[code] += claims
        marks.setdefault(code, set()).update([mark] if mark else [])
    return [(code, claims, sorted(marks[code])) for code, claims in codes.most_common(number)]


def describe(
    campaign: Campaign,
    counted: Sums,
    published: Published,
    at: dt.datetime,
    links: list[tuple[str, int, list[str]]],
) -> dict[str, object]:
    """Return the count as `--json` prints it; `public` is what the page tells."""
    numbers, duty = told(published), find_duty(campaign, published, at)
    return {
        "petition": campaign.petition,
        "status": status(published, campaign, at),
        "outcome": published.outcome,
        "signatures": counted.signatures,
        "public": {"signatures": numbers.signatures, "exact": numbers.exact},
        "goal": campaign.goal(counted.signatures),
        "referred": counted.referred,
        "countries": [{"country": code, "signatures": n} for code, n in ranked(counted.countries)],
        "links": [{"code": code, "claims": n, "marks": marks} for code, n, marks in links],
        "closes": _write(duty.closes),
        "forget_by": _write(duty.due),
        "forgotten_at": _write(duty.forgotten_at),
        "as_of": _write(at),
    }


def _write(moment: dt.datetime | None) -> str | None:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def ranked(countries: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return countries and their numbers, the greatest first."""
    return sorted(countries.items(), key=lambda row: (-row[1], row[0]))


def _picture(
    campaign: Campaign, counted: Sums, published: Published, at: dt.datetime, everywhere: bool
) -> Group:
    state = status(published, campaign, at).value
    state += f", outcome {published.outcome}" if published.outcome else ""
    numbers = told(published)
    about = "" if numbers.exact else "about "
    goal = campaign.goal(counted.signatures)
    referred, way = percent(counted.referred, counted.signatures), percent(counted.signatures, goal)
    due = find_duty(campaign, published, at).describe(at)
    noun = "signature" if counted.signatures == 1 else "signatures"
    lines = Text.assemble(
        (f"{counted.signatures:,}", "bold"),
        f" {noun} of {goal:,} ({way}), as of {at:%d %B %Y %H:%M:%S} UTC\n",
        f"{referred} came by a shared link. The petition is {state}.\n",
        f"The page says {about}{numbers.signatures:,}.\n",
        f"{due}\n" if due else "",
    )
    return Group(lines, _countries(counted, everywhere))


def _links(through: list[tuple[str, int, list[str]]]) -> Table:
    table = Table("Link", box=None, pad_edge=False)
    table.add_column("Claims", justify="right")
    table.add_column("Shared on")
    for code, claims, marks in through:
        table.add_row(code, f"{claims:,}", ", ".join(marks))
    return table


def _countries(counted: Sums, everywhere: bool) -> Table:
    rows = ranked(counted.countries)
    shown = rows if everywhere else rows[:MOST_COUNTRIES]
    if rest := rows[len(shown) :]:
        shown = [*shown, (f"{len(rest)} more", sum(n for _, n in rest))]
    return ranking("Country", "Signatures", shown, counted.signatures)
