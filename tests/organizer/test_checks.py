"""Boxes that hold another address than the one they count for, and names that are contested."""

import json
from pathlib import Path

import pytest

from organizer import CannotDo
from organizer.signatures import opening, proof
from organizer.signatures.checks import Checks
from tests.organizer.conftest import (
    Command,
    Forged,
    Signers,
    claim_of,
    sealed_to_another_key,
    signer_of,
)
from tests.organizer.test_export import read_csv


@pytest.fixture
def options(signers: Signers, key_file: Path, tmp_path: Path) -> list[str | Path]:
    """Write the options that open and check boxes."""
    pepper = tmp_path / "pepper"
    pepper.write_text(signers.keys.pepper)
    return ["--key", key_file, "--check", tmp_path / "checks", "--pepper", pepper]


@pytest.fixture
def crowd(signers: Signers) -> None:
    """Sign as an honest crowd, somebody who disagrees with herself, and strangers."""
    signers.sign("Ada", address="ada@example.org", delivery=True)
    signers.sign("Bob", address="bob@example.org", delivery=True)
    # A stranger who signs for Bob, with contents of their own.
    signers.sign("Eve", address="bob@example.org", inside="eve@example.org", again="stranger")
    # One who knows how to fill in Ada's address, and wants her name off the list.
    signers.sign("Ada", address="ada@example.org", again="without the tick")
    # Boxes of nobody, one of them under an address that signed in earnest.
    signers.sign("?", address="junk@example.org", box=b"\x01" + bytes(2129))
    signers.sign("?", address="bob@example.org", box=sealed_to_another_key(), again="closed")
    signers.sign("Mallory", address="m@example.org", inside="someone@example.org", delivery=True)


@pytest.mark.usefixtures("crowd")
def test_with_the_pepper_only_boxes_of_their_own_address_count(
    organizer: Command, signers: Signers, options: list[str | Path], tmp_path: Path
) -> None:
    output = tmp_path / "delivery.csv"

    said = organizer("export", output, "--delivery", *options, "--json")

    assert said.code == 0, said.err
    assert [row["name"] for row in read_csv(output)] == ["Bob"]
    numbers = json.loads(said.out)
    assert (numbers["junk"], numbers["other"], numbers["closed"]) == (1, 2, 1)
    assert (numbers["contested"], numbers["unread"]) == (1, 2)
    unread = (tmp_path / "delivery.csv.unread.txt").read_text().split()
    assert set(unread) == {
        signer_of(address, signers.keys) for address in ("junk@example.org", "m@example.org")
    }
    remarks = json.loads((tmp_path / "delivery.csv.totals.json").read_text())["remarks"]
    assert len(remarks) == 4
    assert all("fewer than 10" in remark for remark in remarks)
    assert "Eve" not in said.err
    assert "Mallory" not in said.err


@pytest.mark.usefixtures("crowd")
def test_without_the_pepper_it_says_that_boxes_were_not_checked(
    organizer: Command, key_file: Path, tmp_path: Path
) -> None:
    output = tmp_path / "delivery.csv"

    said = organizer("export", output, "--delivery", "--key", key_file)

    assert [row["name"] for row in read_csv(output)] == ["Mallory"]
    sentence = "The boxes were not checked against the addresses that they count for."
    assert sentence in said.err
    totals = json.loads((tmp_path / "delivery.csv.totals.json").read_text())
    assert sentence in totals["remarks"]


@pytest.mark.usefixtures("crowd")
def test_a_strangers_claim_cannot_keep_a_name_off_the_list_once_organizers_decide(
    organizer: Command, signers: Signers, options: list[str | Path], tmp_path: Path
) -> None:
    organizer("export", tmp_path / "first.csv", "--delivery", *options)
    contested = tmp_path / "first.csv.contested.jsonl"
    (line,) = map(json.loads, contested.read_text().splitlines())
    assert line["signer"] == signer_of("ada@example.org", signers.keys)
    place = [candidate["delivery"] for candidate in line["candidates"]].index(True) + 1
    contested.write_text(json.dumps(line | {"decision": place}))

    decided = ("--decisions", contested)
    said = organizer("export", tmp_path / "next.csv", "--delivery", *decided, *options, "--json")

    assert sorted(row["name"] for row in read_csv(tmp_path / "next.csv")) == ["Ada", "Bob"]
    assert json.loads(said.out)["contested"] == 0
    assert not (tmp_path / "next.csv.contested.jsonl").exists()


