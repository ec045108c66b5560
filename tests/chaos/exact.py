"""What must hold after every fault, whatever was lost, late or repeated."""

import json
from collections.abc import Set
from typing import Any

from dev.functions import Running
from tests.chaos.crowd import PETITION
from tests.functions.database import Database


def stored_claims(database: Database) -> set[str]:
    """Return the ids of all claims that stand."""
    return {id for id, claim in database.list(f"petitions/{PETITION}/claims").items() if claim}


def check_exact(database: Database, claims: Set[str], *, signers: int | None = None) -> None:
    """
    Assert that exactly these claims stand, and that each of their signers is counted once.

    Args:
        claims: Ids.
        signers: How many made them; each made one when left out.
    """
    audit = database.audit()
    assert stored_claims(database) == claims
    assert sum(audit.standing.values()) == len(claims)
    assert len(audit.standing) == (len(claims) if signers is None else signers)
    assert audit.tally == len(audit.signers) == len(audit.standing)
    assert audit.is_exact


def lines(function: Running) -> list[dict[str, Any]]:
    """Return what a function has logged, every line of which must be JSON."""
    return [json.loads(line) for line in function.log().splitlines()]
