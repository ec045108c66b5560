"""`recount`: the documents of signatures against the lanes that claim to count them."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer
from petition.store import Lane, Published
from rich.table import Table

from organizer import WRONG, CannotDo
from organizer.database import Changed, Database
from organizer.drift import difference, total
from organizer.session import connect
from organizer.terminal import JsonOption, emit, progress, say, show

ATTEMPTS = 5  # ours: somebody else who changes the organizers' lane is done by then

ThoroughOption = Annotated[
    bool,
    typer.Option(
        "--thorough",
        help="Read every signature's country and link too: one billed read for each, about "
        "0.30 dollars per million.",
    ),
]
RepairOption = Annotated[
    bool,
    typer.Option("--repair", help="Add the difference to the lanes; it reads every signature."),
]


@dataclass(frozen=True)
class Audit:
    """
    What one instant of the database says, twice.

    Args:
        stored: The documents; without `thorough`, only their number is known.
        emptied: How many of them were withdrawn and left their +1.
        counted: The sum of the lanes.
        drift: What must be added to the lanes.
        lane_version: The organizers' lane at that instant, for a guarded repair.
    """

    at: dt.datetime
    stored: Lane
    emptied: int
    counted: Lane
    drift: Lane
    lane_version: Any
    thorough: bool

    @property
    def exact(self) -> bool:
        """Tell whether the lanes say what is stored."""
        return not (self.drift.signatures or self.drift.referred or self.drift.countries)


def recount(
    context: typer.Context,
    thorough: ThoroughOption = False,
    repair: RepairOption = False,
    as_json: JsonOption = False,
) -> None:
    """
    Count the stored signatures again, by Firestore itself, and compare them with the tally.

    Both are read at one instant, so it is exact while people sign, and so is --repair.
    Without --repair nothing is written. It ends with 1 if there is a difference and it remains.
    """
    _, database = connect(context)
    audit = take(database, thorough=thorough or repair)
    repaired = False
    if repair and not audit.exact:
        audit = mend(database, audit)
        repaired = True
    published = database.published()
    if as_json:
        emit(describe(audit, published, repaired=repaired))
    else:
        show(_table(audit, published))
        say(_verdict(audit, repaired=repaired), style="green" if audit.exact or repaired else "red")
    if not (audit.exact or repaired):
        raise typer.Exit(WRONG)


def take(database: Database, *, thorough: bool) -> Audit:
    """
    Compare documents and lanes at one instant.

    Every commit of the functions changes both alike, so what differs at any instant differs at
    every later one, until it is repaired.
    """
    at = database.instant()
    counted = total(database.lanes(at))
    version = database.own_lane_version(at)
    number = database.count(at)
    if thorough:
        stored, emptied = _read_all(database, at, number)
        drift = difference(stored, emptied, counted)
    else:
        stored, emptied = Lane(number, {}, 0), 0
        drift = Lane(number - counted.signatures, {}, 0)
    return Audit(at, stored, emptied, counted, drift, version, thorough)


def mend(database: Database, audit: Audit) -> Audit:
    """
    Add the difference to the organizers' lane: an increment, so whoever signs meanwhile counts.

    Returns:
        The audit whose difference was added.

    Raises:
        CannotDo: Somebody else kept changing that lane.
    """
    for _ in range(ATTEMPTS):
        if audit.exact:
            return audit
        try:
            database.repair(audit.drift, audit.lane_version)
            return audit
        except Changed:
            say("Somebody else corrected the count meanwhile; looking again.")
            audit = take(database, thorough=True)
    raise CannotDo("The organizers' lane keeps changing; nothing was repaired. Try again later.")


def _read_all(database: Database, at: dt.datetime, number: int) -> tuple[Lane, int]:
    signatures = referred = emptied = 0
    countries: dict[str, int] = {}
    with progress("Reading signatures", number) as advance:
        for page in database.pages(["country", "via"], at=at):
            for signature in page:
                signatures += 1
                referred += signature.via is not None
                if signature.country is None:
                    emptied += 1
                else:
                    countries[signature.country] = countries.get(signature.country, 0) + 1
            advance.by(len(page))
    return Lane(signatures, countries, referred), emptied


def describe(audit: Audit, published: Published, *, repaired: bool) -> dict[str, object]:
    """Return an audit as `--json` prints it; `drift` is what the lanes lack."""
    return {
        "as_of": audit.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "stored": audit.stored.signatures,
        "counted": audit.counted.signatures,
        "published": published.signatures,
        "emptied": audit.emptied if audit.thorough else None,
        "drift": asdict(audit.drift),
        "thorough": audit.thorough,
        "exact": audit.exact,
        "repaired": repaired,
    }


def _table(audit: Audit, published: Published) -> Table:
    table = Table("What", box=None, pad_edge=False)
    table.add_column("Signatures", justify="right")
    table.add_row("stored documents, by count()", f"{audit.stored.signatures:,}")
    if audit.emptied:
        table.add_row("  of them withdrawn, +1 kept", f"{audit.emptied:,}")
    table.add_row("counted in the lanes", f"{audit.counted.signatures:,}")
    table.add_row("on the page (some seconds old)", f"{published.signatures:,}")
    table.add_row("difference", f"{audit.drift.signatures:+,}")
    if audit.drift.referred:
        table.add_row("  through shared links", f"{audit.drift.referred:+,}")
    for country, number in audit.drift.countries.items():
        table.add_row(f"  {country}", f"{number:+,}")
    return table


def _verdict(audit: Audit, *, repaired: bool) -> str:
    if repaired:
        return "Repaired: the lanes now say what is stored, and the page follows within seconds."
    if audit.exact:
        depth = "countries and links included" if audit.thorough else "the total"
        return f"Exact: every stored signature is counted once ({depth})."
    return "The tally is wrong. `recount --repair` adds the difference, also while people sign."
