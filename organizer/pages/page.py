"""
The parts of the page's files that are written by machine, so that they are there at first paint.

`python -m organizer.pages.page` writes them anew from the petition's JSON and the phrases; a test
compares the two.
"""

import datetime as dt
import json
import re
from collections.abc import Iterable
from pathlib import Path

from petition.campaign import load_campaigns

from organizer import ROOT
from organizer.pages.plea import regions

FRONTEND = ROOT / "frontend"
PAGES = ("index.html", "withdraw.html", "problems.html")
PETITION = "savemyfriend"


def phrases(languages: Iterable[str], folder: Path = FRONTEND / "phrases") -> str:
    """Return the page's own phrases, as blocks of data that no script has to ask for."""
    return "".join(
        f'    <script type="application/json" id="phrases-{language}">{compact(folder, language)}'
        "</script>\n"
        for language in languages
    )


def compact(folder: Path, language: str) -> str:
    """Return a language's phrases in one line that no HTML parser can mistake for its end."""
    said = json.loads((folder / f"{language}.json").read_text(encoding="utf-8"))
    written = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return written.replace("<", "\\u003c")


def rewrite(page: str, parts: Iterable[tuple[str, str]]) -> str:
    """Put each part into its place in a page, which is between two comments of its name."""
    for name, part in parts:
        place = re.compile(rf"(<!-- {name}: begin -->\n).*?( *<!-- {name}: end -->)", re.DOTALL)
        page = place.sub(lambda found, part=part: found[1] + part + found[2], page)  # type: ignore[misc]
    return page


def written(name: str, now: dt.datetime) -> str:
    """Return a page as it should be."""
    campaign = load_campaigns()[PETITION]
    parts = [("phrases", phrases(campaign.languages)), *regions(campaign, now)]
    return rewrite((FRONTEND / name).read_text(encoding="utf-8"), parts)


if __name__ == "__main__":
    for name in PAGES:
        (FRONTEND / name).write_text(written(name, dt.datetime.now(dt.UTC)), encoding="utf-8")
