"""A petition's texts and settings, one JSON file each, checked when a function starts."""

import datetime as dt
import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from petition.documents import OUTCOME
from petition.text import find_control, is_blank

FOLDER = Path(__file__).parent.parent / "campaigns"

NO_CHARACTERS = re.compile("[\ufffe\uffff]")  # No XML may hold them (XML 1.0, section 2.2).


def check_text(text: str) -> str:
    """
    Return what everybody can be shown: on pages, in feeds, between other texts in one line.

    Raises:
        ValueError: Nobody would see anything of it; or it holds a control other than a line break
            or a tab, a change of direction, or what is no character.
    """
    if is_blank(text):
        raise ValueError("it is empty; write it, or take it out where it may be left out")
    found = NO_CHARACTERS.search(text)
    hidden = found[0] if found else find_control(text.replace("\n", " ").replace("\t", " "))
    if hidden:
        raise ValueError(
            f"it holds U+{ord(hidden):04X}, which nobody sees and which breaks what is around it; "
            "take it out"
        )
    return text


Text = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(check_text)]
Share = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(check_text)]
Badge = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(check_text)]
Contact = Annotated[
    str,
    Field(pattern=r"^([^\s@/]+@[^\s@/]+\.[^\s@/]+|https://\S+)$"),
    AfterValidator(check_text),
]
OutcomeId = Annotated[str, Field(pattern=f"^{OUTCOME}$")]


class _Content(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Stage(_Content):
    """What a petition says from some moment on; what is left out stays as it was."""

    headline: Text
    call: Text | None = None
    summary: Text | None = None
    plea: Annotated[tuple[Text, ...], Field(min_length=1)] | None = None
    share: Share | None = None


class StageTexts(_Content):
    """What a petition says at one stage, everything filled in."""

    headline: Text | None
    call: Text
    summary: Text
    plea: tuple[Text, ...]
    share: Share


class Source(_Content):
    """Where a fact of the plea can be read up."""

    title: Text
    url: Annotated[str, Field(pattern=r"^https://[^\s/]+(/\S*)?$"), AfterValidator(check_text)]


class Texts(_Content):
    """
    What a petition says in one language.

    Args:
        organizers: Who asks, as in "friends and family of those who are held".
        after: Once the deadline is over, as long as no outcome is known.
        outcomes: Once it is closed, by what became of the people; ids of 1 to 20 of [a-z-].
    """

    title: Text
    call: Text
    promise: Text
    summary: Text
    plea: Annotated[tuple[Text, ...], Field(min_length=1)]
    addressed_to: Annotated[tuple[Text, ...], Field(min_length=1)]
    organizers: Text
    share: Share
    badge: Badge
    after: Stage | None = None
    outcomes: Annotated[dict[OutcomeId, Stage], Field(min_length=1)]

    def at(self, stage: str) -> StageTexts:
        """
        Return what is said at a stage: "before" or "after" the deadline, or an outcome.

        What a stage leaves out is as it was; one that is not known is the beginning.
        """
        known = {"after": self.after, **self.outcomes}.get(stage)
        changes = known.model_dump(exclude_none=True) if known else {}
        before = {name: getattr(self, name) for name in ("call", "summary", "plea", "share")}
        return StageTexts(**{"headline": None, **before, **changes})


class Campaign(_Content):
    """
    One petition.

    Args:
        petition: Its id in paths and in the database, 1 to 40 characters of [a-z0-9-].
        contact: An e-mail address, or a page, where organizers can be asked.
        deadline: The end of the day that it is about, where it is about; its words are those of
            `after` from then on; aware.
        closes: When it closes by itself; aware.
        forget_after_days: How long after closing what was sealed is kept, at most.
        milestones: Rising; the next one above the count is the goal that is shown.
        numbers: Whether readers are told blurred numbers, or exact ones where signing can harm
            nobody (docs/decisions/2026-11-public-numbers.md).
        hidden: Whether only sign knows it; for the canary, which tries signing every minute.
        texts: By language tag (BCP 47); the first is the default.
    """

    petition: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    hashtag: Annotated[str, Field(pattern=r"^#\w+$")]
    started: dt.date
    contact: Contact | None = None
    sources: tuple[Source, ...] = ()
    deadline: AwareDatetime | None = None
    closes: AwareDatetime | None = None
    forget_after_days: Annotated[int, Field(gt=0)] | None = None
    milestones: Annotated[tuple[Annotated[int, Field(gt=0)], ...], Field(min_length=1)]
    numbers: Literal["blurred", "exact"] = "blurred"
    hidden: bool = False
    texts: Annotated[dict[str, Texts], Field(min_length=1)]

    @model_validator(mode="after")
    def _consistent(self) -> "Campaign":
        if list(self.milestones) != sorted(set(self.milestones)):
            raise ValueError("milestones must rise")
        if any(not re.fullmatch(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?", x) for x in self.texts):
            raise ValueError("texts must be named by language tags such as zh-Hans, en, ko")
        if len({tuple(sorted(texts.outcomes)) for texts in self.texts.values()}) > 1:
            raise ValueError("texts must have the same outcomes in every language")
        if any("none" in texts.outcomes for texts in self.texts.values()):
            raise ValueError("no outcome may be called none, which takes one back")
        if any((texts.after is None) != (self.deadline is None) for texts in self.texts.values()):
            raise ValueError("a deadline needs texts for after it in every language, and they it")
        return self

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages, the default first."""
        return tuple(self.texts)

    def texts_in(self, language: str | None) -> Texts:
        """Return the texts in a language, or in the default one when it does not have it."""
        return self.texts.get(language or "", self.texts[self.languages[0]])

    def stage(self, now: dt.datetime, outcome: str | None = None) -> str:
        """Return what words are for: "before" or "after" the deadline, or an outcome."""
        after = self.deadline is not None and self.deadline <= now
        return outcome or ("after" if after else "before")

    def goal(self, signatures: int) -> int:
        """Return the next milestone, or the last one when all are passed."""
        return next((m for m in self.milestones if m > signatures), self.milestones[-1])


def load_campaigns(folder: Path = FOLDER, *, hidden: bool = False) -> dict[str, Campaign]:
    """
    Read all petitions, by id.

    Args:
        hidden: Whether hidden ones are wanted too.

    Raises:
        SystemExit: A file is missing, unreadable, misnamed or invalid; one message names the
            file and everything that is wrong with it, and the function does not start.
    """
    every = {path.stem: load_campaign(path) for path in sorted(folder.glob("*.json"))}
    campaigns = {id: campaign for id, campaign in every.items() if hidden or not campaign.hidden}
    if not campaigns:
        raise SystemExit(f"There is no petition: {folder.name}/ holds no JSON file.")
    return campaigns


def load_campaign(path: Path) -> Campaign:
    """
    Read one petition.

    Raises:
        SystemExit: As for `load_campaigns`.
    """
    name = f"{path.parent.name}/{path.name}"
    try:
        campaign = Campaign.model_validate_json(path.read_bytes())
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors()
        )
        raise SystemExit(f"The petition {name} is not valid. {faults}.") from None
    except OSError as error:
        raise SystemExit(f"The petition {name} cannot be read: {error.strerror}.") from None
    if campaign.petition != path.stem:
        raise SystemExit(f"The petition {name} must have the id of its file name, {path.stem}.")
    return campaign
