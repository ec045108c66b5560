"""
Numbers that organizers look at: right,
none too small outside of the screen, and signs of fraud.
"""

import datetime as dt
import json
import re
import shlex
import tracemalloc
from collections.abc import Mapping
from html import unescape
from pathlib import Path

import pytest
from google.cloud import firestore
from hypothesis import given
from hypothesis import strategies as st
from petition.blur import OTHER
from petition.campaign import load_campaigns
from petition.seal import Contents

from organizer import ROOT
from organizer.plots import columns
from organizer.reporting.phrases import FLOOR
from organizer.signatures import database
from organizer.statistics.folding import Series, fold_hours, fold_rows
from organizer.statistics.pace import DAY_RECORD, HOUR, MINUTE_RECORD, next_milestone, peaks
from organizer.statistics.signs import Sign, find_signs
from organizer.statistics.traits import Trait, Traits
from tests.organizer.conftest import PETITION, Command, Forged, Said

BEGIN = dt.datetime(2012, 2, 14, tzinfo=dt.UTC)
LINK, CHILD, GRANDCHILD = "0123456789", "abcdefghjk", "zzzzzzzzzz"


def stats(organizer: Command, *options: str | Path) -> dict[str, object]:
    """Return what `stats --json` says."""
    said = organizer("stats", "--json", *options)
    assert said.code == 0, said.err
    found: dict[str, object] = json.loads(said.out)
    return found


@pytest.fixture
def crowd(forged: Forged, petition: firestore.DocumentReference) -> None:
    """Let 15 sign in each of thirty hours, through links of three generations."""
    for i in range(30):
        via = [None, f"{LINK}.weibo", f"{CHILD}.line"][i % 3]
        forged.add(15, hour=BEGIN + i * HOUR, country="KR" if i % 2 else "US", via=via)
    forged.add(11, hour=BEGIN, language="en", country="VA", via=GRANDCHILD)
    forged.add(10, hour=BEGIN, language="en", country="VA", via="9999999999.qr")
    links = petition.collection("links")
    links.document(LINK).set({"language": "ko"})
    links.document(CHILD).set({"language": "ko", "via": f"{LINK}.weibo"})
    links.document(GRANDCHILD).set({"language": "ko", "via": CHILD})


