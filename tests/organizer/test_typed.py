"""What trustees type: every way of writing the words, and what is told of each mistake at once."""

import os
import pty
import select
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from shamir_mnemonic.wordlist import WORDLIST

from organizer import CannotDo
from organizer.trustees.fingerprint import fingerprint
from organizer.trustees.key_shares import split
from organizer.trustees.sheet import Heading, write_text
from organizer.trustees.typed import TypedWords, type_keys
from tests.organizer.conftest import Command

KEY = ec.generate_private_key(ec.SECP256R1())
SHARES = split(KEY, 3, 2)
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_SHARES = split(OTHER_KEY, 3, 2)
WIPED = "\x1b[H\x1b[2J\x1b[3J"


def grid(words: str) -> list[str]:
    """Return the lines of a printed sheet that hold the words."""
    sheet = write_text(words, Heading("p", fingerprint(KEY.public_key()), 1, 3, 2))
    return [line for line in sheet.split("\n") if line.startswith("    ")]


def other_than(word: str) -> str:
    """Return another word of the list."""
    return str(next(other for other in WORDLIST if other != word))


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch) -> Sequence[str]:
    """Return the lines that are typed next; a test fills them in."""
    lines: list[str] = []

    def read() -> str:
        if not lines:
            raise EOFError
        return lines.pop(0)

    monkeypatch.setattr("builtins.input", read)
    return lines


@pytest.mark.parametrize(
    "lines",
    [
        SHARES[0].split(),
        [SHARES[0].upper()],
        [SHARES[0][: SHARES[0].index(" ", 90)], SHARES[0][SHARES[0].index(" ", 90) :]],
        grid(SHARES[0]),
        [" ".join(f"{n}. {w}" for n, w in reversed([*enumerate(SHARES[0].split(), 1)]))],
    ],
    ids=["word by word", "on one line", "on two lines", "a pasted grid", "from the end"],
)
def test_words_are_understood_however_they_are_typed(lines: list[str]) -> None:
    typed = TypedWords()

    faults = [fault for line in lines for fault in typed.add(line)]

    assert (faults, typed.next_place, typed.text) == ([], None, SHARES[0])


def test_a_word_that_is_not_in_the_list_is_told_at_its_place_and_asked_for_again() -> None:
    words = SHARES[0].split()
    typed = TypedWords()

    (fault,) = typed.add(" ".join([*words[:4], "academik", *words[5:]]))

    assert fault == "Word 5, 'academik', is not in the list. Did you read academic or arcade?"
    assert typed.next_place == 5
    assert typed.add(words[4]) == []
    assert typed.text == SHARES[0]


def test_a_number_before_a_word_corrects_it() -> None:
    words = SHARES[0].split()
    typed = TypedWords()
    typed.add(" ".join([*words[:6], other_than(words[6]), *words[7:]]))

    typed.add(f"7 {words[6]}")

    assert typed.text == SHARES[0]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("academic " * 34, "These are 34 words, and 33 are missing"),
        ("34 academic", "There is no word 34"),
        ("0 academic", "There is no word 0"),
        ("1 academic acid", "before its word"),
        ("1", "before its word"),
    ],
)
def test_a_line_that_is_no_words_is_not_taken(line: str, told: str) -> None:
    typed = TypedWords()

    assert told in typed.add(line)[0]
    assert typed.next_place == 1


def test_a_wrong_word_of_the_list_is_asked_for_again_at_its_place(
    type_in: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = SHARES[0].split()
    type_in += [" ".join([*words[:16], other_than(words[16]), *words[17:]]), words[16], SHARES[1]]

    (key,) = type_keys()

    told = capsys.readouterr().err
    assert key.private_numbers() == KEY.private_numbers()
    assert f"Word 17, '{other_than(words[16])}', is not the one on the sheet" in told
    assert "Key share 1, word 17 of 33:" in told
    assert words[16] not in told.split()


def test_a_key_share_of_another_key_is_told_at_that_key_share_and_kept_for_its_own(
    type_in: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    type_in += [OTHER_SHARES[2], SHARES[0], SHARES[0], SHARES[1], "yes", OTHER_SHARES[0], ""]

    keys = type_keys(several=True)

    told = capsys.readouterr().err
    assert [key.private_numbers() for key in keys] == [
        KEY.private_numbers(),
        OTHER_KEY.private_numbers(),
    ]
    assert told.count("is of another key than those before") == 1
    assert told.count("was entered already") == 1


def test_an_input_that_ends_makes_no_key(type_in: list[str]) -> None:
    type_in += [SHARES[0]]

    with pytest.raises(CannotDo, match="Nothing was entered"):
        type_keys()


def test_no_word_stays_on_the_screen_behind_its_trustee(
    organizer: Command, in_process: tuple[list[str], dict[str, str]], tmp_path: Path
) -> None:
    """In a real terminal: what was typed is wiped, also what was scrolled away."""
    folder = tmp_path / "sheets"
    organizer("keys", "new", "--trustees", "2", "--quorum", "2", "--folder", folder)
    sheets = [path.read_text() for path in sorted(folder.iterdir())]
    (program, env), (mine, theirs) = in_process, pty.openpty()
    env |= {"TERM": "xterm"}
    command = [*program, "keys", "check", "--words"]
    running = subprocess.Popen(command, env=env, stdin=theirs, stderr=theirs, stdout=theirs)
    os.close(theirs)
    rows = [line for sheet in sheets for line in sheet.split("\n") if line.startswith("    ")]

    seen = b""
    for row in rows:
        seen += _read_until(mine, rb" of 33:", seen)
        os.write(mine, f"{row}\n".encode())
        seen = b""
    seen = _read_until(mine, rb"seal_public_key", seen)
    running.wait(60)
    os.close(mine)

    assert running.returncode == 0
    assert WIPED.encode() in seen
    last = seen.rpartition(WIPED.encode())[2].decode()
    assert "It opens what is sealed" in last
    assert not {word for row in rows for word in row.split() if word.isalpha()} & {*last.split()}


def _read_until(terminal: int, expected: bytes, seen: bytes) -> bytes:
    while expected not in seen:
        ready, _, _ = select.select([terminal], [], [], 60)
        assert ready, seen
        seen += os.read(terminal, 4096)
    return seen
