"""A petition without a developer: asked for, checked, written, told on."""

import copy
import datetime as dt
import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from petition.campaign import Campaign
from pydantic import ValidationError

from organizer import ROOT
from organizer.campaigns.correction import Correction
from organizer.campaigns.proofreading import proofread
from organizer.campaigns.sharing import length_on_weibo, length_on_x
from organizer.campaigns.validity import parse, validate
from organizer.pages.updates import Update, feed
from tests.naughty import UNWRITABLE
from tests.organizer.checkout import Checkout

FRONTEND = ROOT / "frontend"
REAL = json.loads((ROOT / "functions/campaigns/savemyfriend.json").read_text(encoding="utf-8"))
NOW = dt.datetime(2012, 2, 16, tzinfo=dt.UTC)

Change = Callable[[dict[str, Any]], object]


def changed(change: Change) -> dict[str, Any]:
    """Return the real petition, complete and then changed."""
    content: dict[str, Any] = copy.deepcopy(REAL) | {
        "contact": "friends@savemyfriend.asia",
        "sources": [{"title": "The press", "url": "https://savemyfriend.asia/press"}],
        "closes": "2012-05-01T00:00:00+08:00",
        "forget_after_days": 90,
    }
    change(content)
    return content


def found(change: Change) -> list[Correction]:
    """Return everything that is found in a changed petition that is valid."""
    campaign, invalid = validate(changed(change))
    assert campaign, invalid
    return [x for x in proofread(campaign, FRONTEND, NOW) if "updates.json" not in x.place]


def test_a_complete_petition_gives_nothing_to_change() -> None:
    assert found(lambda c: None) == []


def english(content: dict[str, Any]) -> dict[str, Any]:
    """Return a petition's English texts."""
    texts: dict[str, Any] = content["texts"]["en"]
    return texts


@pytest.mark.parametrize(
    ("change", "place", "advice", "must"),
    [
        (lambda c: c.pop("contact"), "contact", "Write an e-mail address", False),
        (lambda c: c.update(contact="us@example.org"), "contact", "“example.org”", True),
        (lambda c: c.pop("sources"), "sources", "Name one source", False),
        (
            lambda c: c["sources"][0].update(url="https://example.com/a"),
            "sources.0.url",
            "example",
            True,
        ),
        (lambda c: c.pop("forget_after_days"), "forget_after_days", "how many days", False),
        (lambda c: english(c).update(badge="TODO"), "texts.en.badge", "“TODO”", True),
        (lambda c: c.update(petition="cards"), "petition", "choose another id", True),
        (lambda c: c.update(started="2012-03-01"), "started", "future", False),
        (
            lambda c: c.update(deadline="2012-02-01T00:00:00+08:00"),
            "deadline",
            "before the beginning",
            True,
        ),
        (
            lambda c: c.update(closes="2012-02-18T00:00:00+08:00"),
            "closes",
            "before its deadl",
            True,
        ),
        (
            lambda c: c.update(closes="2012-01-18T00:00:00+08:00"),
            "closes",
            "before the beginning",
            True,
        ),
        (
            lambda c: c["texts"]["zh-Hans"].update(share="请" * 140),
            "texts.zh-Hans.share",
            "X counts it with the link as 304, and takes 280, and Weibo counts it with the link as "
            "151, and takes 140. Shorten it.",
            True,
        ),
        (
            lambda c: c["texts"]["ko"]["outcomes"]["free"].update(share="가" * 129),
            "texts.ko.outcomes.free.share",
            "X counts",
            True,
        ),
        (
            lambda c: c["texts"]["zh-Hans"].update(share="请签名 #SaveMyFriend"),
            "texts.zh-Hans.share",
            "#SaveMyFriend#",
            False,
        ),
        (
            lambda c: c["texts"]["ko"].update(summary=c["texts"]["zh-Hans"]["promise"] + " a b"),
            None,
            "",
            True,
        ),
        (
            lambda c: (
                english(c).update(title="A B C D", organizers="Who they are")
                or c["texts"]["zh-Hans"].update(title="A B C D")
            ),
            "texts.en.title",
            "the same as in zh-Hans",
            True,
        ),
        (
            lambda c: c["texts"]["ko"]["after"].pop("share"),
            "texts.ko.after.share",
            "there in zh-Hans, en",
            True,
        ),
        (lambda c: english(c)["plea"].pop(), "texts.en.plea", "5 parts, and 6 in zh-Hans", False),
        (lambda c: english(c)["addressed_to"].pop(), "texts.en.addressed_to", "1 parts", False),
        (
            lambda c: english(c).update(plea=["Short."] * 6),
            "texts.en.plea",
            "less than half as long",
            False,
        ),
        (
            lambda c: c["texts"].update(ja=c["texts"].pop("ko")),
            "frontend/phrases/ja.json",
            "organizer petition new --language ja",
            True,
        ),
    ],
)
def test_each_mistake_is_told_with_its_place_and_what_to_write(
    change: Change, place: str | None, advice: str, must: bool
) -> None:
    corrections = found(change)

    if place is None:
        assert corrections == []
        return
    here = [correction for correction in corrections if correction.place == place]
    assert any(advice in correction.advice and correction.must is must for correction in here), (
        corrections
    )
    assert all(re.match(r"[A-Z“X].*[.]$", correction.advice) for correction in corrections)


