"""What the page shows of a petition, in every language and stage, as HTML from its JSON."""

import datetime as dt
import html
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from petition.campaign import Campaign, Texts

Phrases = Mapping[str, Any]  # what the page says around a petition's texts, in one language

say = html.escape


def heading(title: str) -> str:
    """Return a title whose hashtag stands on a line of its own."""
    return re.sub(r" (#\w+)$", r' <span class="hashtag">\1</span>', say(title))


def clauses(text: str) -> str:
    """
    Return a promise that breaks between its clauses, if it can.

    Chinese has no spaces, and would break inside of a word; another is left as it is.
    """
    parts = re.findall(r"[^，]*，+|[^，]+", text)
    if len(parts) < 2:
        return say(text)
    return "".join(f'<span class="clause">{say(part)}</span>' for part in parts)


def stages(texts: Texts) -> list[str]:
    """Name what a petition's words change with: before and after its deadline, each outcome."""
    return ["before", *(["after"] if texts.after else []), *texts.outcomes]


def heads(campaign: Campaign, now: dt.datetime) -> str:
    """Return what stands above the plea: what is asked, in each language and stage."""
    return "".join(head(campaign, language, now) for language in campaign.languages)


def head(campaign: Campaign, language: str, now: dt.datetime) -> str:
    """Return the title, the promise or what became of the people, and the call."""
    texts = campaign.texts[language]
    parts = "".join(
        f'        <div data-at="{stage}"{hidden(stage == campaign.stage(now))}>\n'
        f"{stage_head(campaign, language, stage)}        </div>\n"
        for stage in stages(texts)
    )
    return (
        f'      <header class="text head" lang="{language}">\n'
        f"        <h1>{heading(texts.title)}</h1>\n{parts}      </header>\n"
    )


def hidden(shown: bool) -> str:
    """Return the attribute that hides an element until the page's script knows better."""
    return "" if shown else " hidden"


def stage_head(campaign: Campaign, language: str, stage: str) -> str:
    """Return the large line of a stage, what goes on from it, and the call."""
    texts = campaign.texts[language]
    told = texts.at(stage)
    is_open = stage in ("before", "after")
    # Once the outcome is known it is the strongest line; until then the promise is.
    line = say(told.headline or "") if not is_open else ""
    lines = [f'<p class="promise">{line or clauses(texts.promise)}</p>']
    if is_open and told.headline:
        lines.append(f'<p class="news">{say(told.headline)}</p>')
    lines.append(f'<p class="lede">{say(told.summary)}</p>')
    if stage == "before" and campaign.deadline:
        lines.append(moment("left", campaign.deadline, language, "news"))
    if is_open and campaign.closes:
        lines.append(moment("closes", campaign.closes, language, "closes"))
    lines.append(f'<p class="call"><a href="#sign">{say(told.call)}</a></p>')
    return "".join(f"          {line}\n" for line in lines)


def moment(name: str, at: dt.datetime, language: str, kind: str) -> str:
    """Return a line that first.js says by the reader's own clock."""
    return f'<p class="{kind}" lang="{language}" data-{name}="{at.isoformat()}"></p>'


def pleas(campaign: Campaign, phrases: Mapping[str, Phrases], now: dt.datetime) -> str:
    """Return the plea in all languages, each in all stages."""
    return "\n".join(
        plea(campaign, language, phrases[language], now) for language in campaign.languages
    )


def plea(campaign: Campaign, language: str, phrases: Phrases, now: dt.datetime) -> str:
    """Return the plea in one language; stages that say the same share it."""
    texts = campaign.texts[language]
    by_text: dict[tuple[str, ...], list[str]] = {}
    for stage in stages(texts):
        by_text.setdefault(texts.at(stage).plea, []).append(stage)
    parts = "".join(
        f'        <div data-at="{" ".join(at)}"{hidden(campaign.stage(now) in at)}>\n'
        + "".join(f"          <p>{say(paragraph)}</p>\n" for paragraph in paragraphs)
        + "        </div>\n"
        for paragraphs, at in by_text.items()
    )
    addressed = phrases["addressed.to"].format(names=recipients(texts, phrases))
    return (
        f'      <article class="text plea" lang="{language}" id="{language}">\n{parts}'
        f'        <p class="addressed">{say(addressed)}</p>\n      </article>\n'
    )


def recipients(texts: Texts, phrases: Phrases) -> str:
    """Name those to whom a petition is addressed."""
    between: str = phrases["addressed.between"]
    return between.join(texts.addressed_to)


def asking(campaign: Campaign, phrases: Mapping[str, Phrases]) -> str:
    """Return the few lines above the form: who asks, and whom."""
    return "".join(
        f'          <dl class="text asking" lang="{language}">\n'
        f"            <div><dt>{say(phrases[language]['organizers.heading'])}</dt>"
        f"<dd>{say(texts.organizers)}</dd></div>\n"
        f"            <div><dt>{say(phrases[language]['addressed.heading'])}</dt>"
        f"<dd>{say(recipients(texts, phrases[language]))}</dd></div>\n"
        "          </dl>\n"
        for language, texts in campaign.texts.items()
    )


def consent(campaign: Campaign, phrases: Mapping[str, Phrases]) -> str:
    """Return to whom the list of names is handed, beside the box that asks for it."""
    return "".join(
        f'                  <span class="text" lang="{language}">'
        f"{say(recipients(texts, phrases[language]))}</span>\n"
        for language, texts in campaign.texts.items()
    )


def questions(campaign: Campaign, language: str, phrases: Phrases) -> str:
    """Return the questions that the petition itself answers: who, where to ask, what sources."""
    texts = campaign.texts[language]
    who = phrases["question.who_text"].format(
        organizers=texts.organizers, names=recipients(texts, phrases)
    )
    return "".join(
        f"          <details>\n            <summary>{say(phrases[key])}</summary>\n"
        f"            {answer}\n          </details>\n"
        for key, answer in [
            ("question.who", f"<p>{say(who)}</p>"),
            *([("question.reach", contact_link(campaign.contact))] if campaign.contact else []),
            *([("question.sources", source_list(campaign))] if campaign.sources else []),
        ]
    )


def contact_link(contact: str) -> str:
    """Return the way to the organizers as a link."""
    # What is no letter of an address would be a header of the mail (RFC 6068, section 2).
    href = contact if contact.startswith("https://") else f"mailto:{quote(contact, safe='@')}"
    return f'<p><a href="{say(href)}" rel="noopener noreferrer">{say(contact)}</a></p>'


def source_list(campaign: Campaign) -> str:
    """Return the sources as links."""
    items = "".join(
        f'<li><a href="{say(source.url)}" rel="noopener noreferrer">{say(source.title)}</a></li>'
        for source in campaign.sources
    )
    return f"<ul>{items}</ul>"


def regions(
    campaign: Campaign, phrases: Mapping[str, Phrases], now: dt.datetime
) -> Iterator[tuple[str, str]]:
    """
    Return every part of the page that is the petition's texts, by the name of its place.

    Args:
        phrases: By language, at least those of the petition.
        now: Whose stage is shown where no script can tell the time.
    """
    deadline = campaign.deadline.isoformat() if campaign.deadline else ""
    yield "deadline", f'    <meta name="deadline" content="{deadline}">\n'
    yield "heads", heads(campaign, now)
    yield "plea", pleas(campaign, phrases, now)
    yield "asking", asking(campaign, phrases)
    yield "consent", consent(campaign, phrases)
    for language in campaign.languages:
        yield f"questions {language}", questions(campaign, language, phrases[language])
