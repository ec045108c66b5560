"""`open`, `close` and `outcome`: what the page shows and whether `sign` takes signatures."""

from enum import StrEnum
from typing import Annotated

import typer

from organizer.session import connect
from organizer.terminal import say


class Outcome(StrEnum):
    """What became of the people."""

    FREE = "free"
    RETURNED = "returned"
    UNKNOWN = "unknown"


def open_petition(context: typer.Context) -> None:
    """
    Open the petition: within seconds signatures are taken again, and the page shows its form.

    A petition that nobody has closed is open from the beginning.
    """
    connect(context)[1].set_status(status="open")
    say("The petition is open; the page and sign follow within about ten seconds.")


def close_petition(context: typer.Context) -> None:
    """
    Close the petition: within seconds no signature is taken any more, and the page says so.

    Nothing is deleted, the count stays, and people can still withdraw.
    """
    connect(context)[1].set_status(status="closed")
    say("The petition is closed; the page and sign follow within about ten seconds.")


def set_outcome(
    context: typer.Context,
    outcome: Annotated[Outcome, typer.Argument(help="What became of the people.")],
) -> None:
    """
    Tell what became of the people; the page shows it once the petition is closed.

    The texts are the petition's own, in each of its languages.
    """
    _, database = connect(context)
    database.set_status(outcome=outcome.value)
    say(f"The outcome is {outcome.value}.")
    if database.published().status != "closed":
        say("The petition is still open; the page shows the outcome once you `close` it.")