@pytest.mark.usefixtures("crowd")
def test_what_was_checked_once_is_not_checked_again(
    organizer: Command,
    options: list[str | Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    first = organizer("export", tmp_path / "first.csv", "--delivery", *options)
    kept = (tmp_path / "checks").read_text()

    again = organizer("export", tmp_path / "again.csv", "--delivery", *options)

    assert "Checking 7 boxes" in first.err
    assert "Checking 2 boxes" in again.err, "Those that do not open are tried again."
    assert (tmp_path / "checks").read_text() == kept
    assert kept.count(" own\n") == 3
    assert kept.count(" other\n") == 2
    assert (tmp_path / "checks").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "first.csv").read_text() == (tmp_path / "again.csv").read_text()


def test_another_pepper_is_refused_before_anything_is_written(
    organizer: Command, signers: Signers, options: list[str | Path], tmp_path: Path
) -> None:
    signers.sign("Ada")
    (tmp_path / "pepper").write_text("x" * 43)

    said = organizer("export", tmp_path / "names.csv", *options)

    assert said.code == 1
    assert "not the pepper" in said.err
    assert not (tmp_path / "names.csv").exists()


def test_a_check_needs_the_key(organizer: Command, tmp_path: Path) -> None:
    for command in ("export", "report"):
        assert organizer(command, tmp_path / "x.html", "--check", tmp_path / "checks").code == 2


def test_checks_survive_a_kill_in_the_middle_of_a_line(tmp_path: Path) -> None:
    path = tmp_path / "checks"
    Checks(path, b"").add({"a" * 43: True, "b" * 43: False})
    path.write_text(path.read_text() + "c" * 20)

    checks = Checks(path, b"")
    checks.add({"d" * 43: True})

    again = Checks(path, b"")
    assert [again.known(letter * 43) for letter in "abcd"] == [True, False, None, True]
    assert again.number == 3


@pytest.mark.parametrize("text", ["something else\n", "a\nb\n", f"{'a' * 43} own\nwhat\nmore\n"])
def test_another_file_is_not_taken_for_checks_and_stays_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "notes.txt"
    path.write_text(text)

    with pytest.raises(CannotDo, match="not a file of checks"):
        Checks(path, b"")
    assert path.read_text() == text


def test_a_key_that_opens_nothing_yet_is_taken_if_terraform_was_told_its_public_half(
    organizer: Command,
    forged: Forged,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forged.add(3)
    said = organizer("keys", "new", "--single", tmp_path / "new.pem")
    monkeypatch.setattr(proof, "ROOT", tmp_path)
    (tmp_path / "infra").mkdir()
    options = ("export", tmp_path / "names.csv", "--key", tmp_path / "new.pem", "--json")
    assert organizer(*options).code == 1

    (tmp_path / "infra" / "terraform.tfvars").write_text(said.out)

    assert json.loads(organizer(*options).out)["closed"] == 3


def test_each_box_is_judged_by_whether_any_key_could_open_it(forged: Forged) -> None:
    keys = [forged.keys.private_key]

    def verdict(box: bytes) -> str:
        return opening.judge(box, "savemyfriend", keys)[0].value

    good = sealed_to_another_key()
    assert verdict(good) == "closed"
    assert verdict(good[:-1] + bytes([good[-1] ^ 1])) == "closed"
    assert verdict(b"\x01" + bytes(2129)) == "junk"
    assert verdict(b"\x01\x04" + bytes(2128)) == "junk"
    assert verdict(b"\x02" + good[1:]) == "closed", "Of another version nothing is known here."


def test_claims_without_a_key_are_not_tried(organizer: Command, signers: Signers) -> None:
    signers.sign("Ada", address="ada@example.org")

    said = organizer("invalidate", "--reason", "bot", "--country", "KR", "--json")

    assert json.loads(said.out)["found"] == 1
    assert claim_of("ada@example.org") not in said.err
