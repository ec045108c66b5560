"""What the edge keeps, and for how long, is what the documents say."""

import re

import pytest

from dev import ROOT

EDGE = (ROOT / "infra" / "edge.tf").read_text()
SITE = (ROOT / "infra" / "site.tf").read_text()
SCALING = (ROOT / "docs" / "scaling.md").read_text()

# As the table of docs/scaling.md writes them.
WRITTEN = {
    5: "5 seconds",
    60: "a minute",
    3600: "an hour",
    86400: "a day",
    31536000: "a year",
}


def row(answer: str) -> list[str]:
    """Return a row of the table, without its first cell."""
    found = re.search(rf"^\| {answer}.*$", SCALING, re.MULTILINE)
    assert found
    return [cell.strip() for cell in found[0].strip("|").split("|")[1:]]


def kept(function: str, name: str) -> str:
    """Return a function's Cache-Control, by the name of its constant."""
    text = (ROOT / "functions" / f"{function}.py").read_text()
    found = re.search(rf'^{name} = "(.*)"', text, re.MULTILINE)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("answer", "function", "name", "backend"),
    [
        ("the count", "count", "CACHE", "count"),
        ("a landing page of a link", "share_link", "PAGE_CACHE", "share-link"),
    ],
)
def test_answer_of_a_function_is_kept_as_long_as_is_written(
    answer: str, function: str, name: str, backend: str
) -> None:
    fresh = re.search(r"s-maxage=(\d+)", kept(function, name))
    shown = re.search(rf"^    {backend} += (\d+)$", EDGE, re.MULTILINE)

    assert fresh and shown
    written = row(answer)
    assert written[0].startswith(WRITTEN[int(fresh[1])])
    assert written[1] == WRITTEN[int(shown[1])]


@pytest.mark.parametrize(
    ("answer", "name"), [("`index.html`", "newest"), ("scripts, styles", "version")]
)
def test_file_of_the_page_is_kept_as_long_as_is_written(answer: str, name: str) -> None:
    fresh = re.search(rf'^    {name} += "public, max-age=(\d+)', SITE, re.MULTILINE)
    shown = re.search(r"^    site += (\d+)$", EDGE, re.MULTILINE)

    assert fresh and shown
    written = row(answer)
    assert written[0].startswith(WRITTEN[int(fresh[1])])
    assert written[1] == WRITTEN[int(shown[1])]


def test_no_answer_asks_the_edge_for_what_it_does_not_do() -> None:
    functions = [path.read_text() for path in (ROOT / "functions").rglob("*.py")]
    said = [text for text in re.findall(r'"((?:public|no-store)[^"]*)"', "\n".join(functions))]

    assert len(said) > 3
    assert [text for text in said if "stale-" in text] == []
