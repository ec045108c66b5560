"""`open`, `close` and `outcome`: what the page shows and whether `sign` takes signatures."""

import datetime as dt
from collections.abc import Callable
from typing import Annotated

import typer
from petition.campaign import Campaign
from petition.documents import Status
from petition.tally import SETTLED_AFTER

from organizer import MISUNDERSTOOD, CannotDo
from organizer.connection import nearest
from organizer.pages.notice import ended, signing, what_became
from organizer.session import connect
from organizer.signatures.database import Database
from organizer.terminal import YesOption, confirm, say

NONE = "none"  # what clears the outcome; no campaign can mean anything else by it


def open_petition(context: typer.Context, yes: YesOption = False) -> None:
    """
    Open the petition: within seconds signatures are taken again, and the page shows its form.

    A petition that nobody has closed is open from the beginning. An exact number that was told
    when it was closed is told no more. What the page will say is shown first, and asked.
    """
    connection, database = connect(context)
    campaign = connection.read_campaign()
    if campaign.closes and campaign.closes <= dt.datetime.now(dt.UTC):
        raise CannotDo(
            f"It closed by itself, on {campaign.closes:%d %B %Y at %H:%M %Z}, as its file says by "
            "`closes`: change the file, deploy, and open it then."
        )
    _show(campaign, signing)
    confirm("open the petition", "open", given=yes)
    batch = database.batch()
    batch.set_status(Status.OPEN)
    batch.commit()
    say("The petition is open; the page and sign follow within about ten seconds.")


def close_petition(context: typer.Context, yes: YesOption = False) -> None:
    """
    Close the petition: within seconds no signature is taken any more, and the page says so.

    Nothing is deleted, the count stays, and people can still withdraw. The exact number is told
    once the withdrawals under way have left the count, at most three days later. What the page
    will say is shown first, and asked.
    """
    connection, database = connect(context)
    campaign, outcome = connection.read_campaign(), database.published().outcome
    _show(campaign, lambda campaign, language: ended(campaign, language, outcome))
    confirm("close the petition", "close", given=yes)
    batch = database.batch()
    batch.set_status(Status.CLOSED)
    batch.commit()
    say("The petition is closed; the page and sign follow within about ten seconds.")
    say(_when_exact(database))


def set_outcome(
    context: typer.Context,
    outcome: Annotated[
        str, typer.Argument(help="What became of the people, in one word; none takes it back.")
    ],
    yes: YesOption = False,
) -> None:
    """
    Tell what became of the people; the page shows it once the petition is closed.

    The texts are the petition's own, in each of its languages; they are shown first, and asked.
    """
    connection, database = connect(context)
    campaign, before = connection.read_campaign(), database.published().outcome
    known = campaign.texts_in(None).outcomes
    if outcome not in (*known, NONE):
        end = nearest(outcome, [*known, NONE])
        raise CannotDo(f"The petition has no outcome {outcome!r}{end}", MISUNDERSTOOD)
    told = None if outcome == NONE else outcome
    if told is None:
        _show(campaign, lambda campaign, language: ended(campaign, language, None))
    else:
        _show(campaign, lambda campaign, language: what_became(campaign, language, told))
    if before not in (None, told):
        say(f"It takes the place of the outcome that is told now: {before}.")
    confirm("tell this" if told else "take the outcome back", outcome, given=yes)
    batch = database.batch()
    batch.set_outcome(told)
    batch.commit()
    say(f"The outcome is {outcome}.")
    if told and database.published().status is not Status.CLOSED:
        say("The petition is still open; the page shows the outcome once you `close` it.")


def _show(campaign: Campaign, words: Callable[[Campaign, str], list[str]]) -> None:
    say("The page will say:", style="dim")
    for language in campaign.languages:
        say(f"[{language}]", style="dim")
        for paragraph in words(campaign, language):
            say(f"  {paragraph}")


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
