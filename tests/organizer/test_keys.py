"""Keys that cannot be seized: what trustees hold, what opens, and what is told of mistakes."""

import re
from base64 import urlsafe_b64decode
from hashlib import sha256
from itertools import combinations
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from petition.seal import Contents, decode_public_key, encode_public_key, open_box, seal
from shamir_mnemonic.wordlist import WORDLIST

from organizer import CannotDo
from organizer.commands import keys
from organizer.trustees.key_shares import combine, find_words, read_key_share, split
from organizer.trustees.private_key import read_key, read_keys, write_secret
from tests.organizer.conftest import PETITION, Command

LINE = re.compile(r'seal_public_key = "(B[A-P][\w-]{84}[AEIMQUYcgkosw048])"')


@pytest.fixture
def sheets(organizer: Command, tmp_path: Path) -> list[Path]:
    """Make five sheets of which three open."""
    folder = tmp_path / "sheets"
    said = organizer("keys", "new", "--trustees", "5", "--quorum", "3", "--folder", folder)
    assert said.code == 0, said.err
    return sorted(folder.iterdir())


def words_of(sheet: Path) -> list[str]:
    """Read a sheet's words."""
    return find_words(sheet.read_text()).split()


def arguments(sheets: tuple[Path, ...] | list[Path]) -> list[str | Path]:
    """Write the options that name sheets."""
    return [argument for sheet in sheets for argument in ("--key-share", sheet)]


def test_any_quorum_of_the_sheets_opens_what_the_printed_key_seals(
    organizer: Command, tmp_path: Path
) -> None:
    said = organizer(
        "keys", "new", "--trustees", "4", "--quorum", "2", "--folder", tmp_path / "sheets"
    )
    printed = LINE.fullmatch(said.out.strip())
    assert printed
    box = seal(Contents("Ada", "ada@example.org"), PETITION, decode_public_key(printed[1]))

    for quorum in combinations(sorted((tmp_path / "sheets").iterdir()), 2):
        (key,) = read_keys(None, quorum, False)

        assert open_box(box, PETITION, key).name == "Ada"


def test_fewer_than_the_quorum_are_refused(organizer: Command, sheets: list[Path]) -> None:
    said = organizer("keys", "check", *arguments(sheets[:2]))

    assert said.code == 1
    assert "3 different key shares are needed, and there are 2" in said.err


def test_the_same_sheet_twice_does_not_count_twice(organizer: Command, sheets: list[Path]) -> None:
    said = organizer("keys", "check", *arguments([sheets[0], sheets[0], sheets[1]]))

    assert said.code == 1


def test_more_than_the_quorum_do_no_harm(organizer: Command, sheets: list[Path]) -> None:
    assert organizer("keys", "check", *arguments(sheets)).code == 0


