"""A list of names as a file of its own, and the totals that go with it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from organizer.reporting.figures import Figures
from organizer.reporting.phrases import PHRASES, remarks
from organizer.signatures.decisions import write_contested
from organizer.signatures.gathering import Gathered
from organizer.signatures.rows import DELIVERED, Format, write_header, write_rows
from organizer.trustees.private_key import write_secret


def write_names(path: Path, names: list[str], format: Format, *, bom: bool) -> None:
    """
    Write names, and nothing else of anybody.

    Raises:
        CannotDo: The file exists, or cannot be written.
    """
    rows = write_rows([dict(zip(DELIVERED, [name], strict=True)) for name in names], format)
    write_secret(path, (write_header(DELIVERED, format, bom=bom) + rows).encode())


def write_totals(path: Path, figures: Figures) -> None:
    """
    Write what goes with a list of names: all who signed, those who are not named, and why.

    Raises:
        CannotDo: The file exists, or cannot be written.
    """
    told = remarks(PHRASES["en"], figures.left_out, str, checked=figures.checked)
    totals: dict[str, Any] = {
        "signatures": figures.signatures,
        "named": len(figures.names),
        "anonymous": figures.anonymous,
        "countries": [
            {"country": code, "signatures": number} for code, number in figures.countries
        ],
        "keys": list(figures.keys),
        "remarks": list(told),
        "as_of": figures.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    write_secret(path, (json.dumps(totals, indent=2) + "\n").encode())


def write_contested_names(path: Path, gathered: Gathered) -> None:
    """
    Write the names that organizers have to decide, if there are any.

    Raises:
        CannotDo: The file exists, or cannot be written.
    """
    if gathered.contested:
        write_secret(path, "".join(map(write_contested, gathered.contested)).encode())


def write_unread(path: Path, gathered: Gathered) -> None:
    """
    Write the ids of signers no box of whom could be read, if there are any.

    Raises:
        CannotDo: The file exists, or cannot be written.
    """
    if gathered.unread:
        write_secret(path, "".join(f"{signer}\n" for signer in gathered.unread).encode())


def explain(
    left_out: Mapping[str, int],
    contested: Path | None,
    unread: Path | None = None,
    *,
    checked: bool,
) -> Iterator[str]:
    """
    Say to organizers how many are not named and why, exactly, and what they can decide.

    Args:
        left_out: As `Gathered.left_out`.
        contested: The file of contested names, if one was written.
        unread: The file of signers no box of whom could be read, if one was written.
        checked: Whether boxes were checked against the addresses that they count for.
    """
    if number := left_out["withheld"]:
        yield f"{number:,} signers did not agree to be named, or you decided so."
    if number := left_out["unread"]:
        listed = f"; {unread} lists them" if unread else ""
        yield f"{number:,} signers have no box that could be read{listed}."
    yield from remarks(PHRASES["en"], left_out, "{:,}".format, checked=checked, floor=1)
    if left_out["contested"] and contested is None:
        yield "Export into a file to decide the contested names: they are listed beside it."
    elif left_out["contested"]:
        yield (
            f"Decide the contested names in {contested}, and run this again with --decisions and "
            "that file."
        )
