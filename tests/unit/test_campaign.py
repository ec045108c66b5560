"""
A petition's file: what it may say, and that a wrong one is named with
everything that is wrong.
"""

import copy
import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from petition.campaign import FOLDER, Campaign, load_campaigns

EXAMPLE = json.loads((FOLDER / "savemyfriend.json").read_text(encoding="utf-8"))
CAMPAIGN = load_campaigns()["savemyfriend"]

Change = Callable[[dict[str, Any]], object]


def write(folder: Path, change: Change, name: str = "example") -> None:
    """Write the real petition under another name, changed."""
    content = copy.deepcopy(EXAMPLE) | {"petition": name}
    change(content)
    (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


def message(folder: Path) -> str:
    """Return the one sentence that stops a function."""
    with pytest.raises(SystemExit) as caught:
        load_campaigns(folder)
    text = str(caught.value.code)
    assert text.endswith(".")
    assert "\n" not in text
    return text


def test_petition_speaks_chinese_first_then_english_and_korean() -> None:
    assert CAMPAIGN.languages == ("zh-Hans", "en", "ko")


def test_petition_keeps_the_few_phrases_of_the_appeal() -> None:
    english = CAMPAIGN.texts["en"]

    assert CAMPAIGN.hashtag == "#SaveMyFriend"
    assert english.share.endswith("Please #SaveMyFriend -- sign")
    assert all("#SaveMyFriend" in texts.share for texts in CAMPAIGN.texts.values())
    assert all("30" in texts.promise for texts in CAMPAIGN.texts.values())


@pytest.mark.parametrize("language", CAMPAIGN.texts)
def test_plea_says_the_same_number_of_things_in_every_language(language: str) -> None:
    texts, english = CAMPAIGN.texts[language], CAMPAIGN.texts["en"]

    assert len(texts.plea) == len(english.plea)
    assert len(texts.addressed_to) == len(english.addressed_to)


@pytest.mark.parametrize(
    ("language", "expected"),
    [("ko", "ko"), ("en", "en"), ("fr", "zh-Hans"), ("", "zh-Hans"), (None, "zh-Hans")],
)
def test_texts_are_in_the_language_asked_for_or_the_first(
    language: str | None, expected: str
) -> None:
    assert CAMPAIGN.texts_in(language) is CAMPAIGN.texts[expected]


@pytest.mark.parametrize(
    ("signatures", "goal"),
    [(0, 100), (99, 100), (100, 1000), (178_921, 200_000), (999_999, 10**6), (10**7, 10**6)],
)
def test_goal_is_the_next_milestone_and_in_the_end_the_last(signatures: int, goal: int) -> None:
    assert CAMPAIGN.goal(signatures) == goal


@given(st.integers(0, 999_999))
def test_goal_is_ahead_until_the_last_milestone_is_passed(signatures: int) -> None:
    assert CAMPAIGN.goal(signatures) > signatures


def test_second_petition_is_a_second_file(tmp_path: Path) -> None:
    write(tmp_path, lambda content: None, "one")
    write(tmp_path, only_korean, "two")

    campaigns = load_campaigns(tmp_path)

    assert list(campaigns) == ["one", "two"]
    assert campaigns["two"].languages == ("ko",)
    assert campaigns["one"].languages == ("zh-Hans", "en", "ko")


def test_numbers_are_blurred_unless_a_campaign_says_that_exact_ones_harm_nobody(
    tmp_path: Path,
) -> None:
    write(tmp_path, lambda content: content.pop("numbers", None), "one")
    write(tmp_path, lambda content: content.update(numbers="exact"), "two")

    campaigns = load_campaigns(tmp_path)

    assert [campaign.numbers for campaign in campaigns.values()] == ["blurred", "exact"]


def test_petition_may_close_by_itself(tmp_path: Path) -> None:
    write(tmp_path, lambda content: content.update(closes="2012-03-01T09:00:00+09:00"))

    (campaign,) = load_campaigns(tmp_path).values()

    assert campaign.closes == dt.datetime(2012, 3, 1, tzinfo=dt.UTC)


def test_hidden_petition_is_found_only_by_who_asks_for_hidden_ones(tmp_path: Path) -> None:
    write(tmp_path, lambda content: None, "one")
    write(tmp_path, lambda content: content.update(hidden=True), "two")

    assert list(load_campaigns(tmp_path)) == ["one"]
    assert list(load_campaigns(tmp_path, hidden=True)) == ["one", "two"]


def only_korean(content: dict[str, Any]) -> None:
    """Leave one language."""
    content["texts"] = {"ko": content["texts"]["ko"]}


@pytest.mark.parametrize(
    ("fault", "change", "place"),
    [
        ("no texts", lambda c: c.pop("texts"), "texts: "),
        ("texts in no language", lambda c: c.update(texts={}), "texts: "),
        ("no call", lambda c: c["texts"]["ko"].pop("call"), "texts.ko.call: "),
        ("an empty title", lambda c: c["texts"]["ko"].update(title=""), "texts.ko.title: "),
        ("an empty plea", lambda c: c["texts"]["ko"].update(plea=[]), "texts.ko.plea: "),
        (
            "an empty paragraph",
            lambda c: c["texts"]["ko"].update(plea=["a", ""]),
            "texts.ko.plea.1: ",
        ),
        (
            "a share text that is too long",
            lambda c: c["texts"]["ko"].update(share="a" * 201),
            "texts.ko.share: ",
        ),
        (
            "a badge that is too long",
            lambda c: c["texts"]["ko"].update(badge="a" * 41),
            "texts.ko.badge: ",
        ),
        ("an unknown text", lambda c: c["texts"]["ko"].update(colour="red"), "texts.ko.colour: "),
        (
            "an outcome left out",
            lambda c: c["texts"]["ko"]["outcomes"].pop("free"),
            "texts must have the same outcomes in every language",
        ),
        (
            "an outcome called none",
            lambda c: [
                texts["outcomes"].update(none=texts["outcomes"].pop("free"))
                for texts in c["texts"].values()
            ],
            "no outcome may be called none",
        ),
        (
            "a language by its name",
            lambda c: c["texts"].update(Korean=c["texts"]["ko"]),
            "language tags",
        ),
        (
            "a language with an underscore",
            lambda c: c["texts"].update({"ko_KR": c["texts"]["ko"]}),
            "language tags",
        ),
        ("no milestones", lambda c: c.update(milestones=[]), "milestones: "),
        ("a milestone twice", lambda c: c.update(milestones=[100, 100]), "milestones must rise"),
        ("falling milestones", lambda c: c.update(milestones=[1000, 100]), "milestones must rise"),
        ("a milestone of nobody", lambda c: c.update(milestones=[0, 100]), "milestones.0: "),
        ("a hashtag without its sign", lambda c: c.update(hashtag="SaveMyFriend"), "hashtag: "),
        ("a hashtag of three words", lambda c: c.update(hashtag="#Save My Friend"), "hashtag: "),
        ("a start without a day", lambda c: c.update(started="soon"), "started: "),
        ("an id in capitals", lambda c: c.update(petition="Example"), "petition: "),
        ("an id that is a path", lambda c: c.update(petition="a/b"), "petition: "),
        ("an id that is too long", lambda c: c.update(petition="a" * 41), "petition: "),
        (
            "another file's id",
            lambda c: c.update(petition="other"),
            "must have the id of its file name, example",
        ),
        ("an unknown field", lambda c: c.update(goal=1), "goal: "),
        ("numbers of a third kind", lambda c: c.update(numbers="rounded"), "numbers: "),
        ("a deadline on no clock", lambda c: c.update(deadline="2012-02-21"), "deadline: "),
        (
            "a deadline with nothing to say after it",
            lambda c: c["texts"]["ko"].pop("after"),
            "a deadline needs texts for after it in every language",
        ),
        (
            "words for after no deadline",
            lambda c: c.pop("deadline"),
            "a deadline needs texts for after it in every language",
        ),
        (
            "an outcome of two words",
            lambda c: c["texts"]["ko"]["outcomes"].update({"not yet": {"headline": "?"}}),
            "texts.ko.outcomes.not yet",
        ),
        (
            "an outcome without a word",
            lambda c: c["texts"]["ko"]["outcomes"]["free"].pop("headline"),
            "texts.ko.outcomes.free.headline: ",
        ),
        ("a contact nobody can reach", lambda c: c.update(contact="Ada"), "contact: "),
        (
            "a source in the clear",
            lambda c: c.update(sources=[{"title": "News", "url": "http://news.example"}]),
            "sources.0.url: ",
        ),
        ("forgetting at once", lambda c: c.update(forget_after_days=0), "forget_after_days: "),
        ("an end on no clock", lambda c: c.update(closes="2012-03-01T00:00:00"), "closes: "),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_invalid_petition_is_named_with_the_place(
    tmp_path: Path, fault: str, change: Change, place: str
) -> None:
    write(tmp_path, change)

    said = message(tmp_path)

    assert said.startswith(f"The petition {tmp_path.name}/example.json ")
    assert place in said


def test_all_that_is_wrong_with_a_petition_is_said_at_once(tmp_path: Path) -> None:
    write(tmp_path, lambda c: (c.pop("hashtag"), c.pop("milestones"), c.update(more=1)))

    said = message(tmp_path)

    assert all(f"{place}: " in said for place in ("hashtag", "milestones", "more"))


@pytest.mark.parametrize(
    ("fault", "content"),
    [
        ("empty", b""),
        ("cut off", b'{"petition": "example"'),
        ("no UTF-8", b'{"petition": "\xff"}'),
        ("a list", b"[]"),
        ("null", b"null"),
    ],
)
def test_file_that_is_no_petition_is_named(tmp_path: Path, fault: str, content: bytes) -> None:
    (tmp_path / "example.json").write_bytes(content)

    assert "example.json is not valid. " in message(tmp_path)


def test_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "example.json").symlink_to(tmp_path / "nothing")

    assert "example.json cannot be read: No such file or directory." in message(tmp_path)


def test_folder_without_petitions_is_named(tmp_path: Path) -> None:
    assert "There is no petition" in message(tmp_path)
    assert "There is no petition" in message(tmp_path / "nowhere")


def test_one_wrong_petition_stops_the_others_too(tmp_path: Path) -> None:
    write(tmp_path, lambda content: None, "one")
    write(tmp_path, lambda content: content.pop("texts"), "two")

    assert "two.json" in message(tmp_path)


def test_petition_of_the_repository_is_what_a_campaign_writes_back() -> None:
    """Nothing in the file is dropped or changed by reading it."""
    written = json.loads(Campaign.model_validate(EXAMPLE).model_dump_json(exclude_unset=True))

    assert written == EXAMPLE


def test_a_stage_says_what_it_changes_and_otherwise_what_was_said_before() -> None:
    texts = load_campaigns()["savemyfriend"].texts["en"]

    assert texts.at("before").headline is None
    assert texts.at("before").plea == texts.plea
    assert texts.after
    assert texts.at("after").headline == texts.after.headline
    assert texts.at("after").call == texts.call
    assert texts.at("returned").summary == texts.outcomes["returned"].summary
    assert texts.at("of-another-campaign") == texts.at("before")


@pytest.mark.parametrize(
    ("hour", "outcome", "stage"),
    [(15, None, "before"), (16, None, "after"), (15, "free", "free"), (16, "free", "free")],
)
def test_the_stage_follows_the_deadline_until_there_is_an_outcome(
    hour: int, outcome: str | None, stage: str
) -> None:
    campaign = load_campaigns()["savemyfriend"]

    assert campaign.stage(dt.datetime(2012, 2, 20, hour, tzinfo=dt.UTC), outcome) == stage
