"""
Names that organizers withhold: found by them, counted with their reason,
told in what goes out.
"""

import json
import re
from pathlib import Path

import pytest
from petition.seal import Consent, Contents

from organizer import CannotDo
from organizer.signatures.withholding import Reason, Withheld, read_withheld, write_names
from tests.organizer.conftest import Command, Forged


def write(path: Path, text: str) -> Path:
    """Write a file, and return it."""
    path.write_text(text, encoding="utf-8")
    return path


def test_a_name_is_withheld_however_it_is_spaced_and_in_whatever_case(tmp_path: Path) -> None:
    file = write(tmp_path / "list", "# a list\nabuse\tBuy  Watches\ndanger 金民秀\nkeep\tAda\n\n")

    withheld = read_withheld(file)

    assert withheld.reason("buy watches ") is Reason.ABUSE
    assert withheld.reason("BUY\nWATCHES") is Reason.ABUSE
    assert withheld.reason("金民秀") is Reason.DANGER
    assert withheld.reason("Ada") is None
    assert read_withheld(None).reason("Ada") is None


@pytest.mark.parametrize("line", ["mean\tAda", "Ada Lovelace", "abuse", "fake\t "])
def test_a_line_that_is_not_understood_is_told_by_its_number_alone(
    tmp_path: Path, line: str
) -> None:
    file = write(tmp_path / "list", f"keep\tBob\n{line}\n")

    with pytest.raises(CannotDo, match="line 2: ") as told:
        read_withheld(file)

    assert "Ada" not in str(told.value)


def test_names_to_look_through_are_there_once_and_the_odd_ones_first(tmp_path: Path) -> None:
    names = ["Bob", "Ada", "Ada", "www.watches.example", "R2D2", "Zed\x1b[2J", "نرگس\u200cزاده"]

    text = write_names(names, Withheld({"bob": Reason.FAKE}))

    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines == [
        "keep\tR2D2",
        "keep\tZed\ufffd[2J",
        "keep\twww.watches.example",
        "keep\tAda",
        "fake\tBob",
        "keep\tنرگس\u200cزاده",
    ]
    changed = write(tmp_path / "list", text.replace("keep\tZed", "abuse\tZed"))
    assert read_withheld(changed).reason("Zed\x1b[2J") is Reason.ABUSE


def test_what_is_withheld_is_in_no_delivery_and_counted_in_every_language(
    organizer: Command, forged: Forged, key_file: Path, tmp_path: Path
) -> None:
    for i, (number, name) in enumerate([(12, "Buy watches"), (1, "Ada"), (1, "Mickey")]):
        contents = Contents(name, "a@example.org", "", Consent(delivery=True))
        forged.add(number, contents=contents, prefix=str(i))
    file = write(tmp_path / "list", "abuse\tBUY WATCHES\nfake\tMickey\n")
    options = ("--key", key_file, "--withhold", file)

    report = organizer("report", tmp_path / "report.html", "--no-pdf", *options)
    export = organizer("export", tmp_path / "names.csv", "--delivery", "--json", *options)

    page = (tmp_path / "report.html").read_text()
    totals = json.loads((tmp_path / "names.csv.totals.json").read_text())
    assert (report.code, export.code) == (0, 0), report.err + export.err
    assert re.findall("<bdi>(.*?)</bdi>", page) == ["Ada"]
    assert (tmp_path / "names.csv").read_text() == '"name"\n"Ada"\n'
    assert (totals["named"], totals["anonymous"]) == (1, 13)
    assert "13 more have signed" in page
    assert "abuse or advertising: 12." in page
    assert "욕설이나 광고여서 주최자가 뺀 이름: 12개." in page
    assert "辱骂或广告" in page
    assert "nobody&#39;s: fewer than 10." in page
    assert json.loads(export.out)["abuse"] == 12
