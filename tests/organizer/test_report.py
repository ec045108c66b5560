"""The report: true, dignified, in three languages, and of nobody who did not agree."""

import datetime as dt
import json
import os
import re
import shutil
import subprocess
from collections import Counter
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from google.cloud import firestore
from petition.campaign import load_campaigns
from petition.documents import Published, Status
from petition.link import MARKS
from petition.seal import Consent, Contents

from dev.keys import DevelopmentKeys
from organizer.browser import find_browser
from organizer.reporting import charts
from organizer.reporting.figures import Figures, figure, fold_networks
from organizer.reporting.phrases import PHRASES
from organizer.reporting.report import print_pdf, write
from organizer.reporting.totals import fold
from organizer.signatures.database import Database
from organizer.signatures.gathering import gather
from organizer.signatures.opening import Opening
from organizer.trustees.fingerprint import fingerprint
from tests.conftest import do_without
from tests.naughty import TAKEN
from tests.organizer.conftest import PETITION, Command, Forged, Signers, sealed_to_another_key

FIRST = dt.datetime(2012, 2, 14, 9, tzinfo=dt.UTC)
CAMPAIGN = load_campaigns()[PETITION]


def agreed(name: str) -> Contents:
    """Return what somebody writes who agrees to be named."""
    return Contents(name, "hidden@example.org", "a private word", Consent(delivery=True))


@pytest.fixture
def page(organizer: Command, forged: Forged, key_file: Path, tmp_path: Path) -> str:
    """Report a petition of three countries, two networks and a few names."""
    forged.add(1200, via="0123456789.weibo")
    forged.add(300, country="US", via="0123456789.line", hour=FIRST + dt.timedelta(hours=1))
    forged.add(9, country="FR", via="0123456789.email", hour=FIRST + dt.timedelta(hours=2))
    forged.add(1, contents=agreed("<script>alert(1)</script>"), prefix="a")
    forged.add(1, contents=agreed("金民秀"), prefix="b")
    forged.add(1, contents=Contents("Silent", "s@example.org"), prefix="c")
    forged.add(11, box=sealed_to_another_key(), prefix="d")
    forged.add(4, box=b"\x01" + bytes(2129), prefix="e")
    said = organizer("report", tmp_path / "report.html", "--no-pdf", "--key", key_file)
    assert said.code == 0, said.err
    return (tmp_path / "report.html").read_text()


def test_odd_names_are_read_as_people_wrote_them(
    organizer: Command, forged: Forged, key_file: Path, tmp_path: Path
) -> None:
    for kind, (name, _) in TAKEN.items():
        forged.add(1, contents=agreed(name), prefix=kind)
    said = organizer("report", tmp_path / "report.html", "--no-pdf", "--key", key_file)
    assert said.code == 0, said.err

    page = (tmp_path / "report.html").read_text()

    read = map(unescape, re.findall("<bdi>(.*?)</bdi>", page, re.DOTALL))
    assert set(read) == {name for name, _ in TAKEN.values()}


def test_it_speaks_every_language_of_the_petition(page: str) -> None:
    for language, texts in CAMPAIGN.texts.items():
        assert f'<article class="edition" lang="{language}">' in page
        assert texts.plea[0] in page.replace("&#39;", "'")
    assert "1,527 people have signed" in page
    assert "대한민국" in page
    assert "韩国" in page


def test_it_refers_to_nothing_outside_itself(page: str) -> None:
    assert not re.search(r"(src|href|url|import|@font-face)\s*[=(:]", page)
    assert "http" not in page.replace("http-equiv", "")
    assert "default-src 'none'" in page


def test_it_names_those_who_agreed_and_nobody_else(page: str) -> None:
    assert "<bdi>金民秀</bdi>" in page
    assert "Silent" not in page
    assert "A friend" not in page
    assert "example.org" not in page
    assert "private word" not in page
    assert "1,525 more have signed" in page