def test_stats_add_up_what_claims_say(
    organizer: Command, crowd: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PAGE", 7)
    monkeypatch.setattr(database, "QUERY", 14)

    told = stats(organizer)

    assert (told["signatures"], told["claims"], told["referred"]) == (471, 471, 321)
    assert told["languages"] == [
        {"language": "ko", "claims": 450},
        {"language": "en", "claims": 21},
    ]
    assert told["shared_on"] == [
        {"mark": "line", "claims": 150},
        {"mark": "weibo", "claims": 150},
        {"mark": "", "claims": 11},
        {"mark": "qr", "claims": 10},
    ]
    assert told["came_by"] == [
        {"link": "generation 1", "claims": 150},
        {"link": "generation 2", "claims": 150},
        {"link": "no link", "claims": 150},
        {"link": "generation 3", "claims": 11},
        {"link": "unknown link", "claims": 10},
    ]
    assert told["days"] == [
        {"day": "2012-02-14", "claims": 24 * 15 + 21},
        {"day": "2012-02-15", "claims": 6 * 15},
    ]


def test_stats_are_shown_by_name_on_a_screen_of_any_width(
    organizer: Command, crowd: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for width in (40, 80, 200):
        monkeypatch.setenv("COLUMNS", str(width))
        shown = organizer("stats").out

        assert max(len(line) for line in shown.splitlines()) <= width
        for name in ("South Korea", "Korean", "Weibo", "generation 3", "the record is 33"):
            assert re.search(r"\s+".join(name.split()), shown) or width == 40, name


def test_nothing_under_ten_leaves_the_screen(
    organizer: Command, forged: Forged, tmp_path: Path
) -> None:
    forged.add(103, hour=BEGIN)
    forged.add(7, hour=BEGIN + HOUR, country="VA", language="en", via=f"{LINK}.weibo")
    page = tmp_path / "stats.html"

    told = stats(organizer, "--html", page)

    assert "Vatican" in organizer("stats").out, "The screen shows all."
    assert told["hours"] == [
        {"hour": "2012-02-14T00:00Z", "claims": None},
        {"hour": "2012-02-14T01:00Z", "claims": None},
    ]
    assert told["languages"] == [{"language": OTHER, "claims": 110}]
    assert (told["referred"], told["shared_on"], told["links"]) == (None, [], [])
    html = page.read_text(encoding="utf-8")
    assert page.stat().st_mode & 0o777 == 0o600
    assert ">110<" in html
    assert not re.search(rf"Vatican|{LINK}|>7<|>103<", html)


def test_the_page_refers_to_nothing_outside_itself(
    organizer: Command, crowd: None, tmp_path: Path
) -> None:
    page = tmp_path / "stats.html"

    assert organizer("stats", "--html", page).code == 0

    html = page.read_text(encoding="utf-8")
    assert "default-src 'none'" in html
    assert not re.search(r"\b(src|href)=|url\(|@import|<script", html)
    assert "South Korea" in html
    assert html.count("<svg") == 7


def test_with_the_key_it_counts_the_providers_of_mailboxes(
    organizer: Command, forged: Forged, key_file: Path
) -> None:
    forged.add(20, contents=Contents("A friend", "friend@Example.org"))
    forged.add(12, country="US", contents=Contents("A friend", "friend@example.net"))

    told = stats(organizer, "--key", key_file)

    assert told["providers"] == [
        {"provider": "example.org", "claims": 20},
        {"provider": "example.net", "claims": 12},
    ]


def test_an_odd_provider_is_text_on_screen_page_and_command_line(
    organizer: Command, crowd: None, forged: Forged, key_file: Path, tmp_path: Path
) -> None:
    """Whoever seals a box chooses what is in it, whatever the page would refuse."""
    odd, burst = "<script>{x}[red]%s'$(id).kr", BEGIN + 15 * HOUR
    forged.add(150, hour=burst, contents=Contents("A friend", f"a@{odd}"), prefix="z")
    page, rules = tmp_path / "stats.html", tmp_path / "rules.txt"

    said = organizer("stats", "--key", key_file, "--html", page, "--save", rules)

    assert said.code == 0, said.err
    assert odd in said.out.replace("\n", "")
    html = page.read_text()
    assert "<script" not in html
    assert odd in unescape(html)
    (line,) = [line for line in rules.read_text().splitlines() if "--address" in line]
    assert f"@{re.escape(odd)}$" in shlex.split(line)


@pytest.mark.parametrize("hidden", ["\x1b[2J", "\n", "\u2028", "\u202e", "\u200b", "\x9b2J"])
def test_a_provider_that_hides_something_is_no_provider(
    organizer: Command, forged: Forged, key_file: Path, tmp_path: Path, hidden: str
) -> None:
    forged.add(20, contents=Contents("A friend", "friend@their.kr"))
    forged.add(60, contents=Contents("A friend", f"a@their{hidden}.kr"), prefix="z")
    page = tmp_path / "stats.html"

    said = organizer("stats", "--key", key_file, "--html", page)

    assert said.code == 0, said.err
    assert f"their{hidden}" not in said.out + page.read_text()
    told = stats(organizer, "--key", key_file)
    assert told["providers"] == [
        {"provider": "their.kr", "claims": 20},
        {"provider": OTHER, "claims": 60},
    ]


def test_a_crowd_by_one_link_is_a_sign_whose_line_previews_it(
    organizer: Command, crowd: None, forged: Forged
) -> None:
    burst = BEGIN + 15 * HOUR
    forged.add(150, hour=burst, country="VA", language="en", via="hjkmnpqrst.x")

    signs = stats(organizer)["signs"]

    assert isinstance(signs, list)
    assert [sign["trait"] for sign in signs] == ["hour", "country", "language", "link"]
    line = next(sign["line"] for sign in signs if sign["trait"] == "country")
    preview = organizer(*shlex.split(line)[1:], "--json")
    assert json.loads(preview.out) == {"found": 150, "removed": 0, "stored": 471 + 150}
    assert f"\n  {line}\n" in organizer("stats").out, "It is not broken, so it can be copied."


def test_a_saved_rule_is_counted_again(
    organizer: Command, crowd: None, forged: Forged, tmp_path: Path
) -> None:
    forged.add(150, hour=BEGIN + 15 * HOUR, country="VA")
    rules = tmp_path / "rules.txt"
    assert organizer("stats", "--save", rules).code == 0
    first = rules.read_text()
    (line,) = [line for line in first.splitlines() if "--country VA" in line]
    rules.write_text(f"# ours\n{line.partition(' --until')[0]}\n")
    forged.add(30, hour=BEGIN + 40 * HOUR, country="VA")

    told = stats(organizer, "--rules", rules)

    assert told["rules"] == [{"line": line.partition(" --until")[0], "claims": 180}]
    assert organizer("stats", "--save", rules).code == 0
    assert organizer("stats", "--save", rules).code == 0
    assert rules.read_text().count(line + "\n") == 1, "A known rule is not added again."


@pytest.mark.parametrize(
    "line",
    [
        "organizer invalidate --reason bot",
        "organizer invalidate --reason bot --name x",
        "organizer invalidate --since never",
        "organizer count",
        "organizer --petition another invalidate --country VA",
        "organizer invalidate --country 'VA",
    ],
)
def test_what_is_no_rule_is_refused_by_its_place(
    organizer: Command, tmp_path: Path, line: str
) -> None:
    rules = tmp_path / "rules.txt"
    rules.write_text(f"\n{line}\n")

    said: Said = organizer("stats", "--rules", rules)

    assert said.code == 2
    assert "Line 2 of" in said.err


def traits_of(hours: Mapping[dt.datetime, int], **more: tuple[str, dt.datetime, int]) -> Traits:
    """Return claims of South Korea by hour, and others that share one value."""
    traits = Traits()
    for hour, claims in hours.items():
        traits.add([(Trait.COUNTRY, "KR", "", hour)] * claims)
    for trait, (value, hour, claims) in more.items():
        traits.add([(Trait.COUNTRY, "KR", "", hour)] * (claims if trait != "country" else 0))
        traits.add([(Trait(trait), value, "", hour)] * claims)
    return traits


def signs_of(traits: Traits) -> list[Sign]:
    """Return what wants a look."""
    with traits:
        return find_signs(traits, traits.hours())


def test_a_petition_that_grows_and_sleeps_shows_no_sign() -> None:
    growth = {BEGIN + i * HOUR: int(20 * 1.25**i) for i in range(24)}
    rhythm = {BEGIN + i * HOUR: 400 + 300 * (i % 24 < 16) for i in range(72)}
    first_hours = {BEGIN + i * HOUR: claims for i, claims in enumerate((900, 400, 30))}

    assert [signs_of(traits_of(h)) for h in (growth, rhythm, first_hours)] == [[], [], []]


def test_what_always_dominates_is_no_sign() -> None:
    hours = {BEGIN + i * HOUR: 60 for i in range(48)}

    assert signs_of(traits_of(hours)) == []


def test_a_crowd_over_several_hours_is_one_sign() -> None:
    hours = {BEGIN + i * HOUR: 10 for i in range(48)}
    traits = traits_of(hours)
    for i in (20, 21, 22):
        traits.add([(Trait.COUNTRY, "VA", "", BEGIN + i * HOUR)] * 60)

    (sign,) = signs_of(traits)

    assert (sign.trait, sign.value, sign.claims, sign.of) == (Trait.COUNTRY, "VA", 180, 210)
    assert (sign.since, sign.until) == (BEGIN + 20 * HOUR, BEGIN + 23 * HOUR)


def test_a_provider_is_previewed_by_its_addresses() -> None:
    hours = {BEGIN + i * HOUR: 10 for i in range(48)}
    traits = traits_of(hours, provider=("mail.example", BEGIN + 20 * HOUR, 60))

    (sign,) = signs_of(traits)

    assert sign.line().endswith(
        r"--address '@mail\.example$' --since 2012-02-14T20:00:00 --until 2012-02-14T21:00:00"
    )


@given(st.dictionaries(st.integers(0, 24 * 4), st.integers(1, 30), min_size=1))
def test_no_hour_or_day_that_is_told_tells_one_that_is_not(numbers: dict[int, int]) -> None:
    hours = {BEGIN + i * HOUR: number for i, number in sorted(numbers.items())}

    days, told = fold_hours(hours)

    def hidden(series: Series, exact: Mapping[dt.datetime, int]) -> list[int]:
        assert all(number in (None, exact[moment]) for moment, number in series.items())
        assert not [n for n in series.values() if n is not None and n < FLOOR]
        return [exact[moment] for moment, number in series.items() if number is None]

    by_day = {day: sum(n for h, n in hours.items() if h.date() == day.date()) for day in days}
    if lost := hidden(days, by_day):
        assert len(lost) > 1 or sum(by_day.values()) < FLOOR
        assert sum(lost) >= FLOOR or sum(by_day.values()) < FLOOR
    for day in days:
        inside = {h: n for h, n in told.items() if h.date() == day.date()}
        lost = hidden(inside, hours)
        if days[day] is None:
            assert len(lost) == len(inside)
        elif lost:
            assert len(lost) > 1
            assert sum(lost) >= FLOOR


@given(st.dictionaries(st.text("abc", max_size=2), st.integers(1, 40)))
def test_no_row_that_is_told_tells_one_that_is_not(numbers: dict[str, int]) -> None:
    rows = fold_rows(numbers.items())
    total = sum(numbers.values())

    assert all(number >= FLOOR for _, number in rows)
    assert sum(number for _, number in rows) == total or (not rows and total < FLOOR)


def test_the_pace_is_compared_with_the_records_that_the_documentation_names() -> None:
    scaling = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
    hour, day = peaks({BEGIN: 3600, BEGIN + 5 * HOUR: 36})

    assert (hour.per_second, day.claims) == (1.0, 3636)
    assert f"about {DAY_RECORD.per_second:.0f} signatures a second over a whole day" in scaling
    assert f"{MINUTE_RECORD.per_second:.0f} a second within a minute" in scaling


def test_the_next_milestone_is_expected_at_the_pace_of_the_last_day() -> None:
    campaign = load_campaigns()[PETITION]
    now = BEGIN + 48 * HOUR
    hours = {BEGIN: 500, BEGIN + 40 * HOUR: 100}  # of 600 claims, 300 signatures

    goal = next_milestone(campaign, 300, hours, now)

    assert (goal.signatures, goal.per_day) == (1000, 50)
    assert goal.reached == now + dt.timedelta(days=14)
    assert next_milestone(campaign, 300, {BEGIN: 600}, now).reached is None


def test_memory_does_not_grow_with_claims_and_links() -> None:
    def peak(claims: int) -> int:
        with Traits() as traits:
            tracemalloc.start()
            for start in range(0, claims, 1000):
                codes = [f"{i:010}" for i in range(start, start + 1000)]
                hour = BEGIN + (start // 1000 % 500) * HOUR
                traits.add((Trait.LINK, code, "qr", hour) for code in codes)
                traits.add_links((code, None) for code in codes)
            assert traits.generations() == [(1, claims)]
            _, highest = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        return highest

    assert peak(100_000) < 1.5 * peak(10_000)


def test_columns_are_as_high_as_their_numbers_and_never_nothing() -> None:
    assert columns([0, 1, 80, 160], 2) == ["   █", " ▁██"]
