"""
Rules that organizers saved: lines of `invalidate`, counted again whenever they look.

A file of rules is text, a line each, as a terminal takes them; what begins with # is a remark.
"""

import argparse
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from organizer import MISUNDERSTOOD, CannotDo
from organizer.signatures.filter import Filter, read_country, read_via
from organizer.signatures.hours import read_hour
from organizer.signatures.opening import OpenedClaim


@dataclass(frozen=True)
class Rule:
    """A saved line of `invalidate`, and the filter that it names."""

    line: str
    filter: Filter

    def fits(self, claim: OpenedClaim) -> bool:
        """Tell whether a claim is meant."""
        return self.filter.fits(claim)


def read_rules(path: Path | None, petition: str) -> list[Rule]:
    """
    Read a file of rules.

    Raises:
        CannotDo: It cannot be read, or a line is no rule of this petition that can be counted
            without a key.
    """
    if path is None:
        return []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise CannotDo(f"{path} cannot be read; name a file of rules.", MISUNDERSTOOD) from None
    rules = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            rules.append(Rule(line.strip(), _read(line, petition)))
        except (ValueError, CannotDo):
            raise CannotDo(
                f"Line {number} of {path} is no rule: write a line of `invalidate` with --since, "
                f"--until, --country, --language or --via, about {petition}. What needs the key is "
                "counted by `invalidate` alone.",
                MISUNDERSTOOD,
            ) from None
    return rules


def save_rules(path: Path, lines: Sequence[str], remark: str) -> int:
    """
    Add lines to a file of rules, but for those that are in it, and return how many.

    Raises:
        CannotDo: It cannot be written.
    """
    try:
        known = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        new = [line for line in lines if line not in known]
        if new or not path.exists():  # Whoever saved nothing can still read it.
            path.write_text("\n".join([*known, f"# {remark}", *new, ""]), encoding="utf-8")
    except OSError as error:
        raise CannotDo(f"{path} cannot be written: {error.strerror}.") from None
    return len(new)


def _read(line: str, petition: str) -> Filter:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    for name in ("--project", "--database", "--petition", "--reason"):
        parser.add_argument(name)
    for name in ("--since", "--until"):
        parser.add_argument(name, type=read_hour)
    parser.add_argument("--country", type=read_country)
    parser.add_argument("--language")
    parser.add_argument("--via", type=read_via)
    try:
        said, (first, *rest) = parser.parse_known_args(shlex.split(line))
    except argparse.ArgumentError as fault:
        raise ValueError(str(fault)) from None
    if said.petition not in (None, petition):
        raise ValueError("another petition")
    wanted = Filter(said.since, said.until, said.country, said.language, said.via)
    if [first, *rest] != ["organizer", "invalidate"] or wanted.empty:
        raise ValueError("no line of invalidate")
    return wanted