def test_a_name_is_text_whatever_it_says(page: str) -> None:
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_it_says_itself_what_was_not_opened_and_why(page: str) -> None:
    page = unescape(page)
    for language, number in (("en", "fewer than 10"), ("ko", "10 미만"), ("zh-Hans", "不到 10")):
        phrases = PHRASES[language]
        assert phrases["closed"].format(number="11") in page
        assert phrases["junk"].format(number=number) in page
        assert phrases["unchecked"] in page
        assert phrases["sealed"] not in page


def test_it_tells_the_key_that_it_was_opened_with(page: str, keys: DevelopmentKeys) -> None:
    name = fingerprint(keys.private_key.public_key())

    assert all(PHRASES[lang]["keys"].format(keys=name) in page for lang in CAMPAIGN.languages)


def test_without_a_key_it_says_that_it_names_nobody(
    organizer: Command, forged: Forged, tmp_path: Path
) -> None:
    forged.add(20)

    said = organizer("report", tmp_path / "report.html", "--no-pdf")

    assert said.code == 0, said.err
    page = (tmp_path / "report.html").read_text()
    assert all(PHRASES[language]["sealed"] in page for language in CAMPAIGN.languages)


def test_a_key_that_opens_nothing_makes_no_report(
    organizer: Command, forged: Forged, tmp_path: Path
) -> None:
    forged.add(20)
    organizer("keys", "new", "--single", tmp_path / "another.pem")

    key = ("--key", tmp_path / "another.pem")
    said = organizer("report", tmp_path / "report.html", "--no-pdf", *key)

    assert said.code == 1
    assert "opens none of 20 boxes" in said.err
    assert not (tmp_path / "report.html").exists()


def test_contested_names_are_reported_once_they_are_decided(
    organizer: Command, signers: Signers, key_file: Path, tmp_path: Path
) -> None:
    signers.sign("Ada", address="ada@example.org", delivery=True)
    signers.sign("Eve", address="ada@example.org", delivery=True, again="eve")
    options = ("--no-pdf", "--key", key_file)
    organizer("report", tmp_path / "first.html", *options)
    contested = tmp_path / "first.html.contested.jsonl"
    line = json.loads(contested.read_text())
    names = [candidate["name"] for candidate in line["candidates"]]
    contested.write_text(json.dumps(line | {"decision": names.index("Ada") + 1}))

    said = organizer("report", tmp_path / "next.html", "--decisions", contested, *options)

    assert said.code == 0, said.err
    first, following = ((tmp_path / name).read_text() for name in ("first.html", "next.html"))
    assert "<bdi>" not in first
    assert PHRASES["en"]["contested"].format(number="fewer than 10") in first
    assert re.findall("<bdi>(.*?)</bdi>", following) == ["Ada"]


def test_an_address_that_claimed_twice_is_in_its_charts_once(
    database: Database, forged: Forged
) -> None:
    forged.add(30, claims=3, via="0123456789.weibo")

    figures = figure(database, gather(database, Opening(PETITION)))

    assert figures.signatures == figures.hours.total() == 30
    assert figures.networks == [("weibo", 30)]


def test_few_from_elsewhere_are_not_told_by_what_the_rows_lack_of_the_total() -> None:
    countries = {"KR": 500, "US": 40, "FR": 6, "ZZ": 1}

    assert fold(countries, 547) == [("KR", 500), ("other", 47)]
    assert fold(countries | {"FR": 9}, 550) == [("KR", 500), ("US", 40), ("other", 10)]
    assert fold({"FR": 6}, 6) == [("other", 6)]
    assert fold({"ZZ": 100}, 100) == [("other", 100)]
    assert fold({}, 0) == []


def test_no_country_network_or_hour_of_few_stands_in_it(page: str) -> None:
    assert "France" not in page
    assert "E-mail" not in page
    rows = re.findall(r"<tr><td>(.*?)</td><td class=\"r\">([\d,]+)</td>", page)
    others = {phrases["other"] for phrases in PHRASES.values()}
    assert all(int(n.replace(",", "")) >= 10 for name, n in rows if name not in others)
    assert page.count('class="few"') == len(CAMPAIGN.texts)


