"""The petition's own parts of the page, at every stage."""

import datetime as dt
import re

import pytest
from petition.campaign import Campaign, load_campaigns

from organizer import ROOT
from organizer.pages.languages import read_phrases
from organizer.pages.page import rewrite
from organizer.pages.plea import clauses, regions

PHRASES = read_phrases(ROOT / "frontend")
CAMPAIGN = load_campaigns()["savemyfriend"]
BEFORE = dt.datetime(2012, 2, 20, 15, 59, tzinfo=dt.UTC)
AFTER = dt.datetime(2012, 2, 20, 16, 0, tzinfo=dt.UTC)


def parts(now: dt.datetime = AFTER, **changes: object) -> dict[str, str]:
    """Write a petition's parts of the page, by their names."""
    return dict(regions(CAMPAIGN.model_copy(update=changes), PHRASES, now))


@pytest.mark.parametrize(("now", "stage"), [(BEFORE, "before"), (AFTER, "after")])
def test_without_script_the_stage_of_the_day_it_was_written_is_shown(
    now: dt.datetime, stage: str
) -> None:
    for name in ("heads", "plea"):
        shown = re.findall(r'<div data-at="([^"]+)">', parts(now)[name])

        assert shown == [stage] * len(CAMPAIGN.languages)


def test_a_petition_without_a_deadline_never_speaks_of_its_end() -> None:
    texts = {
        language: texts.model_copy(update={"after": None})
        for language, texts in CAMPAIGN.texts.items()
    }

    written = parts(deadline=None, texts=texts)

    assert "data-left" not in written["heads"]
    assert not re.search(r'data-at="[^"]*after', written["heads"] + written["plea"])
    assert written["deadline"].strip() == '<meta name="deadline" content="">'


def test_a_chinese_promise_breaks_between_its_clauses_and_others_as_they_like() -> None:
    heads = parts()["heads"]

    promise = '<span class="clause">您的30秒，</span><span class="clause">也许能救30条性命。</span>'
    assert f'<p class="promise">{promise}</p>' in heads
    assert '<p class="promise">他们自由了。</p>' in heads
    assert '<p class="promise">Your 30 seconds could save 30 lives.</p>' in heads


@pytest.mark.parametrize("promise", ["，，甲，乙", "甲，，乙，，", "，", "甲"])
def test_a_promise_loses_no_comma_by_breaking(promise: str) -> None:
    assert re.sub(r"</?span[^>]*>", "", clauses(promise)) == promise


@pytest.mark.parametrize(
    ("contact", "href"),
    [("friends@example.org", "mailto:friends@example.org"), ("https://example.org/us", None)],
)
def test_the_way_to_the_organizers_is_a_link(contact: str, href: str | None) -> None:
    assert f'<a href="{href or contact}"' in parts(contact=contact)["questions en"]


def test_nothing_is_said_of_what_a_petition_does_not_have() -> None:
    assert parts(contact=None, sources=())["questions en"].count("<details>") == 1


def test_every_text_stays_a_text() -> None:
    hostile = "<script>\"&'</p>"
    texts = CAMPAIGN.model_dump(mode="json")
    for one in texts["texts"].values():
        one |= dict.fromkeys(("title", "call", "promise", "summary", "organizers"), hostile)
        one |= {"plea": [hostile], "addressed_to": [hostile], "after": {"headline": hostile}}

    written = regions(Campaign.model_validate(texts), PHRASES, AFTER)

    assert all("<script" not in part for _, part in written)


def test_a_part_takes_its_place_and_leaves_the_rest_alone() -> None:
    page = "a\n  <!-- one: begin -->\nold\n  <!-- one: end -->\nb\n"

    assert rewrite(page, [("one", "new \\1\n"), ("two", "no place")]) == (
        "a\n  <!-- one: begin -->\nnew \\1\n  <!-- one: end -->\nb\n"
    )
