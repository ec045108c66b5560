"""What the page shows of a petition, in every language and stage, as HTML from its JSON."""

import datetime as dt
import html
import re
from collections.abc import Iterator

from petition.campaign import Campaign, Texts

# The page's own words around a petition's, which must be there with script off, too.
WORDS = {
    "zh-Hans": {
        "asks": "发起人",
        "addressed": "致",
        "between": "、",
        "who": "谁在呼吁，向谁呼吁？",
        "who_text": "发起人：{organizers}。收件方：{addressed}。",
        "reach": "怎样联系发起人？",
        "sources": "事实有哪些来源？",
        "updates": "消息",
    },
    "en": {
        "asks": "Who asks",
        "addressed": "To",
        "between": " · ",
        "who": "Who asks, and whom?",
        "who_text": "It is asked by: {organizers}. It is addressed to: {addressed}.",
        "reach": "How can I reach the organizers?",
        "sources": "Where do the facts come from?",
        "updates": "News",
    },
    "ko": {
        "asks": "호소하는 사람",
        "addressed": "받는 이",
        "between": " · ",
        "who": "누가 누구에게 호소하나요?",
        "who_text": "호소하는 사람: {organizers}. 받는 이: {addressed}.",
        "reach": "주최자에게 어떻게 연락하나요?",
        "sources": "사실은 어디에서 확인할 수 있나요?",
        "updates": "소식",
    },
}

say = html.escape


def heading(title: str) -> str:
    """Return a title whose hashtag stands on a line of its own."""
    return re.sub(r" (#\w+)$", r' <span class="hashtag">\1</span>', say(title))


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
    lines = [f'<p class="promise">{say((not is_open and told.headline) or texts.promise)}</p>']
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


def pleas(campaign: Campaign, now: dt.datetime) -> str:
    """Return the plea in all languages, each in all stages."""
    return "\n".join(plea(campaign, language, now) for language in campaign.languages)


def plea(campaign: Campaign, language: str, now: dt.datetime) -> str:
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
    words = WORDS[language]
    addressed = recipients(texts, language)
    return (
        f'      <article class="text plea" lang="{language}" id="{language}">\n{parts}'
        f'        <p class="addressed">{words["addressed"]}{colon(language)}{addressed}</p>\n'
        "      </article>\n"
    )


def colon(language: str) -> str:
    """Return how a language sets a colon."""
    return "：" if language == "zh-Hans" else ": "  # a full-width colon is meant


def asking(campaign: Campaign) -> str:
    """Return the few lines above the form: who asks, and whom."""
    return "".join(
        f'          <dl class="text asking" lang="{language}">\n'
        f"            <div><dt>{WORDS[language]['asks']}</dt>"
        f"<dd>{say(texts.organizers)}</dd></div>\n"
        f"            <div><dt>{WORDS[language]['addressed']}</dt>"
        f"<dd>{recipients(texts, language)}</dd></div>\n"
        "          </dl>\n"
        for language, texts in campaign.texts.items()
    )


def recipients(texts: Texts, language: str) -> str:
    """Name those to whom a petition is addressed."""
    return say(WORDS[language]["between"].join(texts.addressed_to))


def consent(campaign: Campaign) -> str:
    """Return to whom the list of names is handed, beside the box that asks for it."""
    return "".join(
        f'                  <span class="text" lang="{language}">'
        f"{recipients(texts, language)}</span>\n"
        for language, texts in campaign.texts.items()
    )


def questions(campaign: Campaign, language: str) -> str:
    """Return the questions that the petition itself answers: who, where to ask, what sources."""
    texts, words = campaign.texts[language], WORDS[language]
    who = words["who_text"].format(
        organizers=texts.organizers, addressed=words["between"].join(texts.addressed_to)
    )
    return "".join(
        f"          <details>\n            <summary>{words[name]}</summary>\n"
        f"            {answer}\n          </details>\n"
        for name, answer in [
            ("who", f"<p>{say(who)}</p>"),
            *([("reach", contact_link(campaign.contact))] if campaign.contact else []),
            *([("sources", source_list(campaign))] if campaign.sources else []),
        ]
    )


def contact_link(contact: str) -> str:
    """Return the way to the organizers as a link."""
    href = contact if contact.startswith("https://") else f"mailto:{contact}"
    return f'<p><a href="{say(href)}" rel="noopener noreferrer">{say(contact)}</a></p>'


def source_list(campaign: Campaign) -> str:
    """Return the sources as links."""
    items = "".join(
        f'<li><a href="{say(source.url)}" rel="noopener noreferrer">{say(source.title)}</a></li>'
        for source in campaign.sources
    )
    return f"<ul>{items}</ul>"


def updates(campaign: Campaign) -> str:
    """Return the news, newest first, in all languages; nothing when there is none."""
    return "".join(update_list(campaign, language) for language in campaign.languages)


def update_list(campaign: Campaign, language: str) -> str:
    """Return the news in one language as dated entries."""
    if not campaign.updates:
        return ""
    entries = "".join(
        f'          <li><time datetime="{update.date}">{spell(update.date, language)}</time>'
        f"<p>{say(update.texts[language])}</p></li>\n"
        for update in sorted(campaign.updates, key=lambda update: update.date, reverse=True)
    )
    return (
        f'        <div class="text" lang="{language}">\n'
        f"          <h2>{WORDS[language]['updates']}</h2>\n"
        f"          <ol reversed>\n{entries}          </ol>\n        </div>\n"
    )


def spell(date: dt.date, language: str) -> str:
    """Write a date as people of a language do."""
    written = {
        "zh-Hans": f"{date.year}年{date.month}月{date.day}日",
        "ko": f"{date.year}년 {date.month}월 {date.day}일",
    }
    return written.get(language, f"{date.day} {date:%B %Y}")


def regions(campaign: Campaign, now: dt.datetime) -> Iterator[tuple[str, str]]:
    """Return every part of the page that is the petition's, by the name of its place."""
    deadline = campaign.deadline.isoformat() if campaign.deadline else ""
    yield "deadline", f'    <meta name="deadline" content="{deadline}">\n'
    yield "heads", heads(campaign, now)
    yield "plea", pleas(campaign, now)
    yield "asking", asking(campaign)
    yield "consent", consent(campaign)
    yield "updates", updates(campaign)
    for language in campaign.languages:
        yield f"questions {language}", questions(campaign, language)
