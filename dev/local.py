"""
What the local run tells other programs of itself: a file in its run folder while it runs.

The organizers' command line reads it, so that it needs neither our ports nor our modules.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dev.stack import Stack

FILE = "local.json"


@contextmanager
def announced(folder: Path, project: str, stack: Stack) -> Iterator[None]:
    """Keep `project`, `emulator` (HOST:PORT) and `site` (a URL) in a file as long as this lasts."""
    path = folder / FILE
    parts = {"project": project, "emulator": stack.emulator.host, "site": stack.site}
    path.write_text(json.dumps(parts) + "\n")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
