"""
The ceremony: trustees meet once, all is opened once,
and nothing is written before it was seen.
"""

import csv
import json
import re
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from google.cloud import firestore
from petition.seal import Consent, Contents, seal

from organizer.browser import find_browser
from organizer.commands import deliver
from organizer.signatures.database import Database
from organizer.trustees.fingerprint import fingerprint
from organizer.trustees.key_shares import split
from tests.conftest import do_without
from tests.organizer.conftest import PETITION, Command, Forged, Signers

REVIEW = "names.review.txt"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return where the delivery will be."""
    return tmp_path / "delivery"


@pytest.fixture
def crowd(signers: Signers) -> None:
    """Sign as people of every kind."""
    signers.sign("Ada", address="ada@example.org", delivery=True, news=True)
    signers.sign("Bob", address="bob@example.org", delivery=True, language="en")
    signers.sign("Silent", address="silent@example.org", news=True)
    signers.sign("Buy watches", address="watches@example.org", delivery=True)
    signers.sign("Eve", address="eve@example.org", delivery=True)
    signers.sign("Mallory", address="eve@example.org", delivery=True, again="stranger")


@pytest.fixture
def words(signers: Signers) -> list[str]:
    """Return the words of a quorum that opens what was signed."""
    return split(signers.keys.private_key, 3, 2)[1:]


def names_in(folder: Path) -> list[str]:
    """Read the names that are handed over."""
    with (folder / "hand-over" / "names.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row["name"] for row in csv.DictReader(file)]


def type_and_edit(folder: Path, words: Sequence[str]) -> Iterator[str]:
    """Type as the people of a ceremony do, and edit the two files meanwhile."""
    yield from words
    yield ""  # There is no other key.
    review, contested = folder / REVIEW, folder / "contested.review.jsonl"
    text = review.read_text(encoding="utf-8")
    review.write_text(text.replace("keep\tBuy", "advert\tBuy"), encoding="utf-8")
    yield ""  # It is told that there is no such reason.
    review.write_text(text.replace("keep\tBuy", "abuse\tBuy"), encoding="utf-8")
    line = json.loads(contested.read_text())
    names = [candidate["name"] for candidate in line["candidates"]]
    contested.write_text(json.dumps(line | {"decision": names.index("Eve") + 1}))
    yield ""
    yield "deliver"


@pytest.mark.usefixtures("crowd")
def test_trustees_type_once_and_everything_is_there(
    organizer: Command,
    signers: Signers,
    words: list[str],
    petition: firestore.DocumentReference,
    folder: Path,
) -> None:
    petition.set({"status": "closed"}, merge=True)
    typed: Any = type_and_edit(folder, words)

    said = organizer("deliver", folder, "--no-pdf", "--json", typed=typed)

    assert said.code == 0, said.err
    assert "It is closed, with 5 signatures." in said.err
    assert f"That is the key {fingerprint(signers.keys.private_key.public_key())}." in said.err
    assert "a line begins with keep, abuse, fake, danger" in said.err
    numbers = json.loads(said.out)
    assert (numbers["written"], numbers["news"]) == (3, 2)
    assert (numbers["abuse"], numbers["contested"], numbers["withheld"]) == (1, 0, 1)
    assert names_in(folder) == ["Ada", "Bob", "Eve"]
    page = (folder / "hand-over" / "report.html").read_text()
    assert re.findall("<bdi>(.*?)</bdi>", page) == ["Ada", "Bob", "Eve"]
    totals = json.loads((folder / "hand-over" / "totals.json").read_text())
    assert (totals["signatures"], totals["named"], totals["anonymous"]) == (5, 3, 2)
    audit = json.loads((folder / "keep" / "audit.json").read_text())
    assert (audit["exact"], audit["stored"], audit["claims"]) == (True, 5, 6)
    assert audit["as_of"] == totals["as_of"]
    assert (folder / "keep" / "withheld.txt").read_text() == "abuse\tBuy watches\n"
    assert (folder / "keep" / "news" / "ko.csv").read_text().split() == [
        '"email"',
        '"ada@example.org"',
        '"silent@example.org"',
    ]


@pytest.mark.usefixtures("crowd")
def test_what_leaves_organizers_hands_holds_no_address_and_only_its_owner_reads_any_of_it(
    organizer: Command, key_file: Path, folder: Path
) -> None:
    said = organizer("deliver", folder, "--yes", "--no-pdf", "--key", key_file)

    assert said.code == 0, said.err
    handed_over = {path.name: path.read_text("utf-8") for path in (folder / "hand-over").iterdir()}
    assert handed_over.keys() == {"report.html", "names.csv", "totals.json"}
    assert not [name for name, text in handed_over.items() if "example.org" in text]
    assert not [name for name, text in handed_over.items() if "Silent" in text]
    kept = {str(path.relative_to(folder / "keep")) for path in (folder / "keep").rglob("*.*")}
    assert kept == {
        "audit.json",
        "contested.jsonl",
        "withheld.txt",
        "news/ko.csv",
        "news/people.jsonl",
    }
    everything = [path for path in folder.rglob("*") if path.name != ".gitignore"]
    assert {path.stat().st_mode & 0o077 for path in [folder, *everything]} == {0}
    assert not any(name in said.err for name in ("Ada", "ada@", "Buy"))


@pytest.mark.usefixtures("crowd")
def test_every_claim_is_listed_and_opened_once(
    organizer: Command, key_file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed: list[object] = []
    opened: list[str] = []
    claims, get_claims = Database.claims, Database.get_claims

    def list_claims(self: Database, *arguments: Any) -> Any:
        listed.append(arguments)
        return claims(self, *arguments)

    def read(self: Database, receipts: Iterable[str], *arguments: Any) -> Any:
        found = list(receipts)
        opened.extend(found)
        return get_claims(self, found, *arguments)

    monkeypatch.setattr(Database, "claims", list_claims)
    monkeypatch.setattr(Database, "get_claims", read)

    said = organizer("deliver", folder, "--yes", "--no-pdf", "--key", key_file)

    assert said.code == 0, said.err
    assert len(listed) == 1
    assert len(opened) == len(set(opened)) == 6


def test_boxes_of_two_keys_are_opened_by_the_words_of_both(
    organizer: Command, forged: Forged, folder: Path
) -> None:
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    for name, key in zip(("Ada", "Bob"), keys, strict=True):
        contents = Contents(name, "a@example.org", "", Consent(delivery=True))
        forged.add(1, box=seal(contents, PETITION, key.public_key()), prefix=name)
    first, second = (split(key, 2, 2) for key in keys)

    said = organizer("deliver", folder, "--no-pdf", "--yes", typed=[*first, "yes", *second, ""])

    assert said.code == 0, said.err
    assert names_in(folder) == ["Ada", "Bob"]


@pytest.mark.usefixtures("crowd")
def test_an_open_petition_is_delivered_only_by_who_says_so(
    organizer: Command, key_file: Path, folder: Path
) -> None:
    said = organizer("deliver", folder, "--no-pdf", "--key", key_file, typed=["yes"])

    assert said.code == 3
    assert "It is still open" in said.err
    assert not folder.exists()


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("typed", [["open"], ["open", ""], ["open", "", ""]])
def test_nothing_is_left_when_nobody_says_deliver(
    organizer: Command, key_file: Path, folder: Path, typed: list[str]
) -> None:
    said = organizer("deliver", folder, "--no-pdf", "--key", key_file, typed=typed)

    assert said.code == 3
    assert "Look through the names" in said.err
    assert not folder.exists()


@pytest.mark.usefixtures("crowd")
def test_what_was_opened_is_given_up_when_nobody_comes_back(
    organizer: Command, key_file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "HOUR", 0.2)

    def wait() -> Iterator[str]:
        yield "open"
        assert (folder / REVIEW).exists()
        time.sleep(60)

    typed: Any = wait()
    began = time.monotonic()
    said = organizer("deliver", folder, "--no-pdf", "--key", key_file, typed=typed)

    assert said.code == 3
    assert "given up" in said.err
    assert time.monotonic() - began < 50
    assert not folder.exists()


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("way", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_when_the_terminal_is_closed(
    way: signal.Signals,
    in_process: tuple[list[str], dict[str, str]],
    key_file: Path,
    folder: Path,
) -> None:
    program, env = in_process
    command = [*program, "deliver", str(folder), "--no-pdf", "--key", str(key_file)]
    running = subprocess.Popen(
        command, env=env, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert running.stdin
    running.stdin.write("open\n")
    running.stdin.flush()
    while not (folder / REVIEW).exists():
        assert running.poll() is None
        time.sleep(0.05)

    running.send_signal(way)
    running.communicate(timeout=60)

    assert running.returncode == 130
    assert not folder.exists()


@pytest.mark.parametrize("reason", ["space", "folder", "pepper", "withhold"])
def test_what_would_fail_later_is_told_before_anybody_types(
    reason: str,
    organizer: Command,
    forged: Forged,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forged.add(1)
    options: list[str | Path] = []
    if reason == "space":
        monkeypatch.setattr(deliver, "SPACE", 10**18)
    elif reason == "folder":
        folder.mkdir()
    elif reason == "pepper":
        options = ["--check", tmp_path / "checks", "--pepper", tmp_path / "missing"]
    else:
        (tmp_path / "list").write_text("Ada\n")
        options = ["--withhold", tmp_path / "list"]

    said = organizer("deliver", folder, "--yes", *options)

    told = {
        "space": "choose another disk",
        "folder": "is there already",
        "pepper": "cannot be read",
        "withhold": "line 1",
    }
    assert said.code == 1
    assert told[reason] in said.err
    assert "Key share 1" not in said.err
    assert folder.exists() == (reason == "folder")


@pytest.mark.usefixtures("crowd")
def test_the_report_is_printed_too(organizer: Command, key_file: Path, folder: Path) -> None:
    if not find_browser():
        do_without("There is no Chromium: install it, on Debian with apt install chromium.")
    said = organizer("deliver", folder, "--yes", "--key", key_file)

    assert said.code == 0, said.err
    assert (folder / "hand-over" / "report.pdf").read_bytes().startswith(b"%PDF")
