"""
Who was told already, and who asked to hear no more, as a file of stamps that name nobody.

A stamp is an HMAC keyed with the signer's id, and that is an HMAC of the address under the pepper:
so without the pepper nobody can test an address against the file, and without the database nobody
can tell which signers are in it.

Source: docs/decisions/2026-11-news.md
"""

import hmac
import os
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from petition import base64url

from organizer import CannotDo

STAMP_CHARACTERS = 43  # base64url of SHA-256
_LINE = re.compile(rf"[\w-]{{{STAMP_CHARACTERS}}}\n")
_TORN = re.compile(rf"[\w-]{{1,{STAMP_CHARACTERS}}}")

STOPPED = Path("news.stopped")  # for all news of a petition; who was told lies in each one's folder

StoppedOption = Annotated[
    Path, typer.Option("--stopped", help="The file of those who asked to hear no more.")
]


class Purpose(StrEnum):
    """What a stamp says of its signer."""

    TOLD = "told"
    STOPPED = "stopped"
    MESSAGE = "message"  # what makes two mails of one news the same mail


def make_stamp(purpose: Purpose, petition: str, signer: str, about: str = "") -> str:
    """
    Return a signer's stamp; those of two purposes cannot be matched.

    Args:
        about: What else it depends on, such as the text of a mail.
    """
    text = f"savemyfriend/news/{purpose}/1\0{petition}\0{about}".encode()
    return base64url.encode(hmac.digest(signer.encode(), text, "sha256"))


class Stamps:
    """
    The stamps in a file, which grows by one line at a time.

    Args:
        path: It need not be there yet.

    Raises:
        CannotDo: The file cannot be read, or is none of these.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            lines = path.read_text(encoding="ascii").splitlines(keepends=True)
        except FileNotFoundError:
            lines = []
        except (OSError, UnicodeDecodeError):
            raise CannotDo(f"{path} cannot be read.") from None
        # Only the last line can have been torn, by a kill; its mail may go out twice.
        self._torn = bool(lines) and bool(_TORN.fullmatch(lines[-1]))
        whole = lines[:-1] if self._torn else lines
        if not all(_LINE.fullmatch(line) for line in whole):
            raise CannotDo(f"{path} is not a file of stamps; name another one.")
        self._known = {line.strip() for line in whole}

    def __contains__(self, stamp: str) -> bool:
        return stamp in self._known

    def add(self, stamp: str) -> None:
        """
        Keep a stamp; it is on the disk when this returns.

        Raises:
            CannotDo: The file cannot be written.
        """
        if stamp in self._known:
            return
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "a", encoding="ascii") as file:
                if self._torn:
                    file.truncate(file.tell() // (STAMP_CHARACTERS + 1) * (STAMP_CHARACTERS + 1))
                    self._torn = False
                file.write(f"{stamp}\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise CannotDo(f"{self.path} cannot be written: {error.strerror}.") from None
        self._known.add(stamp)
