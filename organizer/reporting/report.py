"""The page that is handed over, and its print."""

import os
import subprocess
import tempfile
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from petition.campaign import Campaign
from petition.documents import Published, Status
from petition.tally import status

from organizer import CannotDo
from organizer.browser import find_browser
from organizer.reporting.edition import Edition
from organizer.reporting.figures import Figures
from organizer.terminal import say
from organizer.trustees.private_key import write_secret

TEMPLATE = Path(__file__).with_name("report.html")
NO_BROWSER = "There is no Chromium to print a PDF with; open the page and print it."
PRINT_SECONDS = 180  # ours: a hundred thousand names take about one minute


def write(campaign: Campaign, figures: Figures, published: Published) -> str:
    """Write the page."""
    # The page shows an outcome only once the petition is closed, and so does the report.
    closed = status(published, campaign, figures.at) is Status.CLOSED
    outcome = published.outcome if closed else None
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        campaign=campaign,
        editions=[Edition(language, campaign, figures, outcome) for language in campaign.languages],
        names=figures.names,
    )


def print_pdf(page: Path) -> None:
    """
    Print a page into a PDF beside it, if there is a browser.

    Raises:
        CannotDo: The browser failed, or there is such a file already.
    """
    target = page.with_suffix(".pdf")
    browser = find_browser()
    if browser is None:
        say(NO_BROWSER)
        return
    # Chromium gives what it writes the default mode; in a folder of ours nobody else sees it.
    with tempfile.TemporaryDirectory() as folder:
        printed = Path(folder) / "report.pdf"
        command = [
            browser,
            "--headless",
            "--disable-gpu",
            "--disable-background-networking",
            "--no-first-run",
            f"--user-data-dir={folder}/profile",
            "--no-pdf-header-footer",
            f"--print-to-pdf={printed}",
            page.absolute().as_uri(),
        ]
        if os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # Chromium's sandbox refuses root.
        try:
            done = subprocess.run(  # noqa: S603 – our own file, and no shell
                command, capture_output=True, timeout=PRINT_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            done = None
        if done is None or done.returncode or not printed.exists():
            raise CannotDo(f"{browser} did not print {page}; open it and print it by hand.")
        write_secret(target, printed.read_bytes())
    say(f"{target} is the same, to print.")
