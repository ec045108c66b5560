"""A minute of the soak's record: a hundred people a second sign, ten thousand read the count."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

from dev.soak.journal import Journal
from dev.soak.play import Options
from dev.soak.report import tables
from dev.soak.scenarios import SCENARIOS

NAME = "record"


def play_record(folder: Path, seconds: float) -> Journal:
    """
    Play the soak's scenario on an emulator of its own; FIRESTORE_EMULATOR_HOST must not be set.

    Args:
        folder: For logs and the journal.
    """
    scenario, journal = SCENARIOS[NAME], Journal(folder / "journal.jsonl")
    if seconds:
        options = Options(folder, seconds, reads=scenario.reads)
        asyncio.run(scenario.play(NAME, options, journal))
    return journal


def record_tables(journal: Journal) -> Iterable[tuple[str, str]]:
    """Return titles and tables of what was seen, as the soak's report has them."""
    return tables(journal, [NAME]) if journal.lines("end", NAME) else ()