def test_a_page_to_print_is_read_like_plain_text(organizer: Command, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    organizer(
        "keys", "new", "--trustees", "2", "--quorum", "2", "--folder", folder, "--sheet", "html"
    )

    assert organizer("keys", "check", *arguments(sorted(folder.iterdir()))).code == 0


def test_only_their_owner_may_read_sheets_and_key_files(
    organizer: Command, sheets: list[Path], tmp_path: Path
) -> None:
    organizer("keys", "new", "--single", tmp_path / "key.pem")

    modes = {path.stat().st_mode & 0o777 for path in [*sheets, tmp_path / "key.pem"]}

    assert modes == {0o600}


def test_a_key_file_is_never_overwritten(organizer: Command, tmp_path: Path) -> None:
    organizer("keys", "new", "--single", tmp_path / "key.pem")
    before = (tmp_path / "key.pem").read_bytes()

    said = organizer("keys", "new", "--single", tmp_path / "key.pem")

    assert said.code == 1
    assert (tmp_path / "key.pem").read_bytes() == before


def test_two_keys_are_never_mixed_in_a_folder(organizer: Command, sheets: list[Path]) -> None:
    sheets[0].unlink()
    left = {sheet: sheet.read_text() for sheet in sheets[1:]}

    options = ("--trustees", "5", "--quorum", "3", "--folder", sheets[0].parent)
    said = organizer("keys", "new", *options)

    assert said.code == 1
    assert "holds sheets of another key" in said.err
    assert {path: path.read_text() for path in sheets[0].parent.iterdir()} == left
    assert said.out == ""


def test_sheets_are_written_all_or_none(
    organizer: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Path] = []

    def fill(path: Path, content: bytes) -> None:
        if len(written) == 3:
            raise CannotDo(f"{path} cannot be written: No space left on device.")
        write_secret(path, content)
        written.append(path)

    monkeypatch.setattr(keys, "write_secret", fill)
    folder = tmp_path / "sheets"
    said = organizer("keys", "new", "--trustees", "5", "--quorum", "3", "--folder", folder)

    assert said.code == 1
    assert len(written) == 3
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("kind", ["text", "html"])
def test_a_key_is_told_by_the_same_digits_wherever_it_is_met(
    organizer: Command, tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / "sheets"
    options = ("--trustees", "2", "--quorum", "2", "--folder", folder, "--sheet", kind)

    made = organizer("keys", "new", *options)

    printed = LINE.fullmatch(made.out.strip())
    assert printed
    # What anybody can compute: the point's SHA-256, as its first sixteen digits.
    point = urlsafe_b64decode(printed[1] + "=")
    digits = sha256(point).hexdigest()[:16]
    name = " ".join(re.findall("....", digits))
    pages = sorted(folder.iterdir())
    assert f"This is the key {name}." in made.err
    assert all(f"key {name}" in page.read_text() for page in pages)
    assert f"Key {name}:" in organizer("keys", "check", *arguments(pages)).err


def test_the_private_key_is_in_no_sheet_alone(sheets: list[Path]) -> None:
    key = combine([" ".join(words_of(sheet)) for sheet in sheets[:3]])
    scalar = key.private_numbers().private_value

    for sheet in sheets:
        key_share = read_key_share(" ".join(words_of(sheet)))

        assert int.from_bytes(key_share.value, "big") != scalar


def test_a_word_that_is_no_word_is_named_with_its_place(
    organizer: Command, sheets: list[Path]
) -> None:
    words = words_of(sheets[0])
    sheets[0].write_text(" ".join([*words[:4], "zebra", *words[5:]]))

    said = organizer("keys", "check", *arguments(sheets[:3]))

    assert said.code == 1
    assert "Word 5, 'zebra', is not in the list" in said.err


@pytest.mark.parametrize("place", [1, 17, 33])
def test_a_wrong_word_is_named_with_its_place_and_the_right_one_is_not_told(
    organizer: Command, sheets: list[Path], place: int
) -> None:
    words = words_of(sheets[0])
    right = words[place - 1]
    wrong = next(word for word in WORDLIST if word != right)
    sheets[0].write_text(" ".join([*words[: place - 1], wrong, *words[place:]]))

    said = organizer("keys", "check", *arguments(sheets[:3]))

    assert said.code == 1
    assert f"Word {place}, {wrong!r}, is not the one on the sheet" in said.err
    assert right not in said.err.split()


def test_sheets_of_two_keys_are_not_mixed() -> None:
    first, second = (split(_key(), 3, 2) for _ in range(2))

    with pytest.raises(CannotDo, match="different keys"):
        combine([first[0], second[1]])


def test_words_are_asked_for_until_they_are_enough(organizer: Command, sheets: list[Path]) -> None:
    typed = [" ".join(words_of(sheet)) for sheet in sheets[:3]]
    typed.insert(1, "these are not the words")
    typed.insert(3, typed[0].upper())

    said = organizer("keys", "check", "--words", typed=typed)

    assert said.code == 0
    assert "is not in the list" in said.err
    assert "entered already" in said.err


def test_check_tells_when_a_key_belongs_to_another_public_key(
    organizer: Command, key_file: Path
) -> None:
    other = encode_public_key(_key().public_key())
    own = encode_public_key(read_key(key_file).public_key())

    assert organizer("keys", "check", "--key", key_file, "--public-key", other).code == 1
    assert organizer("keys", "check", "--key", key_file, "--public-key", own).code == 0


def test_a_quorum_beyond_the_trustees_is_not_understood(organizer: Command) -> None:
    assert organizer("keys", "new", "--trustees", "2", "--quorum", "3").code == 2


def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())
