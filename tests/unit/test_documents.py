"""The documents: what is stored is read back, and sums add up and take off."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from petition.country import COUNTRIES
from petition.documents import (
    Claim,
    Invalidation,
    Leaving,
    Link,
    Public,
    Published,
    Signer,
    Status,
    Sums,
    via_range,
)
from petition.link import MARKS

HOUR = dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC)
DAY = HOUR.replace(hour=0)

codes = st.sampled_from(sorted(COUNTRIES)[:6])
signers = st.lists(
    st.builds(Signer, st.integers(0, 3), st.booleans(), codes, st.booleans()), max_size=30
)


@pytest.mark.parametrize(
    ("document", "fields"),
    [
        (
            Signer(2, False, "KR", True, False),
            {"claims": 2, "kept": False, "country": "KR", "referred": True, "drawn": False},
        ),
        (Link("ko", None, DAY), {"language": "ko", "created_day": DAY}),
        (
            Link("ko", "7k2m9qx4tb.x", DAY),
            {"language": "ko", "via": "7k2m9qx4tb.x", "created_day": DAY},
        ),
        (Invalidation(DAY, "bot", 3), {"day": DAY, "reason": "bot", "number": 3}),
        (Public({"KR": 40}, DAY), {"countries": {"KR": 40}, "countries_day": DAY}),
    ],
    ids=["signer", "link", "link-through-a-link", "invalidation", "public"],
)
def test_document_stores_what_it_says_and_nothing_that_nobody_said(
    document: Any, fields: dict[str, Any]
) -> None:
    assert document.fields() == fields
    assert type(document).read(fields) == document
    assert type(document).read(fields | {"of another version": 1}) == document


def test_claim_is_stored_under_its_receipts_hash_and_not_with_it() -> None:
    claim = Claim("hash", "id", b"box", "KR", "ko", None, HOUR)

    assert claim.fields() == {
        "signer": "id",
        "sealed": b"box",
        "country": "KR",
        "language": "ko",
        "signed_hour": HOUR,
    }
    assert claim.stands


def test_claim_that_was_emptied_does_not_stand() -> None:
    assert not Claim.read({}).stands


@pytest.mark.parametrize(
    ("claims", "kept", "stays"), [(0, False, False), (1, False, True), (0, True, True)]
)
def test_signer_stays_while_a_claim_stands_or_the_count_was_kept(
    claims: int, kept: bool, stays: bool
) -> None:
    assert Signer(claims, kept).stays is stays


@pytest.mark.parametrize(
    ("minute", "due"), [("2026-11-24T09:59:59", True), ("2026-11-24T10:00:00", False)]
)
def test_entry_is_due_with_the_hour_that_it_is_named_by(minute: str, due: bool) -> None:
    """Ids sort as their hours do, so what is due is all that comes before the next hour's."""
    now = dt.datetime.fromisoformat(minute).replace(tzinfo=dt.UTC)
    entry = Leaving.first_id(now) + "f" * 24

    assert (entry < Leaving.first_id(HOUR)) is due


def test_lanes_are_added_up_by_country() -> None:
    lanes = [Sums(3, {"KR": 2, "US": 1}, 1), Sums(1, {"KR": 1}, 1), Sums()]

    assert sum(lanes, Sums()) == Sums(4, {"KR": 3, "US": 1}, 2)


def test_withdrawal_in_another_lane_is_taken_off() -> None:
    """A lane alone may be negative: whoever withdraws meets another one than who signs."""
    assert Sums(2, {"KR": 1, "US": 1}, 1) + Sums(-1, {"US": -1}, -1) == Sums(1, {"KR": 1}, 0)


@given(signers, signers)
def test_sums_are_those_of_the_signers(one: list[Signer], other: list[Signer]) -> None:
    both = Sums.of([*one, *other])

    assert both.signatures == len(one) + len(other) == sum(both.countries.values())
    assert both.referred == sum(signer.referred for signer in [*one, *other])
    assert both == Sums.of(one) + Sums.of(other) == Sums.of(other) + Sums.of(one)
    assert both - Sums.of(other) == Sums.of(one)
    assert 0 not in both.countries.values()
    assert not both - both


@given(signers)
def test_sums_increment_fields_and_are_read_from_them(signers: list[Signer]) -> None:
    sums = Sums.of(signers)

    stored: dict[str, Any] = {"countries": {}, "drawn": {}}
    for path, number in sums.increments().items():
        place, _, code = path.partition(".")
        if code:
            stored[place][code] = number
        else:
            stored[place] = number

    assert stored.keys() == {"signatures", "referred", "countries", "drawn"}
    assert Sums.read(stored) == sums


def test_nothing_still_increments_so_that_a_commit_looks_like_any_other() -> None:
    assert Sums().increments() == {"signatures": 0, "referred": 0}
    assert not Sums()


def test_what_was_published_is_read_back() -> None:
    published = Published(
        status=Status.CLOSED,
        outcome="returned",
        tally=Sums(7, {"KR": 7}, 2),
        counted_at=HOUR,
        public=Public({"KR": 20}, DAY, closed_at=HOUR, final=7),
    )

    assert Published.read(published.fields()) == published
    assert Published.read(published.counted()) == Published(
        tally=published.tally, counted_at=HOUR, public=published.public
    )


@pytest.mark.parametrize("typed", [7, "", "Free", "not yet", "a" * 21, ["free"], None])
def test_an_outcome_that_no_campaign_can_have_reads_as_none(typed: object) -> None:
    assert Published.read({"outcome": typed}).outcome is None


def test_what_organizers_wrote_is_no_part_of_what_counting_writes() -> None:
    assert Published().counted().keys().isdisjoint({"status", "outcome"})


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"status": "open"},
        {"outcome": None, "public": None},
        {"status": "Closed", "outcome": "Perhaps?"},
    ],
)
def test_petition_that_nobody_counted_is_open(fields: dict[str, Any]) -> None:
    """As when an organizer writes one field of it in the console."""
    assert Published.read(fields) == Published()


@pytest.mark.parametrize("mark", ["", *(f".{mark}" for mark in MARKS)])
def test_every_way_through_a_link_lies_in_its_range_and_no_other_links(mark: str) -> None:
    first, end = via_range("7k2m9qx4tb")

    assert first <= f"7k2m9qx4tb{mark}" < end
    assert not first <= f"7k2m9qx4tc{mark}" < end
    assert not first <= f"7k2m9qx4ta{mark}" < end
