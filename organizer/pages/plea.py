"""
The plea as index.html holds it, so that it can be read with script off.

`python -m organizer.pages.plea` writes it anew from the petition's JSON; a test compares the two.
"""

import html
import json
import re
from pathlib import Path
from typing import Any

from organizer import ROOT

PETITION = ROOT / "functions" / "campaigns" / "savemyfriend.json"
PAGE = ROOT / "frontend" / "index.html"
BEGIN, END = "<!-- petition: begin -->\n", "<!-- petition: end -->"

# The page's own word before those to whom the plea is addressed.
ADDRESSED = {"zh-Hans": "致：", "en": "To: ", "ko": "받는 이: "}
BETWEEN = {"zh-Hans": "、", "en": " · ", "ko": " · "}


def heading(title: str) -> str:
    """Return a title whose hashtag stands on a line of its own."""
    return re.sub(r" (#\w+)$", r' <span class="hashtag">\1</span>', html.escape(title))


def article(language: str, text: dict[str, Any]) -> str:
    """Return the plea in one language, as an HTML element."""
    say = html.escape
    plea = "\n".join(f"          <p>{say(paragraph)}</p>" for paragraph in text["plea"])
    addressed = say(ADDRESSED[language] + BETWEEN[language].join(text["addressed_to"]))
    return f"""\
      <article class="text" lang="{language}" id="{language}">
        <header class="head">
          <div class="lights"></div>
          <h1>{heading(text["title"])}</h1>
          <p class="promise">{say(text["promise"])}</p>
          <p class="call"><a href="#sign">{say(text["call"])}</a></p>
        </header>
        <div class="plea">
{plea}
          <p class="addressed">{addressed}</p>
        </div>
      </article>
"""


def static_plea(path: Path = PETITION) -> str:
    """Return the plea in all languages of a petition, in their order."""
    texts = json.loads(path.read_text(encoding="utf-8"))["texts"]
    return "\n".join(article(language, text) for language, text in texts.items())


def plea_of_page() -> str:
    """Return what index.html holds now."""
    page = PAGE.read_text(encoding="utf-8")
    return page[page.index(BEGIN) + len(BEGIN) : page.index(END)]


if __name__ == "__main__":
    before = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(before.replace(BEGIN + plea_of_page(), BEGIN + static_plea()), "utf-8")