def test_its_charts_are_well_formed_pictures(page: str) -> None:
    drawn = re.findall(r"<svg.*?</svg>", page, re.DOTALL)

    assert len(drawn) == 4 * len(CAMPAIGN.texts)
    for svg in drawn:
        for rectangle in ElementTree.fromstring(svg).iter("rect"):  # noqa: S314 – our own
            assert float(rectangle.get("width", "-1")) >= 0
            x, width = float(rectangle.get("x", "-1")), float(rectangle.get("width", "-1"))
            assert 0 <= x <= x + width <= charts.WIDTH


def test_a_bar_is_as_long_as_its_number() -> None:
    svg = charts.bars([("a", 400), ("b", 100)], str, "title")

    first, second = (float(w) for w in re.findall(r'class="bar"[^>]* width="([\d.]+)"', svg))
    assert first == 4 * second


def test_a_column_is_as_high_as_its_number_and_a_small_one_is_not_told() -> None:
    svg = charts.columns([200, 50, 0, 3, 9], [""] * 5, str, "title", floor=10)

    heights = [float(h) for h in re.findall(r'class="bar"[^>]* height="([\d.]+)"', svg)]
    hollow = re.findall(r'class="few"[^>]* height="([\d.]+)"', svg)
    assert heights == [charts.COLUMN_CHART, charts.COLUMN_CHART / 4]
    assert len(hollow) == 2
    assert len(set(hollow)) == 1


def test_columns_of_a_long_petition_hold_every_signature() -> None:
    hours = Counter({FIRST + dt.timedelta(hours=7 * i): i + 1 for i in range(400)})
    figures = Figures(FIRST, hours.total(), [], 0, hours=hours)

    step, columns = figures.columns()

    assert step == 24
    assert len(columns) <= 120
    assert sum(number for _, number in columns) == hours.total()


@pytest.mark.parametrize(
    ("hours", "captions"),
    [
        (1, ("Each column is 1 hour (UTC).", "每一柱为1小时（", "막대 하나가 1시간입니다")),
        (
            12 * 120,
            ("Each column is 12 hours (UTC).", "每一柱为12小时（", "막대 하나가 12시간입니다"),
        ),
        (24 * 120, ("Each column is 1 day (UTC).", "每一柱为1天（", "막대 하나가 1일입니다")),
        (24 * 7 * 120, ("Each column is 7 days (UTC).", "每一柱为7天（", "막대 하나가 7일입니다")),
    ],
)
def test_a_column_says_how_long_it_is(hours: int, captions: tuple[str, ...]) -> None:
    span = Counter({FIRST: 10, FIRST + dt.timedelta(hours=hours - 1): 10})

    page = write(CAMPAIGN, Figures(FIRST, 20, [], 0, hours=span), Published())

    assert all(caption in page for caption in captions)


def test_no_place_is_told_twice(page: str) -> None:
    for chart in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        names = re.findall(r'text-anchor="end">([^<]*[^\d,<][^<]*)</text>', chart)
        assert len(names) == len(set(names))
    for table in re.findall(r"<tbody>.*?</tbody>", page, re.DOTALL):
        names = re.findall(r"<tr><td>(.*?)</td>", table)
        assert len(names) == len(set(names)) >= 2


def test_networks_of_few_are_added_up() -> None:
    networks = Counter({"weibo": 20, "line": 6, "x": 5})

    assert fold_networks(networks) == [("weibo", 20), ("other", 11)]
    assert fold_networks(Counter({"weibo": 20, "x": 12, "line": 6})) == [
        ("weibo", 20),
        ("other", 18),
    ]
    assert fold_networks(Counter({"weibo": 20, "line": 6})) == [("other", 26)]
    assert fold_networks(Counter({"weibo": 20})) == [("weibo", 20)]
    assert fold_networks(Counter({"line": 6})) == []


