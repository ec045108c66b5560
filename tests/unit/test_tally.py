"""
What readers are told of a count, and when a petition is over.

How it is counted is tried against the database, in tests/functions/test_count.py.
"""

import datetime as dt
from dataclasses import replace

import pytest
from petition.campaign import load_campaigns
from petition.documents import Public, Published, Status, Sums
from petition.tally import Numbers, status, tell

NOW = dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC)
CAMPAIGN = load_campaigns()["savemyfriend"].model_copy(update={"closes": NOW})
MINUTE = dt.timedelta(minutes=1)

EXACT = Sums(1234, {"KR": 1000, "US": 200, "JP": 29, "CN": 5}, 0, {"KR": 50, "US": 11, "JP": 1})
BLURRED = Public({"KR": 980, "US": 220, "JP": 20})  # of this day's first count


def test_exact_numbers_are_the_tally() -> None:
    published = Published(tally=EXACT, public=BLURRED)

    assert tell(published, blurred=False) == Numbers(
        1234, [("KR", 1000), ("US", 200), ("other", 34)], exact=True
    )


def test_blurred_numbers_hold_nothing_of_the_tally() -> None:
    published = Published(tally=EXACT, public=BLURRED)

    assert tell(published, blurred=True) == Numbers(
        1240, [("KR", 980), ("US", 220), ("other", 40)], exact=False
    )


def test_total_of_the_end_is_exact_and_its_countries_stay_blurred() -> None:
    public = replace(BLURRED, closed_at=NOW, final=1234)

    assert tell(Published(tally=EXACT, public=public), blurred=True) == Numbers(
        1234, [("KR", 980), ("US", 220), ("other", 34)], exact=True
    )


def test_share_of_the_leading_country_is_of_what_is_told() -> None:
    published = Published(tally=EXACT, public=BLURRED)

    assert tell(published, blurred=True).leading_percent == 100 * 980 // 1240
    assert tell(Published(tally=Sums(90, {"SG": 29})), blurred=False).leading_percent == 0
    # Countries moved this morning, and the total has fallen since.
    fallen = Published(tally=Sums(50, drawn={"KR": 45}), public=BLURRED)
    assert tell(fallen, blurred=True).leading_percent == 100


def test_end_that_nobody_reached_is_exact_too() -> None:
    public = Public(closed_at=NOW, final=0)

    assert tell(Published(public=public), blurred=True) == Numbers(0, [], exact=True)


def test_what_was_never_counted_is_nothing() -> None:
    assert tell(Published(), blurred=True) == Numbers(0, [], exact=False)
    assert tell(Published(), blurred=False) == Numbers(0, [], exact=True)


@pytest.mark.parametrize(
    ("said", "now", "expected"),
    [
        (Status.OPEN, NOW - MINUTE, Status.OPEN),
        (Status.OPEN, NOW, Status.CLOSED),
        (Status.OPEN, NOW + MINUTE, Status.CLOSED),
        (Status.CLOSED, NOW - MINUTE, Status.CLOSED),
    ],
)
def test_petition_is_closed_by_organizers_or_by_its_own_date(
    said: Status, now: dt.datetime, expected: Status
) -> None:
    assert status(Published(status=said), CAMPAIGN, now) is expected


def test_petition_without_a_date_stays_open() -> None:
    campaign = CAMPAIGN.model_copy(update={"closes": None})

    assert status(Published(), campaign, NOW.replace(year=9999)) is Status.OPEN
