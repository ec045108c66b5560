"""Whose name is told: the rule, and what organizers decide where claims disagree."""

import datetime as dt
import json
from pathlib import Path

import pytest
from petition.documents import Claim
from petition.seal import Consent, Contents

from organizer import CannotDo
from organizer.signatures.decisions import read_decisions, write_contested
from organizer.signatures.naming import Decision, Naming, Person, name_signer
from organizer.signatures.opening import OpenedClaim, Verdict
from organizer.signatures.stored import Stored

SIGNER = "s" * 52
FIRST = dt.datetime(2012, 2, 14, 9, tzinfo=dt.UTC)


def claim(
    id: str, name: str, *, delivery: bool = True, news: bool = False, hour: int = 0
) -> OpenedClaim:
    """Return a claim whose box opened."""
    stored = Claim(id, SIGNER, country="KR", signed_hour=FIRST + dt.timedelta(hours=hour))
    contents = Contents(name, "ada@example.org", "", Consent(delivery, news))
    return OpenedClaim(Stored(id, stored, None), Verdict.GOOD, contents)


def bad(id: str, verdict: Verdict) -> OpenedClaim:
    """Return a claim whose box holds nothing that counts."""
    return OpenedClaim(Stored(id, Claim(id, SIGNER), None), verdict)


def decide(*claims: OpenedClaim, decision: Decision | None = None) -> Person:
    """Apply the rule to the claims of one signer."""
    return name_signer(SIGNER, claims, {SIGNER: decision} if decision else {})


AGREE = (
    ("one", [claim("a", "Ada")]),
    ("twice", [claim("a", "Ada"), claim("b", "Ada", hour=1)]),
    ("spelled otherwise", [claim("a", "ADA  Lovelace"), claim("b", " Ada Lovelace")]),
    ("another width", [claim("a", "Ａｄａ"), claim("b", "Ada")]),
)


@pytest.mark.parametrize("claims", [c for _, c in AGREE], ids=[name for name, _ in AGREE])
def test_a_name_on_which_all_claims_agree_is_told(claims: list[OpenedClaim]) -> None:
    assert decide(*claims).naming is Naming.NAMED


@pytest.mark.parametrize("verdict", [Verdict.CLOSED, Verdict.JUNK, Verdict.OTHER, Verdict.UNTRIED])
def test_a_claim_that_holds_nothing_that_counts_contests_nothing(verdict: Verdict) -> None:
    person = decide(claim("a", "Ada"), bad("b", verdict))

    assert (person.naming, person.contents and person.contents.name) == (Naming.NAMED, "Ada")


def test_a_signer_without_any_box_that_counts_is_unread() -> None:
    person = decide(bad("a", Verdict.JUNK), bad("b", Verdict.OTHER))

    assert (person.naming, person.contents) == (Naming.UNREAD, None)


def test_who_signed_again_without_the_tick_is_not_named_before_somebody_decides() -> None:
    person = decide(claim("a", "Ada"), claim("b", "Ada", delivery=False, hour=1))

    assert person.naming is Naming.CONTESTED
    assert person.contents
    assert not person.contents.consent.delivery


def test_two_names_of_which_one_agreed_are_contested() -> None:
    assert decide(claim("a", "Ada"), claim("b", "Eve")).naming is Naming.CONTESTED
    assert decide(claim("a", "Ada"), claim("b", "Eve", delivery=False)).naming is Naming.CONTESTED


@pytest.mark.parametrize("name", ["", " ", "\u3164", "\u2800\ufe0f"])
def test_a_name_of_which_nothing_can_be_seen_is_not_told(name: str) -> None:
    assert decide(claim("a", name)).naming is Naming.WITHHELD


def test_where_nobody_agreed_there_is_nothing_to_decide() -> None:
    person = decide(claim("a", "Ada", delivery=False), claim("b", "Eve", delivery=False, hour=1))

    assert person.naming is Naming.WITHHELD
    assert person.contents and person.contents.name == "Eve", "The newest speaks for them."


@pytest.mark.parametrize("name", ["", "  ", "\u3000"])
def test_no_name_is_no_row_in_a_delivery(name: str) -> None:
    assert decide(claim("a", name)).naming is Naming.WITHHELD


