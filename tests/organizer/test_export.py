"""Exports: whole, resumable, private, and only of those who agreed."""

import csv
import datetime as dt
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from google.cloud import firestore
from petition.seal import Consent, Contents, seal

from organizer.signatures import database as store
from organizer.signatures import export as writing
from organizer.signatures import reading
from organizer.signatures.checkpoint import Growing
from organizer.signatures.withdrawal import withdraw_claim
from organizer.trustees.fingerprint import fingerprint
from organizer.trustees.private_key import read_key, read_keys
from tests.organizer.conftest import PETITION, Command, Forged, Signers

PEOPLE = 20_000
LEFT_OUT = ("withheld", "contested", "unread", "closed", "junk", "other")


def read_csv(path: Path) -> list[dict[str, str]]:
    """Read an export as a script does."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_an_export_holds_what_signers_wrote(
    organizer: Command, signers: Signers, key_file: Path, tmp_path: Path
) -> None:
    signers.sign("金民秀", address="kim@example.org", message="살려 주세요\n제발", country="US")
    output = tmp_path / "names.jsonl"

    said = organizer("export", output, "--key", key_file, "--json")

    assert json.loads(said.out) == {"written": 1} | dict.fromkeys(LEFT_OUT, 0) | {"withheld": 1}
    row = json.loads(output.read_text())
    assert row["name"] == "金民秀"
    assert row["email"] == "kim@example.org"
    assert row["message"] == "살려 주세요\n제발"
    assert (row["country"], row["language"], row["delivery"]) == ("US", "ko", False)
    assert sorted(path.name for path in tmp_path.iterdir() if "names" in path.name) == [
        "names.jsonl"
    ]


def test_trustees_words_open_an_export(organizer: Command, forged: Forged, tmp_path: Path) -> None:
    folder = tmp_path / "sheets"
    organizer("keys", "new", "--trustees", "3", "--quorum", "2", "--folder", folder)
    sheets = sorted(folder.iterdir())[1:]
    (key,) = read_keys(None, sheets, False)
    forged.add(3, box=seal(Contents("Ada", "ada@example.org"), PETITION, key.public_key()))

    options = [argument for sheet in sheets for argument in ("--key-share", sheet)]
    organizer("export", tmp_path / "names.csv", *options)

    assert [row["name"] for row in read_csv(tmp_path / "names.csv")] == ["Ada"] * 3


def test_without_a_key_it_writes_only_what_the_database_knows(
    organizer: Command, forged: Forged, tmp_path: Path
) -> None:
    forged.add(3, via="0123456789.weibo")

    organizer("export", tmp_path / "known.csv")

    rows = read_csv(tmp_path / "known.csv")
    assert len(rows) == 3
    assert set(rows[0]) == {"signer", "country", "language", "via", "signed_hour"}
    assert rows[0]["signed_hour"] == "2012-02-14T09:00:00Z"


def test_a_delivery_names_those_who_agreed_and_tells_nothing_else_of_them(
    organizer: Command, signers: Signers, forged: Forged, key_file: Path, tmp_path: Path
) -> None:
    forged.add(20, country="US")
    signers.sign("Ada", delivery=True, message="secret", address="ada@example.org")
    output = tmp_path / "delivery.csv"

    organizer("export", output, "--delivery", "--key", key_file)

    assert output.read_text() == '"name"\n"Ada"\n'
    totals = json.loads((tmp_path / "delivery.csv.totals.json").read_text())
    assert (totals["signatures"], totals["named"], totals["anonymous"]) == (21, 1, 20)
    assert totals["keys"] == [fingerprint(signers.keys.private_key.public_key())]
    # One signer from elsewhere would be told by the difference to the total.
    assert totals["countries"] == [{"country": "other", "signatures": 21}]


def test_a_delivery_without_a_key_is_not_understood(organizer: Command, tmp_path: Path) -> None:
    assert organizer("export", tmp_path / "x.csv", "--delivery").code == 2


def test_boxes_that_do_not_open_are_listed_and_stop_nothing(
    organizer: Command, forged: Forged, key_file: Path, tmp_path: Path
) -> None:
    forged.add(5)
    forged.add(2, box=b"\x01" + bytes(2129), country="FR")
    forged.add(1, box=b"not a box", country="DE")
    output = tmp_path / "names.csv"

    said = organizer("export", output, "--key", key_file, "--json")

    assert said.code == 0
    assert json.loads(said.out)["unread"] == 3
    assert len(read_csv(output)) == 5
    assert len((tmp_path / "names.csv.unread.txt").read_text().split()) == 3


def test_a_key_beside_the_right_one_that_opens_nothing_is_told_of(
    organizer: Command, forged: Forged, key_file: Path, tmp_path: Path
) -> None:
    organizer("keys", "new", "--single", tmp_path / "new.pem")
    forged.add(5)
    first, second = (
        fingerprint(read_key(p).public_key()) for p in (key_file, tmp_path / "new.pem")
    )

    keys = ("--key", key_file, "--key", tmp_path / "new.pem")
    said = organizer("export", tmp_path / "names.csv", *keys)

    assert said.code == 0
    assert f"Key {first} opens 5 of 5 boxes" in said.err
    assert f"Key {second} opens 0 of 5 boxes" in said.err


def test_two_keys_open_what_was_sealed_to_either(
    organizer: Command, forged: Forged, key_file: Path, tmp_path: Path
) -> None:
    organizer("keys", "new", "--single", tmp_path / "new.pem")
    new = read_key(tmp_path / "new.pem").public_key()
    forged.add(5)
    forged.add(4, country="US", box=seal(Contents("Bob", "b@example.org"), PETITION, new))

    organizer("export", tmp_path / "names.csv", "--key", key_file, "--key", tmp_path / "new.pem")

    assert len(read_csv(tmp_path / "names.csv")) == 9


def test_only_its_owner_may_read_an_export(
    organizer: Command, forged: Forged, tmp_path: Path
) -> None:
    forged.add(1)

    organizer("export", tmp_path / "names.csv")

    assert (tmp_path / "names.csv").stat().st_mode & 0o777 == 0o600


def test_an_export_is_never_overwritten(organizer: Command, forged: Forged, tmp_path: Path) -> None:
    (tmp_path / "names.csv").write_text("mine")

    assert organizer("export", tmp_path / "names.csv").code == 1
    assert (tmp_path / "names.csv").read_text() == "mine"


def test_the_order_tells_nothing_about_when_somebody_signed(
    organizer: Command, forged: Forged, tmp_path: Path
) -> None:
    forged.add(50)
    forged.add(50, country="US")

    organizer("export", tmp_path / "known.csv")

    ids = [row["signer"] for row in read_csv(tmp_path / "known.csv")]
    assert ids == sorted(ids)


def test_a_mark_for_spreadsheets_stands_before_the_first_column(
    organizer: Command, forged: Forged, tmp_path: Path
) -> None:
    forged.add(1)

    organizer("export", tmp_path / "known.csv", "--bom")

    assert (tmp_path / "known.csv").read_bytes().startswith(b'\xef\xbb\xbf"signer"')


def test_a_killed_export_goes_on_without_gap_or_double(
    in_process: tuple[list[str], dict[str, str]],
    forged: Forged,
    key_file: Path,
    tmp_path: Path,
) -> None:
    key = forged.keys.private_key.public_key()
    forged.add(PEOPLE // 2, box=seal(Contents("Ada", "a@example.org"), PETITION, key))
    agreed = Contents("Bob", "b@example.org", "", Consent(delivery=True))
    forged.add(PEOPLE // 2, country="US", box=seal(agreed, PETITION, key))
    program, env = in_process
    output = tmp_path / "names.jsonl"
    command = [*program, "export", str(output), "--key", str(key_file)]

    # It is killed at a page of its own, somewhere behind the first.
    running = subprocess.Popen(command, env=env, start_new_session=True, stderr=subprocess.PIPE)
    while not output.exists() or output.stat().st_size < 1_000_000:
        assert running.poll() is None
        time.sleep(0.01)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    written = output.read_text().count("\n")
    assert 0 < written < PEOPLE

    # What was written behind the note is cut off, however much: a torn line must not survive.
    with output.open("a") as file:
        file.write('{"signer": "torn' * 1_000_000)
    done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)

    ids = [json.loads(line)["signer"] for line in output.read_text().splitlines()]
    assert "Going on" in done.stderr
    assert len(ids) == len(set(ids)) == PEOPLE
    assert list(tmp_path.glob(".*checkpoint*")) == []


def test_an_interrupted_export_goes_on_only_with_the_same_options(
    organizer: Command, forged: Forged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forged.add(30)
    monkeypatch.setattr(store, "PAGE", 10)
    monkeypatch.setattr(store, "QUERY", 20)
    monkeypatch.setattr(reading, "PAGE", 7)
    monkeypatch.setattr(writing, "PAGE", 10)
    output = tmp_path / "known.csv"
    note = Growing.note
    noted: list[str | None] = []

    def interrupt(growing: Growing, after: str | None) -> None:
        note(growing, after)
        noted.append(after)
        if len(noted) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(Growing, "note", interrupt)
    assert organizer("export", output).code != 0
    monkeypatch.setattr(Growing, "note", note)

    assert organizer("export", output, "--format", "jsonl").code == 1
    assert organizer("export", output).code == 0
    assert len({row["signer"] for row in read_csv(output)}) == len(read_csv(output)) == 30


def test_what_was_withdrawn_is_in_no_export(
    organizer: Command,
    forged: Forged,
    database: store.Database,
    petition: firestore.DocumentReference,
    key_file: Path,
    tmp_path: Path,
) -> None:
    forged.add(3)
    first, second = [claim.id for claim in petition.collection("claims").limit(2).stream()]
    due = dt.datetime(2012, 2, 14, tzinfo=dt.UTC)
    withdraw_claim(database, first, keep_count=True, due=due)
    withdraw_claim(database, second, keep_count=False, due=due)

    organizer("export", tmp_path / "known.csv")
    organizer("export", tmp_path / "names.csv", "--key", key_file)

    assert len(read_csv(tmp_path / "known.csv")) == 1
    assert len(read_csv(tmp_path / "names.csv")) == 1


def test_what_is_withdrawn_while_it_is_written_is_not_in_it(
    organizer: Command,
    forged: Forged,
    database: store.Database,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    forged.add(3)
    listing = reading.list_claims

    def meanwhile(database: store.Database, at: dt.datetime) -> list[str]:
        listed = listing(database, at)
        withdraw_claim(database, listed[0].partition(" ")[2], keep_count=False, due=at)
        return listed

    monkeypatch.setattr(writing, "list_claims", meanwhile)
    organizer("export", tmp_path / "known.csv")

    assert len(read_csv(tmp_path / "known.csv")) == 2


def test_several_claims_of_one_address_are_one_row(
    organizer: Command, signers: Signers, key_file: Path, tmp_path: Path
) -> None:
    signers.sign("Ada  Lovelace", address="ada@example.org", delivery=True)
    signers.sign("ada lovelace", address="ada@example.org", delivery=True, again="twice")
    signers.sign("Bob", delivery=True)

    organizer("export", tmp_path / "names.csv", "--key", key_file)
    organizer("export", tmp_path / "delivery.csv", "--delivery", "--key", key_file)
    organizer("export", tmp_path / "known.csv")

    rows = read_csv(tmp_path / "names.csv")
    assert [row["contested"] for row in rows] == ["no", "no"]
    assert sorted(" ".join(row["name"].lower().split()) for row in rows) == ["ada lovelace", "bob"]
    assert len(read_csv(tmp_path / "delivery.csv")) == 2
    assert len(read_csv(tmp_path / "known.csv")) == 3
    assert len({row["signer"] for row in read_csv(tmp_path / "known.csv")}) == 2


def test_a_key_that_opens_nothing_is_refused_before_anything_is_written(
    organizer: Command, forged: Forged, tmp_path: Path
) -> None:
    forged.add(20)
    organizer("keys", "new", "--single", tmp_path / "another.pem")

    said = organizer("export", tmp_path / "names.csv", "--key", tmp_path / "another.pem")

    assert said.code == 1
    assert "opens none of 20 boxes" in said.err
    assert "invalidate" not in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["another.pem"]


def test_an_export_of_nobody_is_a_header(
    organizer: Command, key_file: Path, tmp_path: Path
) -> None:
    said = organizer("export", tmp_path / "names.csv", "--key", key_file, "--json")

    assert said.code == 0, said.err
    assert json.loads(said.out) == {"written": 0} | dict.fromkeys(LEFT_OUT, 0)
    assert read_csv(tmp_path / "names.csv") == []


def test_an_export_that_failed_does_not_keep_the_next_one_from_its_work(
    organizer: Command, forged: Forged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forged.add(3)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    listing = reading.list_claims
    monkeypatch.setattr(writing, "list_claims", interrupt)
    assert organizer("export", tmp_path / "known.csv").code == 130
    monkeypatch.setattr(writing, "list_claims", listing)
    assert list(tmp_path.iterdir()) == []

    assert organizer("export", tmp_path / "known.csv").code == 0
    assert len(read_csv(tmp_path / "known.csv")) == 3


def test_an_export_that_was_killed_before_its_first_page_can_be_made_otherwise(
    organizer: Command, forged: Forged, tmp_path: Path
) -> None:
    forged.add(3)
    # As a kill leaves them while the header is written.
    left = {"options": {"format": "csv"}, "after": None, "sizes": {}, "numbers": {}}
    (tmp_path / ".known.jsonl.checkpoint").write_text(json.dumps(left))
    (tmp_path / "known.jsonl").write_text('"signer","coun')

    said = organizer("export", tmp_path / "known.jsonl")

    assert said.code == 0, said.err
    assert (tmp_path / "known.jsonl").read_text().count("\n") == 3
    assert not (tmp_path / ".known.jsonl.checkpoint").exists()


def test_an_export_into_a_folder_that_is_not_there_is_told_in_a_sentence(
    organizer: Command, forged: Forged, tmp_path: Path
) -> None:
    forged.add(1)

    said = organizer("export", tmp_path / "nowhere" / "known.csv")

    assert said.code == 1
    assert "cannot be written" in said.err


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_export_into_a_pipe_is_what_a_file_would_hold(
    in_process: tuple[list[str], dict[str, str]],
    organizer: Command,
    forged: Forged,
    key_file: Path,
    tmp_path: Path,
    form: str,
) -> None:
    forged.add(30, contents=Contents("=HYPERLINK()", "friend@example.org", "자유"))
    program, env = in_process
    key = ["--key", str(key_file)]
    file = tmp_path / f"all.{form}"
    assert organizer("export", file, *key).code == 0
    before = sorted(tmp_path.iterdir())

    piped = subprocess.run(
        [*program, "export", "-", "--format", form, *key],
        env=env,
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )

    assert piped.stdout == file.read_bytes()
    assert b"What went to stdout holds 30 rows." in piped.stderr
    assert sorted(tmp_path.iterdir()) == before, "Nothing is written beside it."


@pytest.mark.parametrize("option", ["--delivery", "--json"])
def test_what_needs_a_file_is_not_written_to_stdout(
    organizer: Command, key_file: Path, option: str
) -> None:
    assert organizer("export", "-", "--key", key_file, option).code == 2