@pytest.mark.parametrize(
    ("change", "place", "advice"),
    [
        (lambda c: c.pop("milestones"), "milestones", "missing: rising numbers"),
        (lambda c: english(c).pop("call"), "texts.en.call", "missing: what is on the button"),
        (lambda c: english(c).update(titel="x"), "texts.en.titel", "title may be meant"),
        (
            lambda c: english(c).update(share="a" * 230),
            "texts.en.share",
            "It has 230 characters and may have 200; shorten it by 30.",
        ),
        (lambda c: c.update(contact="us"), "contact", "an e-mail address, or a page"),
        (lambda c: c.update(hashtag="Free"), "hashtag", "Write # and letters"),
        (lambda c: c.update(petition="My Petition"), "petition", "lower-case letters"),
        (lambda c: c.update(closes="2012-05-01T00:00:00"), "closes", "time zone"),
        (lambda c: c.update(started="yesterday"), "started", "2026-12-24"),
        (lambda c: c.update(milestones=[5, 1]), "", "Milestones must rise."),
        (lambda c: c.update(forget_after_days=0), "forget_after_days", "greater than 0"),
        (lambda c: english(c).update(plea=[]), "texts.en.plea", "write at least one"),
        (lambda c: english(c).update(plea=[7]), "texts.en.plea.0", "a text in quotation marks"),
    ],
)
def test_what_no_function_would_accept_is_told_in_words(
    change: Change, place: str, advice: str
) -> None:
    campaign, corrections = validate(changed(change))

    assert campaign is None
    assert [(correction.place, correction.must) for correction in corrections] == [(place, True)]
    assert advice in corrections[0].advice


def test_all_mistakes_are_told_at_once() -> None:
    def change(content: dict[str, Any]) -> None:
        content.update(contact="us", milestones=[])
        english(content).pop("title")

    _, corrections = validate(changed(change))

    assert {correction.place for correction in corrections} == {
        "contact",
        "milestones",
        "texts.en.title",
    }


@pytest.mark.parametrize(
    ("text", "place", "advice"),
    [
        ('{\n  "petition": "a",\n}', "line 2, column 18", "This is no JSON"),
        ('{"hashtag": "#A", "hashtag": "#B"}', "hashtag", "said twice"),
    ],
)
def test_a_file_that_is_typed_wrong_is_told_by_its_place(
    text: str, place: str, advice: str
) -> None:
    _, corrections = parse(text)

    assert [correction.place for correction in corrections] == [place] or "line" in corrections[
        0
    ].place
    assert advice in corrections[0].advice


@pytest.mark.parametrize(
    ("text", "on_x", "on_weibo"), [("", 0, 0), ("abc", 3, 2), ("请签名", 6, 3), ("가 a", 4, 2)]
)
def test_texts_are_as_long_as_the_networks_count_them(text: str, on_x: int, on_weibo: int) -> None:
    assert (length_on_x(text), length_on_weibo(text)) == (on_x, on_weibo)


@pytest.mark.parametrize("kind", UNWRITABLE)
@pytest.mark.parametrize(
    ("place", "change"),
    [
        ("texts.en.title", lambda c, text: english(c).update(title=text)),
        ("texts.en.plea.1", lambda c, text: english(c)["plea"].__setitem__(1, text)),
        ("texts.en.badge", lambda c, text: english(c).update(badge=text)),
        ("texts.en.after.share", lambda c, text: english(c)["after"].update(share=text)),
        ("sources.0.title", lambda c, text: c["sources"][0].update(title=text)),
    ],
)
def test_a_text_that_hides_or_breaks_something_is_refused_where_it_is(
    kind: str, place: str, change: Callable[[dict[str, Any], str], object]
) -> None:
    text, said = UNWRITABLE[kind]

    campaign, (correction,) = validate(changed(lambda c: change(c, text)))

    assert campaign is None
    assert correction.place == place
    assert said in correction.advice


