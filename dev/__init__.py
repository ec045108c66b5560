"""
Everything runs on one machine: the emulator, the functions and the page.

- `python -m dev` starts it all (`__main__`, `stack`);
- `emulator` finds and starts Google's Firestore emulator; `download` fetches it when need be, and
  `java` what it runs on;
- `functions` starts each function as its own process, `site` serves the page;
- `local` is the file by which the organizers' command line finds it all;
- `keys` are for development only; `process` and `ports` know the operating system.

Beside it, the tools that engineers use:

- `pictures` takes screenshots and cards, `mirror` packs the page for another host;
- `page_checks` looks for faults in the page's modules, `licences` lists what others ask of us;
- `bench` measures what the functions cost and what a reader waits for, `lighthouse` grades the
  page; `published` serves it to both as it is deployed;
- `soak` plays everything that may happen, for as long as one likes.

Tests use the same modules, so what they test is what `make run` runs.
Nothing here is deployed.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUN_FOLDER = ROOT / ".run"
HOST = "127.0.0.1"  # Never more: what runs here has no secrets worth the name.


class CannotRun(Exception):
    """Something is missing on this machine; the message is one sentence that says what to do."""
