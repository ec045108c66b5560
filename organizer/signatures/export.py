"""Writing what was signed into a file, page by page, however much there is."""

import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from organizer.connection import Connection
from organizer.signatures import rows
from organizer.signatures.checkpoint import Flowing, Growing
from organizer.signatures.database import PAGE, Database
from organizer.signatures.decisions import read_decisions, write_contested
from organizer.signatures.naming import Naming, Person, name_signer
from organizer.signatures.opening import OpenedClaim, Opening, Verdict
from organizer.signatures.proof import tell_time
from organizer.signatures.reading import CHECKED_PAGE, list_claims, read_signers
from organizer.signatures.rows import Format, write_header, write_rows
from organizer.terminal import say

Signer = tuple[str, list[OpenedClaim]]
Pages = Growing | Flowing
STDOUT = Path("-")


@dataclass(frozen=True)
class Export:
    """
    What is wanted: where, and how.

    Args:
        output: STDOUT for a pipe, beside which nothing is written.
        decisions: The file in which organizers decided contested names.
    """

    output: Path
    format: Format
    bom: bool
    opening: Opening
    decisions: Path | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of what each row holds."""
        return rows.OPENED if self.opening.keys else rows.KNOWN

    @property
    def unread(self) -> Path:
        """Return where signers are listed no box of whom could be read."""
        return self.output.with_name(f"{self.output.name}.unread.txt")

    @property
    def contested(self) -> Path:
        """Return where names are listed that organizers have to decide."""
        return self.output.with_name(f"{self.output.name}.contested.jsonl")


def write(export: Export, connection: Connection, database: Database) -> dict[str, int]:
    """
    Write the file, from the beginning or from where it was left.

    Returns:
        How many rows were `written`. With the key also how many signers were `withheld` (they
        did not agree), `contested` or `unread`, and how many boxes were `closed`, `junk` or
        `other`; see `Naming` and `Verdict`.
    """
    files = {"output": export.output}
    if export.opening.keys:
        files |= {"unread": export.unread, "contested": export.contested}
    add = _adder(export)
    flows = export.output == STDOUT
    growing: Pages = Flowing() if flows else Growing(files, _options(export, connection))
    finished = False
    try:
        _fill(export, growing, database, add)
        finished = True
    finally:
        growing.close(finished=finished)
    for name in ("unread", "contested"):
        if not flows and name in files and not files[name].stat().st_size:
            files[name].unlink()
    return growing.progress.numbers


def _fill(
    export: Export, growing: Pages, database: Database, add: Callable[..., Counter[str]]
) -> None:
    after = growing.progress.after
    if growing.resumed:
        say(f"Going on with {export.output} where it was left.")
    else:
        growing.write("output", write_header(export.columns, export.format, bom=export.bom))
    numbers = growing.progress.numbers
    for name in add(growing, []):  # Whatever is counted is told, also when it is none.
        numbers.setdefault(name, 0)
    listed = list_claims(database, database.instant())
    # All lines of a signer are less than this.
    left = listed[bisect_right(listed, f"{after}~") :] if after else listed
    tell_time(export.opening, len(left))
    signers = read_signers(database, export.opening, left)
    size = CHECKED_PAGE if export.opening.checks else PAGE
    while some := list(islice(signers, size)):
        for name, number in add(growing, some).items():
            numbers[name] = numbers.get(name, 0) + number
        growing.note(some[-1][0])


def _options(export: Export, connection: Connection) -> dict[str, str]:
    decisions = export.decisions.read_bytes() if export.decisions else b""
    return {
        "project": connection.project,
        "database": connection.database,
        "petition": connection.petition,
        "columns": ",".join(export.columns),
        "format": f"{export.format}{' bom' if export.bom else ''}",
        "checked": "yes" if export.opening.checks else "no",
        "decisions": hashlib.sha256(decisions).hexdigest(),
    }


def _adder(export: Export) -> Callable[[Pages, list[Signer]], Counter[str]]:
    decisions = read_decisions(export.decisions)

    def add_known(growing: Pages, signers: list[Signer]) -> Counter[str]:
        known = [rows.known_row(claim.stored.content) for _, own in signers for claim in own]
        growing.write("output", write_rows(known, export.format))
        return Counter(written=len(known))

    def add_opened(growing: Pages, signers: list[Signer]) -> Counter[str]:
        people = [name_signer(signer, own, decisions) for signer, own in signers]
        unread = [person for person in people if person.naming is Naming.UNREAD]
        contested = [person for person in people if person.naming is Naming.CONTESTED]
        lines = list(_rows(people))
        growing.write("output", write_rows(lines, export.format))
        growing.write("unread", "".join(f"{person.signer}\n" for person in unread))
        growing.write("contested", "".join(map(write_contested, contested)))
        numbers = Counter(written=len(lines))
        numbers.update(_count_people(people))
        numbers.update(_count_boxes(signers))
        return numbers

    return add_opened if export.opening.keys else add_known


def _rows(people: Iterable[Person]) -> Iterator[rows.Row]:
    for person in people:
        if person.contents and person.speaker:
            yield rows.opened_row(person.speaker.stored.content, person.contents, person)


def _count_people(people: Iterable[Person]) -> Counter[str]:
    namings = Counter(person.naming for person in people)
    return Counter({n.value: namings[n] for n in Naming if n is not Naming.NAMED})


def _count_boxes(signers: Iterable[Signer]) -> Counter[str]:
    verdicts = Counter(claim.verdict for _, own in signers for claim in own)
    return Counter({v.value: verdicts[v] for v in (Verdict.CLOSED, Verdict.JUNK, Verdict.OTHER)})
