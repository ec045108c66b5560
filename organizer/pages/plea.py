"""The plea of a petition as its pages hold it, so that it can be read with script off."""

import html
import re
from collections.abc import Mapping
from typing import Any

from petition.campaign import Campaign, Texts


def heading(title: str) -> str:
    """Return a title whose hashtag stands on a line of its own."""
    return re.sub(r" (#\w+)$", r' <span class="hashtag">\1</span>', html.escape(title))


def pleas(campaign: Campaign, phrases: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the plea in all languages of a petition, in their order."""
    return "\n".join(
        article(language, texts, phrases[language]) for language, texts in campaign.texts.items()
    )


def article(language: str, texts: Texts, phrases: Mapping[str, Any]) -> str:
    """
    Return the plea in one language, as an HTML element.

    Args:
        phrases: What the page says around it in this language.
    """
    say = html.escape
    plea = "\n".join(f"          <p>{say(paragraph)}</p>" for paragraph in texts.plea)
    names = phrases["addressed.between"].join(texts.addressed_to)
    addressed = say(phrases["addressed.to"].format(names=names))
    return f"""\
      <article class="text" lang="{language}" id="{language}">
        <header class="head">
          <div class="lights"></div>
          <h1>{heading(texts.title)}</h1>
          <p class="promise">{say(texts.promise)}</p>
          <p class="call"><a href="#sign">{say(texts.call)}</a></p>
        </header>
        <div class="plea">
{plea}
          <p class="addressed">{addressed}</p>
        </div>
      </article>
"""
