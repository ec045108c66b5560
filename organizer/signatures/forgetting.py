"""
Forgetting what was sealed, once a petition has closed and was delivered.

A claim loses its box and nothing else. It still stands, so it refuses a late commit, its signer
counts, its owner can withdraw it, and hours, languages and links can be looked at for ever.

Source: docs/decisions/2026-11-forgetting.md
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from petition.campaign import Campaign
from petition.documents import Claim, Published, Status
from petition.tally import status

from organizer.signatures.database import Database
from organizer.signatures.stored import Stored
from organizer.terminal import progress

TOGETHER = 300  # ours: a commit stays small, and Ctrl-C waits for no longer than a second


@dataclass(frozen=True)
class Duty:
    """
    What a petition owes its signers after the end.

    Args:
        closes: When it closes by itself, as long as it is open.
        closed_at: Since when it is closed; None if it is open, or if nobody knows.
        due: By when what was sealed must be forgotten, if the campaign says so and it closed.
        forgotten_at: When it was forgotten, if it was after it closed.
    """

    open: bool
    closes: dt.datetime | None = None
    closed_at: dt.datetime | None = None
    due: dt.datetime | None = None
    forgotten_at: dt.datetime | None = None

    def overdue(self, now: dt.datetime) -> bool:
        """Tell whether what was sealed should be forgotten already."""
        return self.due is not None and self.forgotten_at is None and now >= self.due

    def describe(self, now: dt.datetime) -> str:
        """Say in a sentence what is due, or "" if nothing is."""
        if self.open:
            return f"It closes by itself on {_write(self.closes)}." if self.closes else ""
        if self.forgotten_at:
            return f"What was sealed was forgotten on {_write(self.forgotten_at)}."
        if self.overdue(now):
            return (
                f"What was sealed should have been forgotten by {_write(self.due)}: deliver what "
                "is left to deliver, then `organizer forget`."
            )
        if self.due:
            return f"What was sealed is to be forgotten by {_write(self.due)}: `organizer forget`."
        return ""


def find_duty(campaign: Campaign, published: Published, now: dt.datetime) -> Duty:
    """Return what a petition owes, by its campaign and what its own document says."""
    if status(published, campaign, now) is Status.OPEN:
        return Duty(open=True, closes=campaign.closes)
    by_itself = campaign.closes if campaign.closes and now >= campaign.closes else None
    known = [moment for moment in (by_itself, published.public.closed_at) if moment]
    closed_at = min(known, default=None)
    days = campaign.forget_after_days
    due = closed_at + dt.timedelta(days=days) if closed_at and days else None
    forgotten_at = published.forgotten_at
    # Opened again afterwards, it has taken new boxes.
    if forgotten_at and closed_at and forgotten_at < closed_at:
        forgotten_at = None
    return Duty(False, None, closed_at, due, forgotten_at)


def forget(database: Database, now: dt.datetime) -> int:
    """
    Erase every box, batch by batch, and note that it was done; run again, it goes on.

    Returns:
        How many boxes were erased.
    """
    erased = 0
    with progress("Erasing boxes", database.count_claims()) as advance:
        for page in database.claims(["sealed"]):
            boxes = [claim for claim in page if claim.content.sealed]
            for start in range(0, len(boxes), TOGETHER):
                _erase(database, boxes[start : start + TOGETHER])
            erased += len(boxes)
            advance.by(len(page))
    batch = database.batch()
    batch.note_forgotten(now)
    batch.commit()
    return erased


def _erase(database: Database, claims: Sequence[Stored[Claim]]) -> None:
    batch = database.batch()
    for claim in claims:
        batch.erase_box(claim.id)
    batch.commit()


def _write(moment: dt.datetime | None) -> str:
    return f"{moment.astimezone(dt.UTC):%d %B %Y %H:%M} UTC" if moment else ""