@pytest.mark.parametrize("hidden", ["\u202e", "\a", "\x1b", "\uffff"])
@pytest.mark.parametrize(
    ("place", "change"),
    [
        ("sources.0.url", lambda c, x: c["sources"][0].update(url=f"https://their.kr/{x}")),
        ("contact", lambda c, x: c.update(contact=f"us{x}@their.kr")),
    ],
)
def test_an_address_that_hides_something_is_refused(
    hidden: str, place: str, change: Callable[[dict[str, Any], str], object]
) -> None:
    _, (correction,) = validate(changed(lambda c: change(c, hidden)))

    assert correction.place == place
    assert f"U+{ord(hidden):04X}" in correction.advice


# The feed


def test_a_feed_is_atom_and_keeps_the_ids_of_what_was_told() -> None:
    campaign = Campaign.model_validate(changed(lambda c: None))
    atom = {"a": "http://www.w3.org/2005/Atom"}

    def ids(*days: int) -> dict[str, str]:
        updates = [
            Update(date=dt.date(2012, 2, day), texts={x: f"{x} & {n}" for x in campaign.texts})
            for n, day in reversed(list(enumerate(days)))
        ]
        root = ElementTree.fromstring(feed(campaign, "ko", updates))  # noqa: S314
        assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "ko"
        for required in ("id", "title", "updated", "author/a:name"):
            assert root.findtext(f"a:{required}", namespaces=atom), required
        entries = root.findall("a:entry", atom)
        assert [e.findtext("a:updated", namespaces=atom) for e in entries] == [
            f"2012-02-{day}T00:00:00Z" for day in sorted(days, reverse=True)
        ]
        return {
            str(e.findtext("a:content", namespaces=atom)): str(e.findtext("a:id", namespaces=atom))
            for e in entries
        }

    before, after = ids(20, 24), ids(20, 24, 24)

    assert len(set(after.values())) == 3
    assert after | before == after


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_feed_of_whatever_may_be_written_is_well_formed(title: str, news: str) -> None:
    texts = {x: t | {"title": title} for x, t in REAL["texts"].items()}
    try:
        campaign = Campaign.model_validate(changed(lambda c: c.update(texts=texts)))
        update = Update(date=dt.date(2012, 2, 20), texts=dict.fromkeys(texts, news))
    except ValidationError:
        return

    root = ElementTree.fromstring(feed(campaign, "ko", [update]))  # noqa: S314

    atom = {"a": "http://www.w3.org/2005/Atom"}
    said = [root.findtext(x, namespaces=atom) for x in ("a:title", "a:entry/a:content")]
    assert said == [title, news]


# The commands


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """Copy the page, the petitions and the commands."""
    return Checkout.copied(tmp_path)


ANSWERS = """\
My Petition
let-them-speak
en, ko
#LetThemSpeak
2026-01-01
us
us@their-school.kr
2026-12-24
2026-12-24T23:00+09:00
2027-01-31T00:00+09:00
90
A report
their-school.kr
https://their-school.kr/report


speaking silent
"""
IN_ENGLISH = """\
Let them speak
Sign and pass it on
Your voice may give ten people back theirs.
Ten teachers were silenced by the sea. Ask for their voices.
Their pupils
Ten teachers may not speak. Ask for them. #LetThemSpeak
#LetThemSpeak

Ten teachers may not speak.
An arrow\x1b[D went astray.
Ask with us that they may.

The town by the sea

The day has passed.
They speak again.
They are silent.
"""
IN_KOREAN = """\
말하게 해 주세요
서명하고 알리기
여러분의 목소리가 열 사람의 목소리를 되찾을 수 있습니다.
바닷가 마을에서 선생님 열 분이 말을 빼앗겼습니다. 함께 물어 주세요.
제자들
선생님 열 분이 말할 수 없습니다. 함께 물어 주세요. #LetThemSpeak
#LetThemSpeak
선생님 열 분이 말할 수 없습니다.
함께 물어 주세요.

바닷가 마을

그날이 지났습니다.
다시 말합니다.
말이 없습니다.
"""


