"""`withdraw`: the organizers' duty when a signer wrote to them."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from petition.address import AddressError
from petition.receipt import hash_receipt, read_receipt
from petition.signature import identify, tag_address

from organizer import WRONG, CannotDo
from organizer.pepper import read_pepper
from organizer.session import connect
from organizer.signatures.database import Database
from organizer.signatures.faults import Conflict
from organizer.signatures.stored import Stored
from organizer.terminal import ask, confirm, say

ATTEMPTS = 5  # ours: whoever else changes the same signature is done by then


class By(StrEnum):
    """What the signer gave."""

    RECEIPT = "receipt"
    ADDRESS = "address"


def withdraw(
    context: typer.Context,
    by: Annotated[By, typer.Argument(help="What the signer gave you.")],
    keep_count: Annotated[
        bool, typer.Option("--keep-count", help="Leave the anonymous +1, as the signer wishes.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
    pepper: Annotated[
        Path | None, typer.Option(help="The file that holds it, instead of Secret Manager.")
    ] = None,
) -> None:
    """
    Forget one signature, found by its receipt or by the signer's e-mail address.

    The receipt or address is asked for, so that it stays out of the shell's history.
    An address can only be found with the pepper, which is read from
    Secret Manager or from a file.
    """
    connection, database = connect(context)
    if by is By.RECEIPT:
        text = ask("The receipt:")
        try:
            hashed = hash_receipt(read_receipt(text), connection.petition)
        except ValueError:
            raise CannotDo("That is not a receipt: it has 26 letters and digits.") from None
        forget(database, lambda: database.find(hashed), keep_count=keep_count, yes=yes)
        return
    text = ask("The e-mail address:")
    try:
        tag = tag_address(text, connection.petition)
    except AddressError:
        raise CannotDo("That is not an e-mail address.") from None
    id = identify(tag, connection.petition, read_pepper(connection, pepper))
    forget(database, lambda: database.get([id]), keep_count=keep_count, yes=yes)


def forget(
    database: Database, look: Callable[[], list[Stored]], *, keep_count: bool, yes: bool
) -> None:
    """
    Look for signatures and forget them, again while somebody else changes them.

    Raises:
        CannotDo: There is none, it was not confirmed, or it kept changing.
    """
    for _ in range(ATTEMPTS):
        found = [signature for signature in look() if not signature.emptied]
        if not found:
            raise CannotDo("There is no such signature; it may have been withdrawn before.", WRONG)
        rest = "and leave its +1" if keep_count else "and take it off the count"
        confirm(f"forget this signature {rest}", "forget", given=yes)
        try:
            database.forget(found, keep_count=keep_count)
        except Conflict:
            yes = True
            continue
        say("It is forgotten; the count follows within seconds.", style="green")
        return
    raise CannotDo("It keeps changing; try again.")
