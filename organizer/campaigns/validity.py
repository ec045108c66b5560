"""What no function would accept in a petition's file: all of it, in words."""

import difflib
import json
from collections.abc import Iterable
from typing import Any

from petition.campaign import Campaign, Source, Stage, Texts
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from organizer.campaigns.correction import Correction

# What a field is for, said where it is missing.
MEANINGS = {
    "petition": "its id, which is also the name of the file",
    "hashtag": "as in #SaveMyFriend",
    "started": "the day on which it begins, as in 2026-12-24",
    "milestones": "rising numbers, as in [100, 1000, 10000]",
    "texts": "what it says, by language",
    "title": "the heading, and what a shared link shows",
    "call": "what is on the button that leads to the form",
    "promise": "one sentence that moves a person to sign",
    "summary": "who, where, when and what to do, in one or two sentences",
    "plea": "a list of paragraphs",
    "addressed_to": "a list of those who can act",
    "organizers": "who asks",
    "share": "what people send to their friends with the link",
    "badge": "a few words for the badge on other sites",
    "outcomes": "what the page says when it is over, by outcome",
    "headline": "the sentence by which the page tells it",
    "url": "an https address",
}
SHAPES = {
    "petition": "1 to 40 lower-case letters, digits and hyphens, beginning with no hyphen",
    "hashtag": "# and letters, digits or _, as in #SaveMyFriend",
    "contact": "an e-mail address, or a page that begins with https://",
    "url": "an address that begins with https://",
    "outcomes": "1 to 20 lower-case letters and hyphens",
}
_SAID = {
    "date_from_datetime_parsing": "Write a day as in 2026-12-24.",
    "date_parsing": "Write a day as in 2026-12-24.",
    "datetime_parsing": "Write a time as in 2026-12-24T18:00:00+09:00.",
    "datetime_from_date_parsing": "Write a time as in 2026-12-24T18:00:00+09:00.",
    "timezone_aware": "Say which time zone is meant, by the hours from UTC at the end: +09:00.",
    "string_too_short": "It is empty; write it, or take it out where it may be left out.",
    "too_short": "It is empty; write at least one.",
    "string_type": "It must be a text in quotation marks.",
    "tuple_type": "It must be a list in square brackets.",
    "dict_type": "It must be in curly brackets.",
    "int_type": "It must be a whole number.",
    "int_parsing": "It must be a whole number.",
    "greater_than": "It must be greater than 0.",
    "literal_error": 'Write "blurred", or "exact" where signing can harm nobody.',
}


def parse(text: str) -> tuple[Any, list[Correction]]:
    """Read JSON; where it is none, return None and what is wrong with it."""
    twice: list[str] = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in found]
        twice.extend(name for name in dict.fromkeys(names) if names.count(name) > 1)
        return dict(found)

    try:
        content = json.loads(text, object_pairs_hook=pairs)
    except json.JSONDecodeError as error:
        return None, [
            Correction(
                f"line {error.lineno}, column {error.colno}",
                f"This is no JSON: {error.msg[0].lower()}{error.msg[1:]}. Look at the comma, "
                "bracket or quotation mark before that place.",
            )
        ]
    return content, [Correction(name, "It is said twice; keep one of them.") for name in twice]


def validate(content: Any) -> tuple[Campaign | None, list[Correction]]:
    """Return the campaign, if a function would accept it, or everything that it would not."""
    try:
        return Campaign.model_validate_json(json.dumps(content)), []
    except ValidationError as error:
        # A list of which nothing is accepted counts as empty too, though what is in it was named.
        found = [e for e in error.errors() if not (e["type"] == "too_short" and e["input"])]
        return None, [_correction(detail) for detail in found]


def _correction(error: ErrorDetails) -> Correction:
    return Correction(".".join(_places(error)), advise(error))


def advise(error: ErrorDetails) -> str:
    """Say in words what is wrong with a field, and what to write instead."""
    places = _places(error)
    kind, name = error["type"], _field(places)
    context = error.get("ctx", {})
    if kind == "missing":
        return f"It is missing: {MEANINGS.get(name, 'it must be there')}."
    if kind == "extra_forbidden":
        return f"Nothing of that name is known{_nearest(places[-1])}."
    if kind in ("string_too_long", "too_long"):
        long, most = len(error["input"]), context["max_length"]
        return f"It has {long} characters and may have {most}; shorten it by {long - most}."
    if kind == "string_pattern_mismatch":
        return f"Write {SHAPES.get(name, 'it in another way')}."
    if kind == "value_error":
        said = str(error["msg"]).removeprefix("Value error, ")
        return f"{said[:1].upper()}{said[1:]}."
    return _SAID.get(kind, f"{error['msg']}.")


def _places(error: ErrorDetails) -> list[str]:
    return [str(part) for part in error["loc"] if part != "[key]"]


def _field(places: list[str]) -> str:
    """Return the last name in a place that is a field's, and no number or language."""
    return next((name for name in reversed(places) if name in MEANINGS | SHAPES), "")


def _nearest(name: str) -> str:
    known: Iterable[str] = {
        field for model in (Campaign, Texts, Stage, Source) for field in model.model_fields
    }
    near = difflib.get_close_matches(name, known, 1)
    return f"; {near[0]} may be meant" if near else "; take it out"
