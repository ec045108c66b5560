"""What a report says besides a petition's own texts, by language, and what it leaves out."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

FLOOR = 10  # ours: no smaller number of people leaves the organizer's screen

PHRASES: dict[str, dict[str, Any]] = json.loads(
    Path(__file__).with_name("report.json").read_text(encoding="utf-8")
)

# By the name under which they are counted (`Verdict`, `Naming`, `Reason`); what withholds a name
# by its signer's own wish needs no words.
LEFT_OUT = {
    "closed": "closed",
    "junk": "junk",
    "other": "mismatched",
    "contested": "contested",
    "abuse": "abuse",
    "fake": "fake",
    "danger": "danger",
}


def remarks(
    phrases: Mapping[str, Any],
    left_out: Mapping[str, int],
    write: Callable[[int], str],
    *,
    checked: bool,
    floor: int = FLOOR,
) -> Iterator[str]:
    """
    Say which boxes and names were left out, and why.

    Args:
        left_out: How many, by the names of LEFT_OUT.
        write: How a number is written in the reader's language.
        checked: Whether boxes were checked against the addresses that they count for.
        floor: No smaller number is told.
    """
    for name, phrase in LEFT_OUT.items():
        if number := left_out.get(name, 0):
            few = phrases["fewer"].format(floor=floor)
            yield phrases[phrase].format(number=write(number) if number >= floor else few)
    if not checked:
        yield phrases["unchecked"]
