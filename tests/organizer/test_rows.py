"""CSV that no spreadsheet executes, and JSON Lines that change nothing."""

import csv
import io
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from petition.documents import Claim
from petition.seal import Consent, Contents

from organizer.signatures.naming import Naming, Person
from organizer.signatures.rows import (
    BOM,
    OPENED,
    Format,
    neutralise,
    opened_row,
    write_header,
    write_rows,
)
from tests.conftest import do_without

# Each is a formula to some spreadsheet, or becomes one when another separator was expected.
FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1,1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1,1)",
    '"=1+1"',
    "hello;=1+1;x",
    "hello\t=1+1\tx",
    "\t=1+1\tx",
    "hello;\t=1+1\tx",
    "hello; =1+1 ;x",
    'hello";"=1+1',
    "hello,=1+1",
    "hello\n=1+1;=2+2",
    "hello\u2028=1+1",
    '=HYPERLINK("http://example.org","click")',
    "=cmd|' /C calc'!A0",
)
NUMBERS = (
    "01012345678",
    "010-1234-5678",
    "(010) 1234 5678",
    "12E5",
    "1e9",
    "0123456789",
    "3/4",
    "2012-02-14",
    "12:30",
    "1,234.50",
    "50 %",
    "１２３",
)
HARMLESS = ("Ada Lovelace", "O'Brien", "金民秀", "a-b", "1=1", "see you :-)", "")


def signature(name: str, message: str = "") -> dict[str, str | bool | None]:
    """Return the row of somebody with a name and a message."""
    claim = Claim("r" * 43, "a" * 52, country="KR", language="ko")
    person = Person(claim.signer, Naming.WITHHELD)
    return dict(opened_row(claim, Contents(name, "a@example.org", message, Consent()), person))


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_text(text: str) -> None:
    cell = neutralise(text)

    for part in re.split("[,;|\t]", cell):
        assert not re.match(r'[\s"]*[=+\-@＝＋－＠]', part)
    assert not set(cell) & set("\r\n\u2028")


def test_a_formula_behind_another_separator_becomes_text() -> None:
    assert neutralise('hello;"=1+1";x') == 'hello;\'"=1+1";x'


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_stays_as_it_was_written(text: str) -> None:
    assert neutralise(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert neutralise(text) == text


def test_json_lines_change_nothing() -> None:
    rows = [signature(text, text) for text in (*FORMULAS, *HARMLESS)]

    lines = write_rows(rows, Format.JSONL).split("\n")[:-1]

    assert [json.loads(line) for line in lines] == rows


def test_csv_has_one_line_for_each_signature_and_one_for_the_header() -> None:
    rows = [signature(text, text) for text in FORMULAS]

    text = write_header(OPENED, Format.CSV, bom=True) + write_rows(rows, Format.CSV)

    assert text.startswith(BOM)
    assert text.count("\n") == len(text.splitlines()) == len(rows) + 1
    assert len(list(csv.DictReader(io.StringIO(text.removeprefix(BOM))))) == len(rows)


# The separator that the spreadsheet expects, by LibreOffice's number of the character.
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_spreadsheet_executes_no_formula(tmp_path: Path, separator: str) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        do_without(
            "There is no LibreOffice: install it, on Debian with apt install libreoffice-calc."
        )
    rows = [signature(text, text) for text in (*FORMULAS, *NUMBERS)]
    page = tmp_path / "names.csv"
    page.write_text(write_header(OPENED, Format.CSV, bom=True) + write_rows(rows, Format.CSV))

    # 34 is the quote, 76 is UTF-8; "evaluate formulas" is switched on, which is the worst case.
    options = f"CSV:{ord(separator)},34,76,1,,0,false,true,false,false,false,0,true"
    command = [
        office,
        "--headless",
        f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
        f"--infilter={options}",
        "--convert-to",
        "fods",
        "--outdir",
        str(tmp_path),
        str(page),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    sheet = (tmp_path / "names.fods").read_text()

    assert "example.org" in sheet
    assert "table:formula" not in sheet
    # What is left are numbers behind a separator that only this spreadsheet knows.
    if separator == ",":
        assert set(re.findall(r'office:value-type="(\w+)"', sheet)) == {"string"}
