"""`open`, `close` and `outcome`: what the page shows and whether `sign` takes signatures."""

import datetime as dt
from typing import Annotated

import typer
from petition.documents import Status
from petition.tally import SETTLED_AFTER

from organizer import MISUNDERSTOOD, CannotDo
from organizer.session import connect
from organizer.signatures.database import Database
from organizer.terminal import say


def open_petition(context: typer.Context) -> None:
    """
    Open the petition: within seconds signatures are taken again, and the page shows its form.

    A petition that nobody has closed is open from the beginning. An exact number that was told
    when it was closed is told no more.
    """
    _, database = connect(context)
    batch = database.batch()
    batch.set_status(Status.OPEN)
    batch.commit()
    say("The petition is open; the page and sign follow within about ten seconds.")


def close_petition(context: typer.Context) -> None:
    """
    Close the petition: within seconds no signature is taken any more, and the page says so.

    Nothing is deleted, the count stays, and people can still withdraw. The exact number is told
    once the withdrawals under way have left the count, at most three days later.
    """
    _, database = connect(context)
    batch = database.batch()
    batch.set_status(Status.CLOSED)
    batch.commit()
    say("The petition is closed; the page and sign follow within about ten seconds.")
    say(_when_exact(database))


def set_outcome(
    context: typer.Context,
    outcome: Annotated[str, typer.Argument(help="What became of the people, in one word.")],
) -> None:
    """
    Tell what became of the people; the page shows it once the petition is closed.

    The texts are the petition's own, in each of its languages.
    """
    connection, database = connect(context)
    campaign = connection.read_campaign()
    known = campaign.texts_in(None).outcomes
    if outcome not in known:
        raise CannotDo(
            f"The petition has no outcome {outcome!r}; it has {', '.join(known)}.", MISUNDERSTOOD
        )
    batch = database.batch()
    batch.set_outcome(outcome)
    batch.commit()
    say(f"The outcome is {outcome}.")
    if database.published().status is not Status.CLOSED:
        say("The petition is still open; the page shows the outcome once you `close` it.")


def _when_exact(database: Database) -> str:
    published = database.published()
    if published.counted_at and published.public.countries_day is None:
        return "The page tells the exact number already."
    if published.public.final is not None:
        return f"The page tells the exact number: {published.public.final:,}."
    last = (published.public.closed_at or dt.datetime.now(dt.UTC)) + SETTLED_AFTER
    return (
        "The page goes on telling about how many until everybody who has withdrawn has left the "
        f"count, whether or not anybody has: until {last:%d %B at %H:%M} UTC. "
        "Then it tells the exact number, once and for all."
    )
