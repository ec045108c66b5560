"""Who is told: those who asked for news, as lists by language that only their owner can read."""

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from itertools import groupby
from pathlib import Path

import idna
from petition.address import AddressError, canonicalise

from organizer import CannotDo
from organizer.news.stamps import Purpose, Stamps, make_stamp
from organizer.signatures.gathering import Subscriber
from organizer.signatures.rows import Format, neutralise, write_header, write_rows
from organizer.trustees.private_key import write_secret

PEOPLE = "people.jsonl"  # what `news send` reads: whose claim it is as well
TOLD = "told.stamps"
COLUMNS = ("email",)


def choose(
    subscribers: Iterable[Subscriber],
    petition: str,
    languages: Sequence[str],
    told: Stamps,
    stopped: Stamps,
) -> tuple[list[Subscriber], Counter[str]]:
    """
    Return who is to be told, sorted by language, each address once and as mail takes it.

    Args:
        languages: Those of the petition; whoever has none of them reads the first.

    Returns:
        Also how many are left out: `told` already, `stopped`, or `unusable` addresses and such as
        another signer has given.
    """
    chosen: dict[str, Subscriber] = {}
    left_out: Counter[str] = Counter(told=0, stopped=0, unusable=0)
    for person in subscribers:
        if make_stamp(Purpose.STOPPED, petition, person.signer) in stopped:
            left_out["stopped"] += 1
        elif make_stamp(Purpose.TOLD, petition, person.signer) in told:
            left_out["told"] += 1
        elif not (email := as_mail_takes_it(person.email)) or canonicalise(email) in chosen:
            left_out["unusable"] += 1
        else:
            language = person.language if person.language in languages else languages[0]
            chosen[canonicalise(email)] = replace(person, email=email, language=language)
    return sorted(chosen.values(), key=lambda p: (languages.index(p.language), p.email)), left_out


def as_mail_takes_it(address: str) -> str | None:
    """Return an address with its domain in ASCII, or None if it is none, or would be a formula."""
    text = unicodedata.normalize("NFKC", address).strip(" \t\r\n")
    try:
        canonicalise(text)
        local, _, domain = text.rpartition("@")
        domain = domain.replace("。", ".").lower()
        if not domain.isascii():
            domain = idna.encode(domain, uts46=True).decode("ascii")
    except (AddressError, idna.IDNAError):
        return None
    email = f"{local}@{domain}"
    return email if neutralise(email) == email else None


def write_lists(folder: Path, petition: str, people: Sequence[Subscriber]) -> None:
    """
    Write a list of addresses for each language, and one of people for `news send`.

    Raises:
        CannotDo: There is a list already, or it cannot be written.
    """
    if lists := find_lists(folder):
        raise CannotDo(
            f"{lists[0]} is there already: `news send` it, or `news told` if you have sent it "
            "yourself, or remove the lists."
        )
    lines = [
        json.dumps({"petition": petition, **asdict(person)}, ensure_ascii=False) + "\n"
        for person in people
    ]
    write_secret(folder / PEOPLE, "".join(lines).encode())
    for language, own in groupby(people, key=lambda person: person.language):
        rows = [{"email": person.email} for person in own]
        text = write_header(COLUMNS, Format.CSV, bom=False) + write_rows(rows, Format.CSV)
        write_secret(folder / f"{language}.csv", text.encode())


def read_people(folder: Path, petition: str) -> list[Subscriber]:
    """
    Read the people of a petition whom `write_lists` wrote.

    Raises:
        CannotDo: There is no list, or it is not as it was written, or of another petition.
    """
    path = folder / PEOPLE
    people = []
    try:
        for line in path.read_text(encoding="utf-8").split("\n"):
            if not line:
                continue
            fields = json.loads(line)
            if fields.pop("petition") != petition:
                raise CannotDo(f"{path} is of another petition; name it by --petition.")
            people.append(Subscriber(**fields))
    except FileNotFoundError:
        raise CannotDo(f"There is no {path}: run `news export {folder}` first.") from None
    except (OSError, ValueError, TypeError, KeyError):
        raise CannotDo(f"{path} cannot be read, or is not as it was written.") from None
    return people


def find_lists(folder: Path) -> list[Path]:
    """Return the lists of addresses in a folder."""
    return [*folder.glob(PEOPLE), *sorted(folder.glob("*.csv"))]


def remove_lists(folder: Path) -> None:
    """Remove every list of addresses: the stamps remember whom they were for."""
    for path in find_lists(folder):
        path.unlink()