def test_an_interview_makes_a_petition_and_asks_again_what_does_not_fit(
    checkout: Checkout,
) -> None:
    code, said = checkout("new", typed=ANSWERS + IN_ENGLISH + IN_KOREAN)

    assert code == 0, said
    assert "lower-case letters, digits and hyphens" in said  # the id
    assert "an e-mail address, or a page" in said  # the contact
    assert said.count("which time zone") == 1  # the deadline
    assert "https" in said  # the source
    assert said.count("U+001B") == 1  # a paragraph
    path = checkout.folder / "functions/campaigns/let-them-speak.json"
    campaign = Campaign.model_validate_json(path.read_bytes())
    assert campaign.languages == ("en", "ko")
    assert campaign.texts["en"].plea == (
        "Ten teachers may not speak.",
        "Ask with us that they may.",
    )
    assert list(campaign.texts["ko"].outcomes) == ["speaking", "silent"]
    assert campaign.forget_after_days == 90
    assert campaign.sources[0].url == "https://their-school.kr/report"

    code, said = checkout("check", "let-them-speak")
    assert code == 1
    assert "must: frontend/let-them-speak/index.html: Write it anew" in said
    assert checkout("page", "let-them-speak")[0] == 0
    code, said = checkout("check", "let-them-speak")
    assert (code, said.splitlines()[-1]) == (0, "let-them-speak can be shown.")


def test_an_interview_that_ends_early_writes_nothing(checkout: Checkout) -> None:
    before = sorted(checkout.folder.rglob("*.json"))

    code, said = checkout("new", typed=ANSWERS)

    assert (code, "nothing was changed" in said) == (3, True)
    assert sorted(checkout.folder.rglob("*.json")) == before


def test_a_petition_is_not_written_over(checkout: Checkout) -> None:
    path = checkout.folder / "functions/campaigns/savemyfriend.json"
    before = path.read_bytes()

    code, said = checkout("new", "--from", path)

    assert (code, "edit that file" in said) == (2, True)
    assert path.read_bytes() == before


def test_answers_that_do_not_fit_write_nothing(checkout: Checkout) -> None:
    answers = checkout.folder / "answers.json"
    answers.write_text(json.dumps(changed(lambda c: c.update(petition="other", started="soon"))))

    code, said = checkout("new", "--from", answers)

    assert (code, "must: started" in said) == (1, True)
    assert not (checkout.folder / "functions/campaigns/other.json").exists()


def test_a_check_for_a_script_is_one_line_of_json(checkout: Checkout) -> None:
    code, said = checkout("check", "savemyfriend", "--json")

    corrections = json.loads(said)
    assert code == int(any(correction["must"] for correction in corrections))
    assert all(set(correction) == {"place", "advice", "must"} for correction in corrections)


def test_an_unknown_petition_is_not_understood(checkout: Checkout) -> None:
    for command in ("check", "page", "preview", "update"):
        code, said = checkout(command, "savemyfreind")
        assert (code, "savemyfriend" in said) == (2, True), command


def test_news_needs_every_language_and_no_day_before_the_beginning(checkout: Checkout) -> None:
    news = checkout.folder / "frontend/savemyfriend/updates.json"
    before = news.read_bytes()
    every = [f"--text={language}=News" for language in REAL["texts"]]

    for arguments in (every[:2], [*every, "--date=2012-01-01"]):
        code, said = checkout("update", "savemyfriend", *arguments)
        assert (code, news.read_bytes()) == (2, before), said

    code, said = checkout("update", "savemyfriend", *every[1:], "--text=zh-Hans=ab\u202ecd")
    assert (code, news.read_bytes()) == (2, before)
    assert "In zh-Hans: It holds U+202E" in said

    assert checkout("update", "savemyfriend", *every, "--date=2012-03-01")[0] == 0
    assert [x["date"] for x in json.loads(news.read_bytes())] == ["2012-03-01", "2012-02-14"]


def test_news_that_hides_something_is_named_and_not_written(checkout: Checkout) -> None:
    news = checkout.folder / "frontend/savemyfriend/updates.json"
    texts = dict.fromkeys(REAL["texts"], "News") | {"ko": "ab\u202ecd"}
    news.write_text(json.dumps([{"date": "2012-02-14", "texts": texts}]))
    page = checkout.folder / "frontend/savemyfriend/index.html"
    before = page.read_bytes()

    code, said = checkout("check", "savemyfriend")
    assert code == 1
    assert "must: frontend/savemyfriend/updates.json, 0.texts.ko: It holds U+202E" in said
    code, said = checkout("page", "savemyfriend", "--no-cards")
    assert (code, page.read_bytes()) == (1, before)
    assert "`organizer petition check savemyfriend` says more." in said
    assert "Traceback" not in said


