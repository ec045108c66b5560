"""`recount`: the documents of signatures against the lanes that claim to count them."""

from dataclasses import asdict
from typing import Annotated

import typer
from petition.store import Published
from rich.table import Table

from organizer import WRONG
from organizer.session import connect
from organizer.signatures.audit import Audit, audit, repair
from organizer.terminal import JsonOption, emit, say, show

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


def recount(
    context: typer.Context,
    thorough: ThoroughOption = False,
    repair_it: RepairOption = False,
    as_json: JsonOption = False,
) -> None:
    """
    Count the stored signatures again, by Firestore itself, and compare them with the tally.

    Both are read at one instant, so it is exact while people sign, and so is --repair.
    Without --repair nothing is written. It ends with 1 if there is a difference and it remains.
    """
    _, database = connect(context)
    found = audit(database, thorough=thorough or repair_it)
    repaired = False
    if repair_it and not found.exact:
        found = repair(database, found)
        repaired = True
    published = database.published()
    if as_json:
        emit(describe(found, published, repaired=repaired))
    else:
        show(_table(found, published))
        say(_verdict(found, repaired=repaired), style="green" if found.exact or repaired else "red")
    if not (found.exact or repaired):
        raise typer.Exit(WRONG)


def describe(found: Audit, published: Published, *, repaired: bool) -> dict[str, object]:
    """Return an audit as `--json` prints it; `drift` is what the lanes lack."""
    return {
        "as_of": found.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "stored": found.stored.signatures,
        "counted": found.counted.signatures,
        "published": published.signatures,
        "emptied": found.emptied if found.thorough else None,
        "drift": asdict(found.drift),
        "thorough": found.thorough,
        "exact": found.exact,
        "repaired": repaired,
    }


def _table(found: Audit, published: Published) -> Table:
    table = Table("What", box=None, pad_edge=False)
    table.add_column("Signatures", justify="right")
    table.add_row("stored documents, by count()", f"{found.stored.signatures:,}")
    if found.emptied:
        table.add_row("  of them withdrawn, +1 kept", f"{found.emptied:,}")
    table.add_row("counted in the lanes", f"{found.counted.signatures:,}")
    table.add_row("on the page (some seconds old)", f"{published.signatures:,}")
    table.add_row("difference", f"{found.drift.signatures:+,}")
    if found.drift.referred:
        table.add_row("  through shared links", f"{found.drift.referred:+,}")
    for country, number in found.drift.countries.items():
        table.add_row(f"  {country}", f"{number:+,}")
    return table


def _verdict(found: Audit, *, repaired: bool) -> str:
    if repaired:
        return "Repaired: the lanes now say what is stored, and the page follows within seconds."
    if found.exact:
        depth = "countries and links included" if found.thorough else "the total"
        return f"Exact: every stored signature is counted once ({depth})."
    return "The tally is wrong. `recount --repair` adds the difference, also while people sign."
