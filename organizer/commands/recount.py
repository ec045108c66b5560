"""`recount`: the signers against the lanes that count them and the claims they stand for."""

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.table import Table

from organizer import WRONG
from organizer.session import connect
from organizer.signatures.audit import Audit, audit, describe, repair
from organizer.terminal import JsonOption, emit, say, show

ThoroughOption = Annotated[
    bool,
    typer.Option(
        "--thorough",
        help="Read every signer and claim too, and compare them: two billed reads for each, about "
        "0.60 dollars per million.",
    ),
]
RepairOption = Annotated[
    bool,
    typer.Option("--repair", help="Put right what differs; it reads as much as --thorough."),
]


def recount(
    context: typer.Context,
    thorough: ThoroughOption = False,
    repair_it: RepairOption = False,
    as_json: JsonOption = False,
) -> None:
    """
    Count the stored signers again, by Firestore itself, and compare them with the tally.

    All is read at one instant, so it is exact while people sign, and so is --repair. With
    --thorough, signers are compared with the claims that they stand for as well.
    Without --repair nothing is written. It ends with 1 if there is a difference and it remains.
    """
    _, database = connect(context)
    found = audit(database, thorough=thorough or repair_it)
    repaired = False
    if repair_it and not found.exact:
        found = repair(database, found)
        repaired = True
    if as_json:
        emit(describe(found, repaired=repaired))
    else:
        show(_table(found))
        for sentence in _inconsistencies(found):
            say(sentence)
        say(_verdict(found, repaired=repaired), style="green" if found.exact or repaired else "red")
    if not (found.exact or repaired):
        raise typer.Exit(WRONG)


def _table(found: Audit) -> Table:
    table = Table("What", box=None, pad_edge=False)
    table.add_column("Signatures", justify="right")
    table.add_row("stored signers", f"{found.stored.signatures:,}")
    if found.kept:
        table.add_row("  of them withdrawn, +1 kept", f"{found.kept:,}")
    if found.leaving:
        table.add_row("  of them withdrawn, about to leave", f"{found.leaving:,}")
    table.add_row("counted in the lanes", f"{found.counted.signatures:,}")
    if found.thorough:
        table.add_row("claims that stand", f"{found.claims:,}")
    table.add_row("difference", f"{found.drift.signatures:+,}")
    if found.drift.referred:
        table.add_row("  through shared links", f"{found.drift.referred:+,}")
    for country, number in found.drift.countries.items():
        table.add_row(f"  {country}", f"{number:+,}")
    return table


def _inconsistencies(found: Audit) -> Iterator[str]:
    if found.miscounted:
        yield f"{len(found.miscounted):,} signers say another number of claims than stand."
    if found.stranded:
        yield f"{len(found.stranded):,} signers have no claim left, and no sweep will see them."
    if found.orphaned:
        claims = sum(map(len, found.orphaned.values()))
        yield f"{claims:,} claims stand whose signers are missing, {len(found.orphaned):,} in all."


def _verdict(found: Audit, *, repaired: bool) -> str:
    if repaired:
        return "Repaired: lanes and signers now say what is stored, and the page follows."
    if found.exact:
        depth = "countries, links and claims included" if found.thorough else "the total"
        return f"Exact: every stored signer is counted once ({depth})."
    return "That is wrong. `recount --repair` puts it right, also while people sign."