def test_every_network_and_language_has_its_phrases() -> None:
    marks = [("", 10), ("other", 10), *((mark, 10) for mark in MARKS)]
    figures = Figures(FIRST, 100, [("KR", 100)], 50, networks=marks, kept=12, invalidated=11)

    page = write(CAMPAIGN, figures, Published())

    assert page.count("KakaoTalk") == 2
    assert "카카오톡" in page
    assert {frozenset(phrases) for phrases in PHRASES.values()} == {frozenset(PHRASES["en"])}
    assert "removed as fraud" in page


def test_the_outcome_is_told_once_the_petition_is_closed() -> None:
    figures = Figures(FIRST, 0, [], 0)
    text = CAMPAIGN.texts["en"].outcomes["free"].headline

    assert text not in write(CAMPAIGN, figures, Published(Status.OPEN, "free"))
    assert text in write(CAMPAIGN, figures, Published(Status.CLOSED, "free"))


def test_it_is_not_made_while_the_tally_is_wrong(
    organizer: Command, forged: Forged, petition: firestore.DocumentReference, tmp_path: Path
) -> None:
    forged.add(20)
    petition.collection("lanes").document("5").set({"signatures": 1})

    said = organizer("report", tmp_path / "report.html")

    assert said.code == 1
    assert "recount --repair" in said.err
    assert not (tmp_path / "report.html").exists()


def test_it_is_printed_where_a_browser_is(
    organizer: Command, forged: Forged, tmp_path: Path
) -> None:
    forged.add(20)
    output = tmp_path / "report.html"

    said = organizer("report", output)

    assert said.code == 0, said.err
    assert output.stat().st_mode & 0o777 == 0o600
    if not find_browser():
        assert "no Chromium" in said.err
        return
    pdf = output.with_suffix(".pdf")
    assert pdf.read_bytes().startswith(b"%PDF")
    assert pdf.stat().st_mode & 0o777 == 0o600


def test_every_page_but_the_cover_has_its_number(
    organizer: Command, forged: Forged, tmp_path: Path
) -> None:
    if not (find_browser() and shutil.which("pdftotext")):
        do_without("There is no Chromium or pdftotext: apt install chromium poppler-utils.")
    forged.add(20)
    organizer("report", tmp_path / "report.html")

    read = ["pdftotext", "-layout", str(tmp_path / "report.pdf"), "-"]
    text = subprocess.run(read, check=True, capture_output=True, text=True).stdout
    cover, *pages = text.split("\f")[:-1]

    assert not re.search(r"\d ?/ ?\d", cover)
    assert len(pages) > 3
    for number, page in enumerate(pages, 2):
        assert re.search(rf"\s{number} ?/ ?{len(pages) + 1}\s*$", page)


def test_nobody_else_may_read_a_pdf_while_it_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The browser gives its file the default mode, so it must stand where nobody else looks."""
    browser = tmp_path / "chromium"
    browser.write_text(
        "#!/bin/sh\n"
        'for option; do case "$option" in --print-to-pdf=*) target="${option#*=}";; esac; done\n'
        f'ls -ld "$(dirname "$target")" > {tmp_path}/seen\n'
        'echo "%PDF" > "$target"\n'
    )
    browser.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    page = tmp_path / "open to all" / "report.html"
    page.parent.mkdir()
    page.parent.chmod(0o755)
    page.write_text("<p>A friend</p>")

    print_pdf(page)

    assert (tmp_path / "seen").read_text().startswith("drwx------")
    assert page.with_suffix(".pdf").stat().st_mode & 0o777 == 0o600


def test_a_pdf_is_never_overwritten(organizer: Command, forged: Forged, tmp_path: Path) -> None:
    forged.add(20)
    (tmp_path / "report.pdf").write_text("mine")

    said = organizer("report", tmp_path / "report.html")

    assert said.code == 1
    assert "report.pdf exists and is not overwritten" in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["report.pdf"]
    assert (tmp_path / "report.pdf").read_text() == "mine"


def test_a_page_is_not_written_into_a_file_of_another_kind(
    organizer: Command, tmp_path: Path
) -> None:
    said = organizer("report", tmp_path / "bad.pdf")

    assert said.code == 2
    assert "name it as in report.html" in said.err
    assert list(tmp_path.iterdir()) == []
