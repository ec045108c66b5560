"""The Chromium of this machine, which prints reports and draws cards."""

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find_browser() -> str | None:
    """Return its path, or None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)
