"""How claims and signers are written: as CSV for spreadsheets, or exactly, as JSON Lines."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

from petition.documents import Claim
from petition.seal import Contents

from organizer.signatures.naming import Naming, Person

Row = Mapping[str, str | bool | None]

# What the database itself knows of each claim; what the key opens, a row for each signer; and
# what consent covers: a name alone.
KNOWN = ("signer", "country", "language", "via", "signed_hour")
OPENED = (*KNOWN, "name", "email", "message", "delivery", "news", "contested")
DELIVERED = ("name",)

# A cell that begins like this is a formula to some spreadsheet, also behind white space; and so
# is one that only begins there because another separator than the comma was expected.
# Source: OWASP, CSV Injection
_FORMULA = re.compile(r"(^|[,;|\t])((?:[^\S\t]|[\"'])*)(?=[=+\-@\t\r\n＝＋－＠])")
# What a spreadsheet takes for a number, a time or a date: a telephone number loses its first 0 and
# 12E5 becomes 1,200,000.
_NUMBER = re.compile(r"(?=.*\d)[\d\s.,:/()%eE'’-]+")
# A line break ends a row for readers that took the quotes for something else.
_BREAKS = re.compile(r"\s*[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+\s*")

BOM = "\ufeff"  # what makes a spreadsheet read UTF-8


class Format(StrEnum):
    """How rows are written."""

    CSV = "csv"
    JSONL = "jsonl"


def known_row(claim: Claim) -> Row:
    """Return what the database knows of a claim."""
    hour = claim.signed_hour
    return {
        "signer": claim.signer,
        "country": claim.country,
        "language": claim.language,
        "via": claim.via,
        "signed_hour": hour.strftime("%Y-%m-%dT%H:%M:%SZ") if hour else None,
    }


def opened_row(claim: Claim, contents: Contents, person: Person) -> Row:
    """Return a signer by the claim that speaks for them, and what was sealed in it."""
    return {
        **known_row(claim),
        "name": contents.name,
        "email": contents.email,
        "message": contents.message,
        "delivery": contents.consent.delivery,
        "news": contents.consent.news,
        "contested": person.naming is Naming.CONTESTED,
    }


def write_header(columns: Iterable[str], format: Format, *, bom: bool) -> str:
    """Return what a file begins with."""
    if format is Format.JSONL:
        return ""
    return (BOM if bom else "") + ",".join(f'"{column}"' for column in columns) + "\r\n"


def write_rows(rows: Iterable[Row], format: Format) -> str:
    """Return rows as text; each ends its line."""
    if format is Format.JSONL:
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    for row in rows:
        writer.writerow([neutralise(value) for value in row.values()])
    return text.getvalue()


def neutralise(value: str | bool | None) -> str:
    """
    Return a cell that no spreadsheet takes for a formula or a number, on one line.

    An apostrophe goes before what would begin a formula, at the start or behind any separator, and
    before what would be a number as a whole.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    # The white space at the start hides a formula from us, but not from every spreadsheet.
    cell = _FORMULA.sub(r"\1'\2", _BREAKS.sub(" ", value))
    return f"'{cell}" if cell == value and _NUMBER.fullmatch(cell) else cell
