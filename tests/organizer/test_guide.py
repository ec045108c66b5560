"""
The organizers' guide, followed to the letter: every line that it tells people to type is typed, in
its order, and answered as a person answers, the trustees' words included.
"""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from google.cloud import firestore

from dev.emulator import Emulator
from dev.keys import DevelopmentKeys, make_keys
from organizer import ROOT
from organizer.trustees.key_shares import combine, find_words
from organizer.trustees.private_key import write_key
from tests.organizer.conftest import PETITION, PROGRAM, Signers, receipt_of
from tests.organizer.secret_manager import SecretManager

# What is typed elsewhere, by what a line begins with.
ELSEWHERE = {
    "make ": "tests/dev: it installs, fetches, or runs the whole product",
    "source ": "the shell of this test has the program on its path",
    "gcloud ": "Google's own program",
    "organizer doctor --cloud": "tests/organizer/test_checkup.py",
    "organizer petition ": "tests/organizer/test_petition.py, in a copy of the repository",
    "organizer news send": "tests/organizer/test_news.py, with a mail server",
}
ADDRESSES = {name: f"{name}@example.org" for name in ("ada", "bob", "eve", "leaving")}
SECONDS = 120  # ours: a busy machine takes some seconds a command, and a browser more


@dataclass
class Reader:
    """
    Somebody who types what the guide says, line by line, into a folder of their own.

    Args:
        project: What they write for MY-PROJECT.
        answers: What they type when they are asked, by line.
    """

    folder: Path
    project: str
    environment: dict[str, str]
    lines: Iterator[str]
    answers: dict[str, Sequence[str]] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)

    def type(self, line: str, codes: Sequence[int] = (0,)) -> None:
        """Type a line, and see that it ends well."""
        said = line.replace("MY-PROJECT", self.project)
        if line.startswith("export "):
            name, _, value = said.removeprefix("export ").partition("=")
            self.environment[name] = value
            return
        process = subprocess.Popen(
            ["bash", "-c", f"exec {said}"],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if line == "organizer watch":
            assert process.stdout
            while "a minute" not in (process.stdout.readline() or "a minute"):
                pass
            process.send_signal(signal.SIGINT)
            codes = (130,)
        answers = "".join(f"{answer}\n" for answer in self.answers.get(line, ()))
        output, _ = process.communicate(answers, timeout=SECONDS)
        assert process.returncode in codes, f"{line}\n{output}"
        self.typed.append(line)

    def follow(self, until: str = "") -> None:
        """Type all lines, or those up to one that begins so."""
        for line in self.lines:
            if not line.startswith(tuple(ELSEWHERE)):
                self.type(line)
            if until and line.startswith(until):
                return


def lines_of_the_guide() -> list[str]:
    """Return every line of every block that is for a shell."""
    text = (ROOT / "docs" / "organizers.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]


@pytest.fixture
def reader(emulator: Emulator, project: str, secrets: SecretManager, tmp_path: Path) -> Reader:
    """Let somebody sit down at a machine where `make run` has announced itself."""
    run = tmp_path / "run"
    run.mkdir()
    local = {"project": project, "emulator": emulator.host, "site": "http://127.0.0.1:8000"}
    (run / "local.json").write_text(json.dumps(local))
    desk = tmp_path / "desk"
    desk.mkdir()
    environment = {name: os.environ[name] for name in ("XDG_CONFIG_HOME", "SECRET_MANAGER_URL")}
    environment |= {
        "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}",
        "HOME": str(desk),
        "RUN_FOLDER": str(run),
        "FIRESTORE_EMULATOR_HOST": emulator.host,
    }
    return Reader(desk, project, environment, iter(lines_of_the_guide()))


def words_on(sheet: Path) -> str:
    """Return the words that a trustee reads off a sheet."""
    return find_words(sheet.read_text(encoding="utf-8"))


@pytest.fixture
def keys(reader: Reader, secrets: SecretManager) -> DevelopmentKeys:
    """Follow the guide until there are sheets, and give the functions what it printed."""
    reader.follow(until="organizer keys check")
    sheets = sorted(reader.folder.glob("key-shares/*.txt"))
    key = combine([words_on(sheet) for sheet in sheets[:3]])
    write_key(reader.folder / "private-key.pem", key)  # which `keys new --single` would be
    made = replace(make_keys(), private_key=key)
    secrets.states["pepper"] = {"1": "ENABLED"}
    secrets.contents["pepper", "1"] = made.pepper.encode()
    return made


def answers(reader: Reader) -> Mapping[str, Sequence[str]]:
    """Return what people type when the guide's lines ask, by line."""
    words = [words_on(sheet) for sheet in sorted(reader.folder.glob("key-shares/*.txt"))[1:4]]
    known = {
        "organizer close": ["close"],
        "organizer outcome free": ["free"],
        "organizer open": ["open"],
        "organizer deliver delivery --check names.checked": [*words, "", "", "deliver"],
        "organizer news stop": [ADDRESSES["bob"]],
        "organizer news told free": ["told"],
        "organizer withdraw receipt": [receipt_of(ADDRESSES["leaving"]), "forget"],
        "organizer withdraw address": [ADDRESSES["ada"], "forget"],
        "organizer forget --really": [PETITION],
        "organizer burn --really": [PETITION],
    }
    by_words = {line: words for line in lines_of_the_guide() if "--words" in line}
    return by_words | known


def test_a_person_can_follow_the_guide_to_the_letter(
    reader: Reader, signers: Signers, petition: firestore.DocumentReference, secrets: SecretManager
) -> None:
    signers.sign("Ada", address=ADDRESSES["ada"], delivery=True)
    signers.sign("Bob", address=ADDRESSES["bob"], delivery=True, language="en")
    signers.sign("Eve", address=ADDRESSES["eve"], delivery=True)
    signers.sign("Mallory", address=ADDRESSES["eve"], delivery=True, again="stranger")
    signers.sign("Leaving", address=ADDRESSES["leaving"])
    reader.answers |= answers(reader)

    reader.follow(until="organizer open")
    reader.type("organizer close --yes")  # as the guide says in words before the delivery
    reader.follow(until="organizer export --delivery names.csv")
    news = reader.folder / "free"
    news.mkdir()
    for language in ("zh-Hans", "en", "ko"):
        (news / f"{language}.txt").write_text("Free\n\nThey are free.\n")
    reader.follow()

    written = {path.name for path in reader.folder.iterdir()}
    assert {"delivery", "report.html", "names.csv", "stats.html", "signs.rules"} <= written
    names = (reader.folder / "delivery" / "hand-over" / "names.csv").read_text("utf-8-sig")
    assert names.split() == ['"name"', '"Ada"', '"Bob"']
    assert not [c for c in petition.collection("claims").stream() if "sealed" in c.to_dict()]
    burnt = {s for name in ("pepper", "envelope") for s in secrets.states[name].values()}
    assert burnt == {"DESTROYED"}


def test_what_is_typed_elsewhere_is_in_the_guide() -> None:
    lines = lines_of_the_guide()

    assert [start for start in ELSEWHERE if not any(x.startswith(start) for x in lines)] == []
