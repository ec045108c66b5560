"""Looking through the names before they are written, while they are in memory alone."""

from pathlib import Path

from organizer import CannotDo
from organizer.signatures.decisions import read_decisions, write_contested
from organizer.signatures.gathering import Gathered
from organizer.signatures.withholding import Withheld, read_withheld, write_names
from organizer.terminal import ask, say
from organizer.trustees.private_key import write_secret

GO_ON = "deliver"


def look_through(gathered: Gathered, folder: Path, withheld: Withheld) -> Withheld:
    """
    Let organizers withhold names and decide contested ones, in two files that are removed again.

    Args:
        withheld: What is withheld already; it is marked in the file.

    Returns:
        What is withheld now; the gathered names are those that are left.

    Raises:
        CannotDo: The input has ended, or a file cannot be written.
    """
    names, contested = folder / "names.review.txt", folder / "contested.review.jsonl"
    try:
        while True:
            _write(names, contested, gathered, withheld)
            ask("Press Enter when you have looked through them and saved:")
            withheld = _read(names, contested, gathered)
            left = sum(withheld.reason(name) is None for name in gathered.names)
            say(
                f"{left:,} names are handed over, {len(gathered.names) - left:,} are withheld, "
                f"{len(gathered.contested):,} are contested and stay out."
            )
            if ask(f"Type {GO_ON} to write them, or press Enter to look again:") == GO_ON:
                break
    finally:
        for path in (names, contested):
            path.unlink(missing_ok=True)
    return withheld


def _write(names: Path, contested: Path, gathered: Gathered, withheld: Withheld) -> None:
    for path in (names, contested):
        path.unlink(missing_ok=True)
    write_secret(names, write_names(gathered.names, withheld).encode())
    say(f"Look through the names in {names}, and say there what is to be withheld.")
    if gathered.contested:
        write_secret(contested, "".join(map(write_contested, gathered.contested)).encode())
        say(f"Decide the contested ones in {contested}: the place of the candidate, or withhold.")


def _read(names: Path, contested: Path, gathered: Gathered) -> Withheld:
    while True:
        try:
            withheld = read_withheld(names)
            if gathered.contested:
                gathered.decide(read_decisions(contested))
            return withheld
        except CannotDo as fault:
            say(str(fault), style="red")
            ask("Put it right, save, and press Enter:")
