"""A trustee's printed sheet: what it is, what to do with it, and the words."""

import datetime as dt
from dataclasses import dataclass
from html import escape

from organizer.trustees.key_shares import BEFORE_WORDS, WORDS

COLUMNS = 3


@dataclass(frozen=True)
class Heading:
    """
    What stands on a sheet beside the words.

    Args:
        key: The key's fingerprint, so that sheets of two keys are told apart.
        number: Of this sheet among all of the trustees', from 1.
        quorum: How many of them open a name.
    """

    petition: str
    key: str
    number: int
    trustees: int
    quorum: int


def write_text(words: str, heading: Heading) -> str:
    """Write a sheet as plain text, 72 columns at most."""
    number, trustees, quorum = heading.number, heading.trustees, heading.quorum
    placed = words.split()
    rows = -(-WORDS // COLUMNS)
    grid = [
        "    ".join(
            f"{place + 1:2} {placed[place]:<14}" for place in range(row, WORDS, rows)
        ).rstrip()
        for row in range(rows)
    ]
    lines = [
        f"{heading.petition}: key share {number} of {trustees}",
        f"key {heading.key}",
        "=" * 72,
        "",
        *_advice(quorum, trustees),
        "",
        *(f"    {line}" for line in grid),
        "",
        "-" * 72,
        f"made {dt.date.today():%d %B %Y}    key share {number} of {trustees}    any {quorum} open",
        "",
    ]
    return "\n".join(lines)


def write_html(words: str, heading: Heading) -> str:
    """Write a sheet as a page to print; it refers to nothing outside itself."""
    items = "\n".join(
        f"<li><b>{place}</b> {escape(word)}</li>" for place, word in enumerate(words.split(), 1)
    )
    lines = _advice(heading.quorum, heading.trustees)
    return PAGE.format(
        petition=escape(heading.petition),
        key=heading.key,
        number=heading.number,
        trustees=heading.trustees,
        quorum=heading.quorum,
        items=items,
        advice="\n".join(f"<p>{escape(line)}</p>" for line in lines if line),
        day=f"{dt.date.today():%d %B %Y}",
    )


def _advice(quorum: int, trustees: int) -> list[str]:
    return [
        f"Whoever holds {quorum} of these {trustees} sheets can read the names of all who signed.",
        f"Fewer than {quorum} reveal nothing. If more than {trustees - quorum} are lost, nobody",
        "can ever read a name again.",
        "",
        "Keep this sheet on paper, alone, where nobody looks for it. Do not",
        "photograph it, do not send it, do not tell who the others are. If you",
        "must give it up, burn it and tell the others at once.",
        "",
        f"The {WORDS} {BEFORE_WORDS}",
    ]


PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{petition}: key share {number} of {trustees}</title>
<style>
@page {{ size: A4; margin: 22mm }}
body {{ font: 12pt/1.5 Georgia, serif; max-width: 40em; margin: 2em auto; color: #1d1a15 }}
h1 {{ font-size: 18pt; border-bottom: 1pt solid; padding-bottom: 4pt }}
p {{ margin: 0 }}
ol {{ list-style: none; padding: 0; columns: 3; margin: 2em 0; font: 13pt/1.9 monospace }}
li b {{ display: inline-block; width: 2em; font-weight: normal; color: #5f584c }}
footer {{ border-top: 1pt solid; padding-top: 4pt; color: #5f584c }}
</style>
<h1>{petition}: key share {number} of {trustees}</h1>
<p>key {key}</p>
{advice}
<ol>
{items}
</ol>
<footer>made {day}, key share {number} of {trustees}, any {quorum} open</footer>
</html>
"""
