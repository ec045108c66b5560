"""Grade every page: `python -m dev.lighthouse`."""

import argparse
import json
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from dev import CannotRun
from dev.npm import has_node, install
from dev.pictures.browser import FLAGS, LANGUAGES, find_chromium
from dev.published import running_published

HERE = Path(__file__).parent
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
SCREENS = {"phone": "--form-factor=mobile", "desktop": "--preset=desktop"}
PATIENCE_SECONDS = 180
# On a busy machine its browser now and then records nothing, and it says itself: run it again.
ATTEMPTS = 3
# These ask search engines to leave them out, and are not graded by what is for those.
UNLISTED = ("withdraw.html", "courier.html", "kakao.html")
PAGES = (
    *(f"?lang={language}" for language in LANGUAGES),
    *(f"{name}?lang=en" for name in (*UNLISTED, "problems.html")),
)


@dataclass(frozen=True)
class Grades:
    """
    What one look came to.

    Args:
        scores: Of each category, 0 to 100.
        lost: What took something off, by the names that Lighthouse gives its audits.
    """

    scores: dict[str, float]
    lost: frozenset[str]


def main() -> None:
    """
    Grade every page on every screen, and print the medians.

    Raises:
        CannotRun: There is no Node.js, no browser or no emulator.
    """
    parser = argparse.ArgumentParser(prog="python -m dev.lighthouse", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="looks at each page (3)")
    parser.add_argument("--pages", nargs="+", default=PAGES, help="addresses below the site")
    arguments = parser.parse_args()
    if not has_node():
        raise CannotRun("Lighthouse needs Node.js and npm, on Debian `apt install nodejs npm`.")
    install(HERE)
    table = Table("page", "screen", *CATEGORIES, "what took something off")
    with running_published("demo-lighthouse") as site:
        for page in arguments.pages:
            for screen in SCREENS:
                looks = [grade(f"{site}/{page}", screen) for _ in range(arguments.rounds)]
                table.add_row(page, screen, *median(looks), ", ".join(lost(looks)))
    Console(width=120).print(table)


def grade(url: str, screen: str) -> Grades:
    """
    Have Lighthouse look at a page once, in a new browser.

    Raises:
        CannotRun: It could not.
    """
    flags = " ".join(["--headless=new", *(flag for flag in FLAGS if " " not in flag)])
    options = [url, "--quiet", "--output=json", f"--chrome-flags={flags}", SCREENS[screen]]
    if any(page in url for page in UNLISTED):
        options.append("--skip-audits=is-crawlable,meta-description")
    for _ in range(ATTEMPTS):
        done = subprocess.run(
            [HERE / "node_modules" / ".bin" / "lighthouse", *options],
            env={**os.environ, "CHROME_PATH": find_chromium()},
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        if not done.returncode:
            return read(json.loads(done.stdout))
    raise CannotRun(f"Lighthouse failed: {done.stderr.decode().strip()}")


def read(report: dict[str, Any]) -> Grades:
    """Take out of a report what it comes to; an audit without weight takes nothing off."""
    categories = {name: report["categories"][name] for name in CATEGORIES}
    lost = {
        audit["id"]
        for category in categories.values()
        for audit in category["auditRefs"]
        if audit["weight"] and (report["audits"][audit["id"]]["score"] or 0) < 1
        if report["audits"][audit["id"]]["scoreDisplayMode"] in ("binary", "numeric")
    }
    scores = {name: 100 * category["score"] for name, category in categories.items()}
    return Grades(scores, frozenset(lost))


def median(looks: list[Grades]) -> list[str]:
    """Write the median of every category."""
    return [f"{statistics.median(look.scores[name] for look in looks):.0f}" for name in CATEGORIES]


def lost(looks: list[Grades]) -> list[str]:
    """Name what took something off in most of the looks."""
    named = {audit for look in looks for audit in look.lost}
    often = {audit for audit in named if 2 * sum(audit in look.lost for look in looks) > len(looks)}
    return sorted(often)


if __name__ == "__main__":
    try:
        main()
    except CannotRun as problem:
        sys.exit(str(problem))
