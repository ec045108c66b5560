"""A small disk of a program's own, which can be filled while it runs."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from dev.process import Process
from dev.soak import Missing

MIB = 8  # ours: room for the export of a few thousand claims
# Mounted where the program alone sees it, so that it is gone with it, however it ends.
RUN = (
    'mount -t tmpfs -o size="$1"m tmpfs "$0" && cd "$0" && shift && '
    'export JAVA_TOOL_OPTIONS="-Djava.io.tmpdir=$0" && exec "$@" >>log 2>&1'
)


class Disk:
    """
    Where a program works, logs, and keeps what is temporary.

    Args:
        folder: Where the program sees it.

    Raises:
        Missing: Only Linux's superuser may mount it.
    """

    def __init__(self, folder: Path) -> None:
        if sys.platform != "linux" or os.geteuid():
            raise Missing("a disk of its own can be mounted by Linux's superuser alone")
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder.resolve()
        self.path = folder
        self.prefix = ("unshare", "--mount", "sh", "-c", RUN, str(self._folder), str(MIB))

    def find(self, process: Process) -> None:
        """Find it from outside, once its program runs; both know it by this path from now on."""
        self.path = Path(f"/proc/{process.popen.pid}/root{self._folder}")

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        """Leave no octet free for as long as a block lasts."""
        ballast = self.path / "ballast"
        try:
            with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
                while file.write(bytes(4096)):
                    pass
            yield
        finally:
            ballast.unlink(missing_ok=True)
