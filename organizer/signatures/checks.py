"""
Which boxes hold the address that they count for, kept in a file.

Finding it out takes some hundredths of a second a box, and never changes: an interrupted run goes
on where it was, and a report made after an export asks nothing twice. The file holds hashes of
receipts, and nobody's name or address.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from organizer import CannotDo

_LINE = re.compile(r"([\w-]{43}) (own|other)\n")


class Checks:
    """
    What was found out so far, and the pepper with which to find out the rest.

    Raises:
        CannotDo: The file cannot be written, or is none of these.
    """

    def __init__(self, path: Path, pepper: bytes) -> None:
        self.pepper = pepper
        self._path = path
        self._known = self._read()

    @property
    def number(self) -> int:
        """Return of how many boxes it is known."""
        return len(self._known)

    def known(self, receipt_hash: str) -> bool | None:
        """Tell whether a claim's box holds its signer's address, or None if nobody has looked."""
        return self._known.get(receipt_hash)

    def add(self, found: Mapping[str, bool]) -> None:
        """Keep what was found out."""
        if not found:
            return
        self._known.update(found)
        with self._path.open("a", encoding="ascii") as file:
            for receipt_hash, own in found.items():
                file.write(f"{receipt_hash} {'own' if own else 'other'}\n")
            file.flush()
            os.fsync(file.fileno())

    def _read(self) -> dict[str, bool]:
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "r+", encoding="ascii") as file:
                lines = file.readlines()
                found = [_LINE.fullmatch(line) for line in lines]
                whole = found.index(None) if None in found else len(lines)
                if whole < len(lines) - 1 or (whole < len(lines) and lines[whole].endswith("\n")):
                    raise CannotDo(f"{self._path} is not a file of checks; name another one.")
                # Only the last line can have been torn, by a kill.
                file.seek(0)
                file.truncate(sum(map(len, lines[:whole])))
        except (OSError, UnicodeDecodeError):
            raise CannotDo(f"{self._path} cannot be read and written; name another file.") from None
        return {match[1]: match[2] == "own" for match in found if match}
