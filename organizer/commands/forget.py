"""`forget`: erases what was sealed, when the petition is over, and keeps the number."""

import datetime as dt

import typer
from petition.documents import Status

from organizer import CannotDo
from organizer.session import connect
from organizer.signatures.forgetting import Duty, find_duty
from organizer.signatures.forgetting import forget as erase
from organizer.terminal import ConfirmOption, JsonOption, ReallyOption, confirm, emit, say, show

LEFT_TO_DO = """\
What is left for you to do:

1. Destroy exports, reports, lists of addresses and files of checks: nothing reaches what was
   already opened.
2. Let the backups of the database run out, or delete them: they still hold the boxes.
3. Burn: `organizer burn`, the trustees' sheets and every private key file. Then no id that is
   stored can be tested against an address any more.
"""


def forget(
    context: typer.Context,
    really: ReallyOption = False,
    confirmed: ConfirmOption = None,
    as_json: JsonOption = False,
) -> None:
    """
    Erase every sealed name, address and message for ever, once the petition is closed.

    The number stays, and its history: hours, countries, languages and links. Whoever signed can
    still withdraw. Deliver first: nobody can be named or written to afterwards. It can be stopped
    at any moment with Ctrl-C, and goes on when it is run again. Without --really nothing changes.
    """
    connection, database = connect(context)
    now = dt.datetime.now(dt.UTC)
    duty = find_duty(connection.read_campaign(), database.published(), now)
    if duty.open:
        raise CannotDo(
            "The petition still takes signatures; `organizer close` it and deliver it first."
        )
    say(_introduce(duty, now))
    claims = database.count_claims()
    erased = 0
    if really:
        word = connection.petition
        deed = f"erase what was sealed in {claims:,} claims, for ever"
        confirm(deed, word, given=confirmed == word)
        erased = erase(database, now)
        say(f"{erased:,} boxes are erased; the number and its history are as they were.")
        if not as_json:
            show(LEFT_TO_DO)
    else:
        say(f"What was sealed in {claims:,} claims would be erased. To do it, add --really.")
    if as_json:
        emit(_describe(duty, claims, erased))


def _introduce(duty: Duty, now: dt.datetime) -> str:
    return duty.describe(now) or "The petition is closed; it does not say when to forget."


def _describe(duty: Duty, claims: int, erased: int) -> dict[str, object]:
    moments = {"closed_at": duty.closed_at, "due": duty.due}
    written = {
        name: moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
        for name, moment in moments.items()
    }
    return {"status": Status.CLOSED.value, **written, "claims": claims, "erased": erased}