def test_news_goes_to_those_only_whose_claims_all_ask_for_it() -> None:
    both = decide(claim("a", "Ada", news=True), claim("b", "Ada", news=True))
    one = decide(claim("a", "Ada", news=True), claim("b", "Ada"))

    assert both.contents and both.contents.consent.news
    assert one.contents and not one.contents.consent.news


CONTEST = (claim("a", "Ada"), claim("b", "Eve", hour=1), claim("c", "Ada", delivery=False, hour=2))


def test_the_chosen_claims_name_is_told() -> None:
    person = decide(*CONTEST, decision=Decision(frozenset("abc"), "a"))

    assert person.naming is Naming.NAMED
    assert person.contents and person.contents.name == "Ada"
    assert person.contents.consent.delivery


def test_what_organizers_withhold_is_decided() -> None:
    assert decide(*CONTEST, decision=Decision(frozenset("abc"), None)).naming is Naming.WITHHELD


def test_a_claim_that_nobody_saw_is_decided_anew() -> None:
    """Who signs again without the tick after a decision must be respected."""
    for chosen in ("a", None):
        person = decide(*CONTEST, decision=Decision(frozenset("ab"), chosen))
        assert person.naming is Naming.CONTESTED


def test_a_chosen_claim_that_was_withdrawn_since_is_not_told() -> None:
    person = decide(CONTEST[1], CONTEST[2], decision=Decision(frozenset("abc"), "a"))

    assert person.naming is Naming.CONTESTED


def test_no_decision_names_who_did_not_agree() -> None:
    """Not even one whose line says otherwise."""
    person = decide(*CONTEST, decision=Decision(frozenset("abc"), "c"))

    assert person.naming is Naming.CONTESTED


def decided(tmp_path: Path, decision: object) -> Path:
    """Write a contested signer as the commands do, and put a decision in."""
    line = json.loads(write_contested(decide(*CONTEST)))
    assert line["decision"] is None
    assert [candidate["name"] for candidate in line["candidates"]] == ["Ada", "Eve", "Ada"]
    path = tmp_path / "decisions.jsonl"
    path.write_text(json.dumps(line | {"decision": decision}, ensure_ascii=False) + "\n\n")
    return path


@pytest.mark.parametrize(
    ("decision", "naming"),
    [(None, Naming.CONTESTED), (1, Naming.NAMED), (2, Naming.NAMED), ("withhold", Naming.WITHHELD)],
)
def test_what_is_written_for_organizers_comes_back_decided(
    tmp_path: Path, decision: object, naming: Naming
) -> None:
    decisions = read_decisions(decided(tmp_path, decision))

    person = name_signer(SIGNER, CONTEST, decisions)

    assert person.naming is naming
    if type(decision) is int:
        assert person.contents == CONTEST[decision - 1].contents


@pytest.mark.parametrize("decision", [0, 4, -1, True, "Ada", "1", 1.5, [1], {}])
def test_a_decision_that_is_none_is_refused_with_its_line(tmp_path: Path, decision: object) -> None:
    with pytest.raises(CannotDo, match='line 1: The decision is null, 1 to 3, or "withhold"'):
        read_decisions(decided(tmp_path, decision))


def test_who_did_not_agree_cannot_be_chosen(tmp_path: Path) -> None:
    with pytest.raises(CannotDo, match="line 1: Candidate 3 did not agree to be named"):
        read_decisions(decided(tmp_path, 3))


@pytest.mark.parametrize("text", ["{", "[]", "7", '{"signer": "x"}', '{"candidates": [1]}'])
def test_a_line_that_was_broken_is_named_by_its_number(tmp_path: Path, text: str) -> None:
    path = tmp_path / "decisions.jsonl"
    path.write_text(f"\n{text}\n")

    with pytest.raises(CannotDo, match="line 2: It is not as it was written"):
        read_decisions(path)


def test_decisions_that_are_not_there_are_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CannotDo, match="cannot be read"):
        read_decisions(tmp_path / "nowhere.jsonl")
