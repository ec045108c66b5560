"""Files that grow page by page, and go on where a killed run left them."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO

from organizer import CannotDo


@dataclass
class Progress:
    """
    How far a run has come.

    Args:
        options: What it was asked for; another run goes on only with the same.
        after: The id behind which it goes on.
        sizes: Of each file in bytes; what lies behind was written after this was noted.
        numbers: What has been counted so far.
    """

    options: dict[str, str]
    after: str | None = None
    sizes: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)


class Flowing:
    """Text that goes to stdout page by page; what is gone cannot go on after a kill."""

    resumed = False

    def __init__(self) -> None:
        self.progress = Progress({})

    def write(self, name: str, text: str) -> None:
        """Write what belongs to the output; there is no room for anything beside it."""
        if name == "output":
            sys.stdout.buffer.write(text.encode())

    def note(self, after: str | None) -> None:
        """Let everything up to an id go."""
        sys.stdout.buffer.flush()

    def close(self, *, finished: bool) -> None:
        """Let the rest go."""
        self.note(None)


class Growing:
    """
    Files that grow together; after a kill at any moment they go on without gap or double.

    Beside the first file lies a note of how far all have come, replaced as a whole after each
    page. What was written behind it is cut off.
    """

    def __init__(self, paths: Mapping[str, Path], options: dict[str, str]) -> None:
        first = next(iter(paths.values()))
        self._paths = paths
        self._note = first.with_name(f".{first.name}.checkpoint")
        self.progress = self._begin(paths, options)
        self.resumed = bool(self.progress.sizes)
        # Noted before a file is there, so that whatever stops it now, the next run goes on.
        self._keep()
        self._files = {name: self._open(name, path) for name, path in paths.items()}

    def write(self, name: str, text: str) -> None:
        """Add text to a file; it counts once it is noted."""
        self._files[name].write(text.encode())

    def note(self, after: str | None) -> None:
        """Note that everything up to an id is written."""
        for name, file in self._files.items():
            file.flush()
            os.fsync(file.fileno())
            self.progress.sizes[name] = file.tell()
        self.progress.after = after
        self._keep()

    def close(self, *, finished: bool) -> None:
        """Close the files; when all is written, the note goes, and when nothing is, all goes."""
        for file in self._files.values():
            file.close()
        begun = bool(self.progress.sizes)
        if not finished and not begun:
            for path in self._paths.values():
                path.unlink(missing_ok=True)
        if finished or not begun:
            self._note.unlink(missing_ok=True)

    def _keep(self) -> None:
        new = self._note.with_name(self._note.name + ".new")
        try:
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w") as note:
                json.dump(asdict(self.progress), note)
            new.replace(self._note)
        except OSError as error:
            raise CannotDo(f"{self._note} cannot be written: {error.strerror}.") from None

    def _begin(self, paths: Mapping[str, Path], options: dict[str, str]) -> Progress:
        if self._note.exists():
            progress = Progress(**json.loads(self._note.read_text()))
            if not progress.sizes:  # A kill before the first page: the files are ours, and empty.
                return Progress(options)
            if progress.options != options:
                raise CannotDo(
                    "An export into this file was begun with other options. Use the same to go "
                    f"on, or remove {self._note} and the file to start afresh."
                )
            return progress
        if taken := [str(path) for path in paths.values() if path.exists()]:
            raise CannotDo(f"{', '.join(taken)} exists and is not overwritten.")
        return Progress(options)

    def _open(self, name: str, path: Path) -> BinaryIO:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise CannotDo(f"{path} cannot be written: {error.strerror}.") from None
        file = os.fdopen(descriptor, "r+b")
        size = self.progress.sizes.get(name, 0)
        if file.seek(0, os.SEEK_END) < size:
            raise CannotDo(f"{path} is shorter than it was; remove {self._note} and start afresh.")
        file.truncate(size)
        file.seek(size)
        return file
