"""`count`: how many have signed, where, and how far sharing carried it."""

import datetime as dt
from typing import Annotated

import typer
from petition.campaign import Campaign
from petition.store import Lane, Published
from rich.console import Group
from rich.table import Table
from rich.text import Text

from organizer.plots import bar, percent
from organizer.session import connect
from organizer.signatures.drift import total
from organizer.terminal import JsonOption, emit, show

MOST_COUNTRIES = 20  # ours: what fits a screen; the others are one line

AllOption = Annotated[bool, typer.Option("--all", help="Show every country, however small.")]


def count(
    context: typer.Context, as_json: JsonOption = False, everywhere: AllOption = False
) -> None:
    """
    Count the signatures as of now: the total, the countries, and how many came by a shared link.

    It adds up the lanes, as the page's count does, and is never more than a moment old.
    Small countries stand here as they are, so do not pass the table on; the report folds them.
    """
    connection, database = connect(context)
    campaign = connection.read_campaign()
    at = database.instant()
    counted = total(database.lanes(at))
    published = database.published()
    if as_json:
        emit(describe(campaign, counted, published, at))
    else:
        show(_picture(campaign, counted, published, at, everywhere))


def describe(
    campaign: Campaign, counted: Lane, published: Published, at: dt.datetime
) -> dict[str, object]:
    """Return the count as `--json` prints it; `published` is what the page shows."""
    return {
        "petition": campaign.petition,
        "status": published.status,
        "outcome": published.outcome,
        "signatures": counted.signatures,
        "published": published.signatures,
        "goal": campaign.goal(counted.signatures),
        "referred": counted.referred,
        "countries": [{"country": code, "signatures": n} for code, n in ranked(counted.countries)],
        "as_of": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def ranked(countries: dict[str, int]) -> list[tuple[str, int]]:
    """Return countries and their numbers, the greatest first."""
    return sorted(countries.items(), key=lambda row: (-row[1], row[0]))


def _picture(
    campaign: Campaign, counted: Lane, published: Published, at: dt.datetime, everywhere: bool
) -> Group:
    state = published.status + (f", outcome {published.outcome}" if published.outcome else "")
    goal = campaign.goal(counted.signatures)
    referred, way = percent(counted.referred, counted.signatures), percent(counted.signatures, goal)
    lines = Text.assemble(
        (f"{counted.signatures:,}", "bold"),
        f" signatures of {goal:,} ({way}), as of {at:%d %B %Y %H:%M:%S} UTC\n",
        f"{referred} came by a shared link. The petition is {state}.\n",
    )
    return Group(lines, _countries(counted, everywhere))


def _countries(counted: Lane, everywhere: bool) -> Table:
    rows = ranked(counted.countries)
    shown = rows if everywhere else rows[:MOST_COUNTRIES]
    table = Table("Country", "", box=None, pad_edge=False)
    table.add_column("Signatures", justify="right")
    table.add_column("Of all", justify="right")
    greatest = rows[0][1] if rows else 0
    for code, number in shown:
        part = percent(number, counted.signatures)
        table.add_row(code, bar(number, greatest), f"{number:,}", part)
    if rest := rows[len(shown) :]:
        number = sum(n for _, n in rest)
        table.add_row(f"{len(rest)} more", "", f"{number:,}", percent(number, counted.signatures))
    return table
