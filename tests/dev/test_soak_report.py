"""A soak's report says what was seen, what took the machine, and what was not played."""

import json
import os
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from dev.soak.__main__ import main as soak
from dev.soak.journal import Journal
from dev.soak.latencies import Latencies
from dev.soak.plot import Panel, ceiling, draw
from dev.soak.report import write_report
from dev.soak.verdict import row


@pytest.mark.parametrize(
    ("p99", "mib", "told"),
    [
        (0.9, 40, ["held", "held"]),
        (1.1, 40, ["NOT HELD", "held"]),
        (0.9, 200, ["held", "NOT HELD"]),
    ],
)
def test_others_are_served_at_most_twice_as_late_and_memory_has_a_bound(
    p99: float, mib: int, told: list[str]
) -> None:
    more = {"attackers": 5000, "calm_p99": 0.5, "meanwhile_p99": p99}
    end = {"more": {**more, "calm_kib": 100_000, "meanwhile_kib": 100_000 + 1024 * mib}}

    assert [cell for cell in row("idle-connections", end) if "eld" in cell.lower()] == told


def test_a_report_says_what_took_the_machine_and_how_readers_fared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    journal = Journal(tmp_path / "journal.jsonl")
    reads = Latencies()
    for _ in range(900):
        reads.add(0.004)
    met: dict[str, Any] = {"waits": {}, "statuses": {}}
    still: dict[str, Any] = {"memory_kib": {}, "files": {}, "cpu": {}}
    for seconds, readers in ((10.0, 0.2), (30.0, 0.6)):
        cores = {"sign-0": 0.1, "sign-1": 0.1, "readers": readers}
        journal.add("interval", "record", seconds=seconds, cores=cores, machine=0.5)
    journal.add(
        "end",
        "record",
        seconds=40,
        played={"signs": 100, "pace": 1.0},
        signing=met,
        reading={"waits": reads.packed(), "statuses": {"200": 890, "503": 10}},
        before=still,
        after=still,
        harm={},
        billed=None,
        audit={"faults": [], "claims": 0},
        more={},
    )

    written = write_report(journal, tmp_path).read_text()

    # 900 in 40 s, ten of them without a count; a fifth of a core and half of one, of two cores.
    assert "100 claims a second, faults at pace 1." in written
    rows = [[cell.strip() for cell in line.split("|")[2:-1]] for line in written.splitlines()]
    assert ["900", "22", "4.1", "4.1", "4.1", "4.1", "10"] in rows
    assert ["10", "0", "0", "0", "25", "15"] in rows
    assert "Measured on a busy machine: other programs took 15% of it." in written


def test_a_report_is_written_to_the_documents_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FIRESTORE_EMULATOR_HOST", raising=False)  # The soak takes it away.
    monkeypatch.setattr("dev.soak.__main__.SCENARIOS", {})
    monkeypatch.setattr("dev.soak.__main__.DOCS", tmp_path / "docs" / "soak")
    monkeypatch.setattr("sys.argv", ["soak", "--docs", "--folder", str(tmp_path / "own")])

    soak()

    report = (tmp_path / "docs" / "soak" / "report.md").read_text()
    assert report == (tmp_path / "own" / "report.md").read_text()
    assert str(tmp_path) not in report


def test_a_plot_is_drawn_from_what_was_measured() -> None:
    panels = [Panel("a < b", {"up": [0, 5, 10], "down": [10, 0, 0]})]

    root = ET.fromstring(draw("title", [0, 30, 60], panels))  # noqa: S314 – our own

    named = [node for node in root if node.attrib.get("id") in ("title", "desc")]
    assert [node.text for node in named] == [
        "title",
        "1.0 minutes. a < b: up from 0 to 10, at most 10; down from 10 to 0, at most 10.",
    ]
    lines = [node.attrib["points"].split() for node in root.iter() if "points" in node.attrib]
    heights = [[float(point.partition(",")[2]) for point in line] for line in lines]
    assert heights[0][0] > heights[0][1] > heights[0][2]
    assert heights[1][0] == heights[0][2]


@pytest.mark.parametrize(
    ("value", "top"), [(0, 1), (0.3, 0.5), (1, 1), (1.1, 2), (900, 1000), (5, 5)]
)
def test_an_axis_ends_at_a_round_number(value: float, top: float) -> None:
    assert ceiling(value) == pytest.approx(top)


def test_json_of_the_journal_is_one_line_each(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "a" / "journal.jsonl")
    journal.add("interval", "record", at=1.5)
    journal.add("end", "record", seconds=2)

    lines = (tmp_path / "a" / "journal.jsonl").read_text().splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["interval", "end"]
    assert journal.seconds("record") == 2