def test_a_changed_text_is_found_where_the_page_still_has_the_old_one(checkout: Checkout) -> None:
    path = checkout.folder / "functions/campaigns/savemyfriend.json"
    path.write_text(path.read_text().replace("Your 30 seconds", "Your half minute"))

    code, said = checkout("check", "savemyfriend")

    assert (code, "frontend/savemyfriend/index.html" in said) == (1, True)
    checkout("page", "--no-cards")
    page = checkout.folder / "frontend/savemyfriend/index.html"
    assert "Your half minute" in page.read_text()


# A language


def translate(value: Any) -> Any:
    """Pretend to translate phrases: every word but what is in curly brackets becomes another."""
    if isinstance(value, dict):
        return {key: translate(phrase) for key, phrase in value.items()}
    if isinstance(value, list):
        return [translate(one) for one in value]
    return re.sub(r"(\{\w+\})|\w+", lambda found: found[1] or "語", value)


def test_a_language_is_one_file_and_every_gap_in_it_is_told(checkout: Checkout) -> None:
    campaign = checkout.folder / "functions/campaigns/savemyfriend.json"
    content = json.loads(campaign.read_text())
    content["texts"]["ja"] = translate(content["texts"]["en"])
    campaign.write_text(json.dumps(content, ensure_ascii=False))
    news = checkout.folder / "frontend/savemyfriend/updates.json"
    news.write_text("[]")
    phrases = checkout.folder / "frontend/phrases/ja.json"

    assert checkout("new", "--language", "ja")[0] == 0
    assert checkout("page", "savemyfriend")[0] == 1
    begun = json.loads(phrases.read_text())
    code, said = checkout("check", "savemyfriend")
    assert code == 1
    assert "ja.json, sign.heading: It is not translated: Add your name" in said
    assert "ja.json, static: It is not translated: Exit this page" in said

    done = {key: translate(phrase) for key, phrase in begun.items()} | {
        "static": {sentence: translate(sentence) for sentence in begun["static"]}
    }
    phrases.write_text(json.dumps(done, ensure_ascii=False))
    code, said = checkout("page", "savemyfriend", "--no-cards")
    assert code == 0, said

    page = (checkout.folder / "frontend/savemyfriend/index.html").read_text()
    assert 'data-languages="zh-Hans en ko ja"' in page
    japanese = re.findall(r'<(\w+)(?=[^<>]* lang="ja")[^<>]*>(.*?)</\1>', page, re.DOTALL)
    texts = " ".join(text for _, text in japanese)
    # A source keeps its own title.
    untranslated = r'<code.*?</code>|<a href="https[^>]*>.*?</a>|<[^>]*>|config\.json'
    said_in_japanese = unescape(re.sub(untranslated, "", texts))
    assert {tag for tag, _ in japanese} == {
        *("a", "span", "p", "article", "div", "section", "header", "dl")
    }
    assert not re.search("[A-Za-z]{3}", said_in_japanese)
    style = (checkout.folder / "frontend/style.css").read_text()
    assert 'html.script[lang="ja"] .text:not([lang="ja"])' in style
    # Written again, nothing changes: the new language is made of its file each time.
    root = (checkout.folder / "frontend/index.html").read_text()
    checkout("page", "--no-cards")
    assert (checkout.folder / "frontend/index.html").read_text() == root


def test_a_petition_of_one_language_speaks_no_other(checkout: Checkout) -> None:
    answers = checkout.folder / "answers.json"
    only = changed(lambda c: c.update(petition="only", texts={"ko": c["texts"]["ko"]}))
    answers.write_text(json.dumps(only))

    checkout("new", "--from", answers)
    code, said = checkout("page", "only", "--no-cards")

    assert code == 0, said
    for name in ("index.html", "withdraw.html", "courier.html"):
        page = (checkout.folder / "frontend/only" / name).read_text()
        assert set(re.findall(r'lang="([\w-]+)"', page)) == {"ko"}
    root = (checkout.folder / "frontend/index.html").read_text()
    assert set(re.findall(r' lang="([\w-]+)"', root)) == {"zh-Hans", "en", "ko"}
