"""The questions that make a petition's file, each asked until its answer fits."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from petition.campaign import Campaign, Source, Stage, Text, Texts
from pydantic import BaseModel, TypeAdapter, ValidationError

from organizer.campaigns.validity import advise
from organizer.terminal import ask, say

MILESTONES = "100 1000 10000 100000 1000000"
OUTCOMES = "free returned unknown"

Model = type[BaseModel]

_LINE = TypeAdapter[str](Text)


def interview(petition: str | None, languages: Sequence[str]) -> dict[str, Any]:
    """
    Ask for everything that a petition says, and return it as its file holds it.

    Args:
        petition: Its id, if it was named already.
        languages: Its languages, if they were named already.

    Raises:
        CannotDo: The input ended before everything was answered.
    """
    say("Leave empty what is in brackets; it can be added later.")
    content: dict[str, Any] = {"petition": petition or one(Campaign, "petition", "Its id:")}
    languages = languages or one_of_words(
        "Its languages, the first being the default, as in en ko:"
    )
    content["hashtag"] = one(Campaign, "hashtag", "Its hashtag, as in #SaveMyFriend:")
    content["started"] = one(
        Campaign, "started", "The day on which it begins [today]:", otherwise=str(dt.date.today())
    )
    for name, question in (
        ("contact", "Where people can ask who you are, an address or a page []:"),
        ("deadline", "The end of the day that it is about, as in 2026-12-25T00:00+09:00 []:"),
        ("closes", "When it closes by itself, written alike []:"),
        ("forget_after_days", "After how many days from then you destroy all names []:"),
    ):
        if answer := one(Campaign, name, question, otherwise=""):
            content[name] = answer
    content["sources"] = sources()
    milestones = one_of_words(f"Its milestones [{MILESTONES}]:", otherwise=MILESTONES)
    content["milestones"] = [int(x) if x.isdecimal() else x for x in milestones]
    outcomes = one_of_words(f"How it may end, in one word each [{OUTCOMES}]:", otherwise=OUTCOMES)
    content["texts"] = {
        language: texts(language, outcomes, deadline="deadline" in content)
        for language in languages
    }
    return content


def texts(language: str, outcomes: Sequence[str], *, deadline: bool) -> dict[str, Any]:
    """Ask for what it says in one language."""
    say(f"In {language}:", style="bold")
    said: dict[str, Any] = {}
    for name, question in (
        ("title", "The heading:"),
        ("call", "On the button that leads to the form, as in SIGN & SHARE:"),
        ("promise", "One sentence that moves a person to sign:"),
        ("summary", "Who, where, when and what to do, in one or two sentences:"),
        ("organizers", "Who asks, as in “friends and family of those who are held”:"),
        ("share", "What people send to their friends with the link:"),
        ("badge", "A few words for the badge on other sites:"),
    ):
        said[name] = one(Texts, name, question)
    said["plea"] = several("The plea, a paragraph a line; an empty line ends it:")
    said["addressed_to"] = several("To whom it is addressed, one a line; an empty line ends it:")
    if deadline:
        said["after"] = stage("What it says once the deadline is over:")
    said["outcomes"] = {x: stage(f"What the page says if it ends with “{x}”:") for x in outcomes}
    return said


def stage(question: str) -> dict[str, str]:
    """Ask for what it says from some moment on."""
    return {"headline": one(Stage, "headline", question)}


def sources() -> list[dict[str, str]]:
    """Ask for sources until there are no more."""
    found = []
    while title := one(Source, "title", "The title of a source of its facts []:", otherwise=""):
        found.append({"title": title, "url": one(Source, "url", "Its address:")})
    return found


def one(model: Model, name: str, question: str, *, otherwise: str | None = None) -> Any:
    """
    Ask for one field of a model until the answer fits.

    Args:
        otherwise: What an empty answer means; without it, an empty answer does not fit.
    """
    field = model.model_fields[name]
    annotation: Any = Annotated[field.annotation, field]
    adapter = TypeAdapter[Any](annotation)

    def read(answer: str) -> Any:
        adapter.validate_strings(answer)
        return int(answer) if name == "forget_after_days" else answer

    return _until_it_fits(name, question, read, otherwise)


def one_of_words(question: str, *, otherwise: str | None = None) -> list[str]:
    """Ask for several words in one line, with spaces or commas between them."""

    def read(answer: str) -> list[str]:
        return re.split(r"[\s,]+", answer)

    words: list[str] = _until_it_fits("", question, read, otherwise)
    return words


def several(question: str) -> list[str]:
    """Ask for one or more lines."""
    say(question)
    lines = [_line(1)]
    while line := _line(len(lines) + 1, otherwise=""):
        lines.append(line)
    return lines


def _line(number: int, *, otherwise: str | None = None) -> str:
    line: str = _until_it_fits("", f"{number}.", _LINE.validate_strings, otherwise)
    return line


def _until_it_fits(
    name: str, question: str, read: Callable[[str], Any], otherwise: str | None
) -> Any:
    while True:
        answer = ask(question)
        if not answer and otherwise is not None:
            return read(otherwise) if otherwise else ""
        try:
            if answer:
                return read(answer)
            say("Please answer this one.", style="yellow")
        except ValidationError as error:
            for detail in error.errors():
                say(advise({**detail, "loc": (name,)}), style="yellow")
