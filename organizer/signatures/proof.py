"""Proving a key and the pepper on the petition's own boxes, before anything is done with them."""

import re
import time
from pathlib import Path
from typing import Annotated

import typer
from petition.claim import tag_address
from petition.seal import encode_public_key

from organizer import ROOT, CannotDo
from organizer.connection import Connection
from organizer.pepper import SECRET, read_pepper
from organizer.signatures.checks import Checks
from organizer.signatures.database import Database
from organizer.signatures.opening import PROCESSES, Keys, Opening, holds_address, judge
from organizer.terminal import say

SAMPLE = 500  # ours: boxes that are opened at first; it takes a second
MOST_TRIES = 100  # ours: addresses that are tried with the pepper; it takes some seconds

CheckOption = Annotated[
    Path | None,
    typer.Option(
        "--check",
        help="Check with the pepper that every box holds the address that it counts for, and keep "
        "in this file which do; 100,000 take half an hour on two cores.",
    ),
]


def prove(
    connection: Connection,
    database: Database,
    keys: Keys,
    check: Path | None = None,
    pepper_file: Path | None = None,
    secret: str = SECRET,
) -> Opening:
    """
    Return what boxes are opened with, after opening some.

    Args:
        check: The file of checks, if boxes are to be checked against their addresses.
        pepper_file: As for `read_pepper`, and `secret` too.

    Raises:
        CannotDo: The keys open none of the petition's boxes, or the pepper is not its own.
    """
    if not keys:
        return Opening(connection.petition)
    claims = database.sample(SAMPLE)
    boxes = [claim for claim in claims if claim.content.sealed]
    if claims and not boxes:
        raise CannotDo("What was sealed is forgotten: there is no box that a key could open.")
    sample = [
        (claim.content.signer, contents)
        for claim in boxes
        for _, contents in [judge(claim.content.sealed, connection.petition, keys)]
    ]
    good = [(signer, contents) for signer, contents in sample if contents]
    if sample and not good and not _is_announced(keys):
        raise CannotDo(
            f"This key opens none of {len(sample)} boxes that were looked at: it is not the one "
            "that the page seals to. Nothing was done. `keys check` tells which key it is."
        )
    if check is None:
        return Opening(connection.petition, keys)
    pepper = read_pepper(connection, pepper_file, secret)
    tried = good[:MOST_TRIES]
    if tried and not any(holds_address(c, s, connection.petition, pepper) for s, c in tried):
        raise CannotDo(
            f"None of {len(tried)} boxes holds the address that it counts for: this is not the "
            "pepper with which they were stored."
        )
    return Opening(connection.petition, keys, Checks(check, pepper))


def tell_time(opening: Opening, claims: int) -> None:
    """Say how long checking will take, if boxes are to be checked."""
    if opening.checks is None:
        return
    left = max(0, claims - opening.checks.number)
    start = time.perf_counter()
    tag_address("friend@example.org", opening.petition)
    minutes = (time.perf_counter() - start) * left / PROCESSES / 60
    say(
        f"Checking {left:,} boxes takes about {max(1, round(minutes)):,} minutes on {PROCESSES} "
        "cores; interrupted, it goes on where it was."
    )


def _is_announced(keys: Keys) -> bool:
    # What Terraform was told is what the page seals to, also before anybody has signed in earnest.
    points = {encode_public_key(key.public_key()) for key in keys}
    told = "".join(path.read_text() for path in (ROOT / "infra").glob("**/*.tfvars"))
    return not points.isdisjoint(re.findall(r'seal_public_key\s*=\s*"([^"]+)"', told))
