"""`withdraw`: the organizers' duty when a signer wrote to them."""

from enum import StrEnum
from functools import partial
from typing import Annotated

import typer
from petition.address import AddressError
from petition.claim import identify, tag_address
from petition.receipt import hash_receipt, read_receipt

from organizer import WRONG, CannotDo
from organizer.pepper import SECRET, PepperOption, SecretOption, read_pepper
from organizer.session import connect
from organizer.signatures.proof import prove_pepper
from organizer.signatures.withdrawal import draw_due, withdraw_claim, withdraw_signer
from organizer.terminal import YesOption, ask, confirm, say

NO_CLAIM = (
    "No claim of this receipt stands: it was withdrawn before, or never arrived. If it is still on "
    "its way, it will be refused."
)
NO_ADDRESS = "No claim of this address stands."
UNPROVEN = (
    "No claim of this address stands, if that was the petition's pepper; no canary signs here on "
    "which it could be tried. With the key, `export --check` tries it."
)


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
    yes: YesOption = False,
    pepper: PepperOption = None,
    secret: SecretOption = SECRET,
) -> None:
    """
    Erase what somebody signed, found by its receipt or by their e-mail address.

    A receipt erases the one claim that was made with it; an address erases every claim of it,
    whoever made them, and looks through all claims, because nothing else leads to them. The +1
    leaves the count within three days, among others. An address needs the pepper. Either is
    asked for, so that it stays out of the shell's history.
    """
    connection, database = connect(context)
    if by is By.RECEIPT:
        withdraw_one = partial(withdraw_claim, database, _ask_receipt(connection.petition))
        what, nothing = "the claim of this receipt", NO_CLAIM
    else:
        tag = _ask_address(connection.petition)
        found = read_pepper(connection, pepper, secret)
        nothing = NO_ADDRESS if prove_pepper(connection, found) else UNPROVEN
        id = identify(tag, connection.petition, found)
        withdraw_one = partial(withdraw_signer, database, id)
        what = "every claim of this address"
    rest = "and leave its +1" if keep_count else "and take its +1 off within three days"
    confirm(f"erase {what} {rest}", "forget", given=yes)
    if not withdraw_one(keep_count=keep_count, due=draw_due(connection)):
        raise CannotDo(nothing, WRONG)
    rest = "its +1 stays" if keep_count else "its +1 leaves the count within three days"
    say(f"What was written is erased; {rest}.", style="green")


def _ask_receipt(petition: str) -> str:
    try:
        return hash_receipt(read_receipt(ask("The receipt:")), petition)
    except ValueError:
        raise CannotDo("That is not a receipt: it has 26 letters and digits.") from None


def _ask_address(petition: str) -> bytes:
    try:
        return tag_address(ask("The e-mail address:"), petition)
    except AddressError:
        raise CannotDo("That is not an e-mail address.") from None
