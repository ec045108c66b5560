"""
The private key as words that trustees keep: SLIP-39, any quorum of them makes the key again.

Fewer than the quorum reveal nothing about it (Shamir's scheme).

Source: docs/decisions/2026-11-key-shares.md, SLIP-0039
"""

import difflib
import re
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric import ec
from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics, rs1024
from shamir_mnemonic.share import Share as KeyShare
from shamir_mnemonic.wordlist import WORD_INDEX_MAP, WORDLIST

from organizer import CannotDo

SCALAR_BYTES = 32  # P-256
WORDS = 33  # of 10 bits: 256 of the secret, and what tells key shares apart and checks them
MAX_TRUSTEES = 16  # SLIP-39 counts members in four bits
GROUP = 1  # one group of trustees; SLIP-39 knows groups of groups

# What stands on a sheet just before the words.
BEFORE_WORDS = "words, in the order of their numbers:"

_CHECKED_AS = b"shamir_extendable"  # SLIP-39's customisation of the checksum


def split(key: ec.EllipticCurvePrivateKey, trustees: int, quorum: int) -> list[str]:
    """
    Make a key share for each trustee, WORDS words, and prove that quorums give the key back.

    Args:
        trustees: At most MAX_TRUSTEES.
        quorum: From 2 to `trustees`.
    """
    scalar = key.private_numbers().private_value.to_bytes(SCALAR_BYTES, "big")
    key_shares = generate_mnemonics(GROUP, [(quorum, trustees)], scalar)[0]
    for some in (key_shares[:quorum], key_shares[-quorum:]):
        if combine_mnemonics(some) != scalar:
            raise AssertionError("the key shares do not make the key")
    return list(key_shares)


def combine(key_shares: Sequence[str]) -> ec.EllipticCurvePrivateKey:
    """
    Make the key from trustees' words; more than the quorum do no harm.

    Raises:
        CannotDo: A word is wrong, a key share is of another key, or there are too few.
    """
    read = {key_share.index: key_share for key_share in map(read_key_share, key_shares)}
    sets = {key_share.group_parameters() for key_share in read.values()}
    if len(sets) > 1:
        raise CannotDo("These key shares are of different keys: their first two words differ.")
    needed = needed_for(key_shares[0])
    if len(read) < needed:
        raise CannotDo(f"{needed} different key shares are needed, and there are {len(read)}.")
    try:
        scalar = combine_mnemonics([s.mnemonic() for s in list(read.values())[:needed]])
    except MnemonicError:
        raise CannotDo("These key shares do not belong together.") from None
    return ec.derive_private_key(int.from_bytes(scalar, "big"), ec.SECP256R1())


def needed_for(words: str) -> int:
    """Return how many trustees a key share says are needed."""
    return int(read_key_share(words).member_threshold)


def identify_set(words: str) -> int:
    """Return the number that all key shares of one key have in common."""
    return int(read_key_share(words).identifier)


def read_key_share(words: str) -> KeyShare:
    """
    Read one trustee's words, in any case and with any space between them.

    Raises:
        CannotDo: A word is wrong; it is named, and never the right one in its place.
    """
    written = words.lower().split()
    for place, word in enumerate(written, 1):
        if not is_word(word):
            raise CannotDo(f"Word {place}, {word!r}, is not in the list.{suggest(word)}")
    if len(written) != WORDS:
        raise CannotDo(f"A key share has {WORDS} words, and here are {len(written)}.")
    try:
        return KeyShare.from_mnemonic(" ".join(written))
    except MnemonicError:
        raise CannotDo(_suspect(words)) from None


def find_words(sheet: str) -> str:
    """Find a trustee's words in a printed sheet's file, or in words typed into one."""
    _, marked, after = sheet.partition(BEFORE_WORDS)
    words = re.split(r"-{9}|<footer", after)[0] if marked else sheet
    words = re.sub(r"<[^>]*>", " ", words)
    numbered = sorted(
        ((int(place), word) for place, word in re.findall(r"(\d+)[.:]?\s+([^\s\d]+)", words)),
        key=lambda row: row[0],
    )
    return " ".join(word for _, word in numbered) if numbered else words


def is_word(word: str) -> bool:
    """Tell whether it is one of the list's."""
    return word in WORD_INDEX_MAP


def suggest(word: str) -> str:
    """Ask for the words of the list that look like it; empty if none does."""
    close = difflib.get_close_matches(word, WORDLIST, n=2)
    return f" Did you read {' or '.join(close)}?" if close else ""


def find_wrong_word(words: str) -> int | None:
    """
    Return the one place, from 1, where another word would make a key share, if there is one.

    The checksum finds any three wrong words; with one, only one place can mend it.
    """
    indices = [WORD_INDEX_MAP[word] for word in words.lower().split()]
    for place, index in enumerate(indices):
        for other in range(len(WORDLIST)):
            indices[place] = other
            if rs1024.verify_checksum(indices, _CHECKED_AS):
                return place + 1
        indices[place] = index
    return None


def _suspect(words: str) -> str:
    # The place is told and the word is not: whoever has the sheet can read it (SLIP-39 asks so).
    place = find_wrong_word(words)
    if place is None:
        return "Several words are wrong, or in the wrong order: read the sheet again."
    word = words.lower().split()[place - 1]
    return f"Word {place}, {word!r}, is not the one on the sheet: read it again."
