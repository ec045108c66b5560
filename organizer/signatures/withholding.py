"""
Names that organizers withhold from what they hand over, and why: a file with a line for each.

    abuse   Buy cheap watches
    keep    Ada Lovelace

A line is a reason of `Reason` and a name, or `keep` and a name; the name counts however it is
spaced and in whatever case, for everybody who wrote it.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from organizer import CannotDo

KEEP = "keep"
LONGEST_NAME = 40  # ours: few people write a longer one, and whoever sells something does

UNREADABLE = "\ufffd"
JOINERS = "\u200c\u200d"  # names are spelt with them, in Persian and in Hindi

WithholdOption = Annotated[
    Path | None,
    typer.Option(
        "--withhold",
        help="A file of names to leave out, each behind its reason: abuse, fake or danger.",
    ),
]

HEADER = """\
# These names are about to be handed over; what looks odd comes first.
# To leave one out, put its reason in the place of keep: {reasons}.
# abuse: insults, advertising; fake: plainly nobody; danger: naming could harm somebody.
# It counts for everybody who wrote this name. Save the file, and go back to the terminal.
"""

# Links, handles and numbers: rarely a person's name, and what a newspaper would quote.
_ODD = re.compile(r"\d|[@#<>{}\[\]|\\/:=;!?*%$€£_~^]|www|\.[a-z]{2,}", re.IGNORECASE)


class Reason(StrEnum):
    """Why organizers withhold a name."""

    ABUSE = "abuse"
    FAKE = "fake"
    DANGER = "danger"


class Withheld:
    """
    Which names are withheld.

    Args:
        reasons: By name, as somebody wrote it.
    """

    def __init__(self, reasons: Mapping[str, Reason] | None = None) -> None:
        self._written = dict(reasons or {})
        self._reasons = {_fold(name): reason for name, reason in self._written.items()}

    def reason(self, name: str) -> Reason | None:
        """Return why a name is withheld, None if it is not."""
        return self._reasons.get(_fold(name))

    def write(self) -> str:
        """Return what `read_withheld` reads: the withheld names alone, with their reasons."""
        return "".join(f"{reason}\t{name}\n" for name, reason in sorted(self._written.items()))


def read_withheld(path: Path | None) -> Withheld:
    """
    Read what organizers withhold.

    Raises:
        CannotDo: The file cannot be read, or a line of it is not understood; it is named by its
            number, and no name is.
    """
    if path is None:
        return Withheld()
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError):
        raise CannotDo(f"{path} cannot be read.") from None
    reasons = {}
    for number, line in enumerate(lines, 1):
        word, _, name = line.strip().replace("\t", " ", 1).partition(" ")
        if not word or word.startswith("#") or word == KEEP:
            continue
        if word not in list(Reason) or not name.strip():
            raise CannotDo(
                f"{path}, line {number}: a line begins with {KEEP}, {', '.join(Reason)}, and has a "
                "name behind it."
            )
        reasons[name.strip()] = Reason(word)
    return Withheld(reasons)


def write_names(names: Iterable[str], withheld: Withheld) -> str:
    """Return names to look through: each once, with how it stands; odd ones first."""
    written = sorted({readable(name) for name in names}, key=lambda n: (not _is_odd(n), n))
    lines = [f"{withheld.reason(name) or KEEP}\t{name}" for name in written]
    return HEADER.format(reasons=", ".join(Reason)) + "".join(f"{line}\n" for line in lines)


def readable(name: str) -> str:
    """Return a name on one line, with nothing in it that moves a cursor or hides."""
    line = " ".join(name.split())
    return "".join(UNREADABLE if _is_hidden(c) else c for c in line)


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf") and character not in JOINERS


def _is_odd(name: str) -> bool:
    return bool(_ODD.search(name)) or len(name) > LONGEST_NAME or UNREADABLE in name


def _fold(name: str) -> str:
    return unicodedata.normalize("NFKC", readable(name)).casefold()
