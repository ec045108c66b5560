"""Take the pictures in docs/screenshots/ and the cards: `make screenshots`."""

import sys
import tempfile
from pathlib import Path

from petition.campaign import load_campaigns
from playwright.sync_api import sync_playwright

from dev import CannotRun
from dev.emulator import running_emulator
from dev.keys import make_keys
from dev.pictures.browser import FLAGS, find_chromium
from dev.pictures.screenshots import take_screenshots
from dev.site import FRONTEND
from dev.stack import running_stack
from organizer.pages.cards import take_cards


def main() -> None:
    """
    Take all pictures and cards.

    Raises:
        CannotRun: There is no browser, no Java or no emulator.
    """
    path = find_chromium()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        for campaign in load_campaigns().values():
            take_cards(browser, campaign, FRONTEND)
        with (
            running_emulator(folder / "emulator.log") as emulator,
            running_stack(emulator, "demo-screenshots", make_keys(), folder) as services,
        ):
            take_screenshots(browser, services)
        browser.close()


if __name__ == "__main__":
    try:
        main()
    except CannotRun as problem:
        sys.exit(str(problem))
