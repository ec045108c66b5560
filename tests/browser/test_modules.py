"""What the page decides by itself, it decides as the functions do: its modules in a browser."""

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from petition.address import AddressError, canonicalise
from petition.claim import OpenForm
from petition.form import read_form
from petition.problems import InvalidRequest
from petition.text import is_blank
from playwright.sync_api import Page

from tests.unit.vectors import vectors

PETITION_PACKAGE = Path(__file__).parents[2] / "functions" / "petition"

# Letters, marks and digits of every script that Python knows, and what an address has beside them.
ADDRESS_TEXTS = st.text(
    st.characters(categories=["L", "M", "N"]) | st.sampled_from(".+-_abjkıİßſǰＡ．。１"),
    min_size=1,
    max_size=9,
)
DOMAINS = st.sampled_from(
    ["com", "ORG", "ｃｏｍ", "中国", "한국", "xn--fiqs8s", "gmail.com", "qq.com"]
)
CANONICAL = """
async ([addresses, rules]) => {
  const { canonicalAddress } = await import("/crypto/address.js");
  return addresses.map((address) => canonicalAddress(address, rules));
}
"""


def test_every_spelling_of_a_mailbox_has_its_canonical_form(modules: Page) -> None:
    valid = vectors("addresses")["valid"]

    canonical = modules.evaluate(CANONICAL, [[vector["typed"] for vector in valid], rules()])

    assert dict(zip([v["rule"] for v in valid], canonical, strict=True)) == {
        vector["rule"]: vector["canonical"] for vector in valid
    }


def test_what_is_no_address_is_refused_as_in_python(modules: Page) -> None:
    refused = vectors("addresses")["refused"]

    canonical = modules.evaluate(CANONICAL, [[vector["typed"] for vector in refused], rules()])

    faults = [v["fault"] for v, c in zip(refused, canonical, strict=True) if c is not None]
    assert faults == []


@given(
    st.lists(
        st.builds("{}@{}".format, ADDRESS_TEXTS, st.builds("{}.{}".format, ADDRESS_TEXTS, DOMAINS)),
        min_size=100,
        max_size=100,
    )
)
def test_what_python_takes_for_one_mailbox_the_page_takes_for_the_same(
    modules: Page, typed: list[str]
) -> None:
    """A browser knows younger letters than Python, and domains that IDNA 2008 has no use for."""
    taken = {}
    for address in typed:
        with contextlib.suppress(AddressError):
            taken[address] = canonicalise(address)

    assert modules.evaluate(CANONICAL, [list(taken), rules()]) == list(taken.values())


# What is written, with much that nobody sees. Left out is what one side alone trims or takes for a
# space or a line: U+0085, the byte order mark, tab and carriage return, which no field holds.
WRITTEN = st.text(
    st.sampled_from("\u3164\u115f\u1161\u2800\u17b4\ufe0f\u200d\u00ad\U000e0041 a한=\n\u202e")
    | st.characters(exclude_categories=["Cs"], exclude_characters="\x85\ufeff\t\r"),
    max_size=4,
)


@given(st.lists(st.tuples(WRITTEN, WRITTEN), min_size=10, max_size=10))
def test_names_and_messages_are_faults_to_the_page_where_they_are_to_python(
    modules: Page, written: list[tuple[str, str]]
) -> None:
    found = modules.evaluate(
        """async (all) => {
          const { written } = await import("/form.js");
          const { faultsOf } = await import("/faults.js");
          return all.map(([name, message]) =>
            faultsOf({ name: written(name), email: "a@example.org", message: written(message) })
              .map(({ pointer }) => pointer));
        }""",
        written,
    )

    assert found == [faults_of(name, message) for name, message in written]


def faults_of(name: str, message: str) -> list[str]:
    """Return at what the functions find fault, in an open form of this name and message."""
    form = {"email": "a@example.org", "country": "KR", "language": "en"}
    try:
        read_form(OpenForm, form | {"name": name, "message": message}, {"languages": ["en"]})
    except InvalidRequest as problem:
        return [fault.pointer for fault in problem.faults]
    return []


def test_the_page_and_python_see_nothing_in_the_same_letters(modules: Page) -> None:
    """A younger browser may know one that was given meanwhile; then the list here is to grow."""
    unseen = modules.evaluate(
        """async () => {
          const { written } = await import("/form.js");
          return Array.from({ length: 0x110000 }, (_, code) => code)
            .filter((code) => code < 0xd800 || code > 0xdfff)
            .filter((code) => written(`${String.fromCodePoint(code)}`) === "");
        }"""
    )

    letters = (code for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF)
    assert unseen == [code for code in letters if is_blank(chr(code))]


def rules() -> Any:
    return json.loads((PETITION_PACKAGE / "addresses.json").read_text(encoding="utf-8"))


def test_the_page_knows_the_countries_that_the_functions_take(modules: Page) -> None:
    known = json.loads((PETITION_PACKAGE / "countries.json").read_text())["countries"]

    offered = modules.evaluate(
        """async () => {
          const { fillCountries } = await import("/countries.js");
          const $select = document.createElement("select");
          $select.append(new Option("", "ZZ"));
          fillCountries($select);
          return [...$select.options].map((option) => option.value);
        }"""
    )

    assert sorted(offered) == sorted([*known, "ZZ"])


def test_the_page_knows_the_marks_that_the_functions_give(modules: Page) -> None:
    data = json.loads((PETITION_PACKAGE / "networks.json").read_text())
    marks = [row["network"] for row in data["networks"]] + data["other_marks"]

    taken = modules.evaluate(
        """async (marks) => {
          const taken = [];
          for (const mark of marks) {
            // The page reads its address once, when the module is there.
            history.replaceState(null, "", `?via=0123456789.${mark}`);
            const { via } = await import(`/via.js?${mark}`);
            if (via().via === `0123456789.${mark}`) taken.push(mark);
          }
          return taken;
        }""",
        [*marks, "elsewhere"],
    )

    assert taken == marks


@pytest.mark.parametrize(
    ("attempt", "asked", "random", "seconds"),
    [
        (0, 0, 0, 1),
        (3, 0, 0, 8),
        (3, 0, 1, 12),
        (40, 0, 0, 60),
        (0, 30, 0, 30),
        (0, 30, 1, 45),
        (9, 30, 0, 60),
    ],
)
def test_waiting_doubles_and_is_never_shorter_than_asked(
    modules: Page, attempt: int, asked: int, random: int, seconds: int
) -> None:
    waited = modules.evaluate(
        """async ([attempt, asked, random]) => {
          const { waitSeconds } = await import("/retry.js");
          return waitSeconds(attempt, asked, () => random);
        }""",
        [attempt, asked, random],
    )

    assert waited == seconds


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0),
        ("7", 7),
        (" 7 ", 7),
        ("soon", 0),
        ("-7", 0),
        ("Thu, 01 Jan 1970 00:01:30 GMT", 30),
        ("Thu, 01 Jan 1970 00:00:30 GMT", 0),
    ],
)
def test_retry_after_is_read_in_both_of_its_forms(
    modules: Page, header: str | None, seconds: int
) -> None:
    read = modules.evaluate(
        """async (header) => {
          const { retryAfterSeconds } = await import("/retry.js");
          return retryAfterSeconds(header, 60_000);
        }""",
        header,
    )

    assert read == seconds
