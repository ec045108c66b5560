"""Proving a key and the pepper on the petition's own boxes, before anything is done with them."""

import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives.asymmetric import ec
from petition import base64url
from petition.claim import identify, tag_address
from petition.documents import Claim
from petition.seal import Contents, encode_public_key

from organizer import ROOT, CannotDo
from organizer.connection import Connection
from organizer.pepper import SECRET, read_pepper
from organizer.signatures.checks import Checks
from organizer.signatures.database import Database
from organizer.signatures.opening import PROCESSES, Keys, Opening, holds_address, judge
from organizer.signatures.stored import Stored
from organizer.terminal import say
from organizer.trustees.fingerprint import fingerprint

SAMPLE = 500  # ours: boxes that are opened at first; it takes a second
MOST_TRIES = 100  # ours: addresses that are tried with the pepper; it takes some seconds

# Who signs the hidden petition every minute (infra/scheduler.tf), so that its id, which nobody can
# know without the pepper, tells whether a pepper is the right one.
CANARY = "canary"
CANARY_TAG = base64url.decode("0" * 43, 32)

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
    sample = [claim for claim in claims if claim.content.sealed]
    if claims and not sample:
        raise CannotDo("What was sealed is forgotten: there is no box that a key could open.")
    good = []
    for key in keys:
        opened = list(_open(sample, connection.petition, key))
        name = fingerprint(key.public_key())
        say(f"Key {name} opens {len(opened):,} of {len(sample):,} boxes that were looked at.")
        good += opened
    if sample and not good and not _is_announced(keys):
        raise CannotDo(
            f"This key opens none of {len(sample)} boxes that were looked at: it is not the one "
            "that the page seals to. Nothing was done. `doctor` tells which one that is."
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


def _open(
    claims: Iterable[Stored[Claim]], petition: str, key: ec.EllipticCurvePrivateKey
) -> Iterator[tuple[str, Contents]]:
    for claim in claims:
        _, contents = judge(claim.content.sealed, petition, [key])
        if contents:
            yield claim.content.signer, contents


def prove_pepper(connection: Connection, pepper: bytes) -> bool:
    """
    Try the pepper on the canary, whose address is known; no key is needed.

    Returns:
        Whether it could be tried: where no canary signs, nobody can tell.

    Raises:
        CannotDo: It is another one.
    """
    canary = Database(replace(connection, petition=CANARY))
    if canary.get_signers([identify(CANARY_TAG, CANARY, pepper)]):
        return True
    if canary.count():
        raise CannotDo(
            "This is not the pepper with which signatures were stored: the canary, who signs every "
            "minute, is not among them under it. Nothing was changed; name the right one by "
            "--pepper or --secret."
        )
    return False


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


def announced_keys() -> set[str]:
    """Return the public keys that Terraform was told of, as `encode_public_key` writes them."""
    told = "".join(path.read_text() for path in (ROOT / "infra").glob("**/*.tfvars"))
    return set(re.findall(r'seal_public_key\s*=\s*"([^"]+)"', told))


def _is_announced(keys: Keys) -> bool:
    # What Terraform was told is what the page seals to, also before anybody has signed in earnest.
    points = {encode_public_key(key.public_key()) for key in keys}
    return not points.isdisjoint(announced_keys())
