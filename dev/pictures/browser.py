"""A real headless Chromium of this machine's own, for pictures and for tests."""

import shutil

from dev import CannotRun

NAMES = ("chromium", "chromium-browser", "google-chrome")

# No sandbox, because CI runs as root; no service of the browser's own may ask anybody anything.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A name that is not this machine's, for pages that are not in a secure context.
    "--host-resolver-rules=MAP insecure.example 127.0.0.1",
)

# The locale of a browser that reads a petition in each of its languages.
LANGUAGES = {"zh-Hans": "zh-CN", "en": "en-US", "ko": "ko-KR"}


def find_chromium() -> str:
    """
    Find the browser.

    Raises:
        CannotRun: There is none.
    """
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise CannotRun("There is no Chromium: install it, on Debian with apt install chromium.")
    return found
