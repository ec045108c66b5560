"""The page's phrases: the same keys in every language, and the plea as the petition has it."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from petition.campaign import load_campaigns

from organizer.pages.page import PAGES, Pages

ROOT = Path(__file__).parents[2]
FRONTEND = ROOT / "frontend"
LANGUAGES = ("zh-Hans", "en", "ko")


def phrases(language: str) -> dict[str, object]:
    loaded: dict[str, object] = json.loads((FRONTEND / "phrases" / f"{language}.json").read_text())
    return loaded


def places(phrase: object) -> set[str]:
    """Return the names in curly brackets that are filled in when the phrase is said."""
    return set(re.findall(r"\{(\w+)\}", json.dumps(phrase)))


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("petition", load_campaigns())
def test_a_petitions_own_page_is_as_its_file_says(petition: str, name: str) -> None:
    pages = Pages(load_campaigns())

    written = (FRONTEND / petition / name).read_text(encoding="utf-8")
    assert written == pages.own_page(petition, name), "run organizer petition page"


@pytest.mark.parametrize("name", PAGES)
def test_the_roots_page_is_as_its_petitions_file_says(name: str) -> None:
    pages = Pages(load_campaigns())

    written = (FRONTEND / name).read_text(encoding="utf-8")
    assert written == pages.root_page(pages.root_petition, name), "run organizer petition page"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_phrases(language: str) -> None:
    assert list(phrases(language)) == list(phrases("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_fills_the_same_places(language: str) -> None:
    for key, phrase in phrases(language).items():
        assert places(phrase) == places(phrases("en")[key]), key


def test_every_phrase_is_used_and_every_used_phrase_is_there() -> None:
    sources = [*FRONTEND.glob("*.js"), *FRONTEND.glob("*.html")]
    sources += (ROOT / "organizer" / "pages").glob("*.py")
    code = "\n".join(path.read_text() for path in sources)
    written = set(re.findall(r"""["']((?:[a-z]+\.)?[a-z_]+)["']""", code))
    named = set(re.findall(r'data-(?:phrase|label)="([^"]+)"', code))

    assert set(phrases("en")) <= written
    assert named <= set(phrases("en"))


class Headings(HTMLParser):
    """The ids of the sections of problems.html, each with the languages in it."""

    def __init__(self) -> None:
        super().__init__()
        self.sections: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "section":
            self.sections[attributes["id"] or ""] = []
        elif attributes.get("class") == "text" and self.sections:
            self.sections[list(self.sections)[-1]].append(attributes["lang"] or "")


def test_every_problem_is_explained_in_every_language() -> None:
    page = Headings()
    page.feed((FRONTEND / "problems.html").read_text())

    documented = re.findall(r"^## `?([a-z-]+)`?", (ROOT / "docs/problems.md").read_text(), re.M)
    assert sorted(page.sections) == sorted(documented)
    assert all(tuple(languages) == LANGUAGES for languages in page.sections.values())
