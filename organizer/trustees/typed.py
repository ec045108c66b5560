"""
Trustees' words as people type them: one after another, many on a line, or a sheet's grid pasted.

Each trustee's words are wiped off the screen before the next one sits down.
"""

import re
from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric import ec

from organizer import CannotDo
from organizer.terminal import ask, clear, say
from organizer.trustees.fingerprint import fingerprint
from organizer.trustees.key_shares import (
    WORDS,
    combine,
    find_wrong_word,
    is_word,
    read_key_share,
    suggest,
)

_ROW = re.compile(r"(\d+)[.:)]?\s+([^\s\d]+)\s*")  # as a sheet prints them


class TypedWords:
    """The words of one key share, as far as they are typed."""

    def __init__(self) -> None:
        self._words: dict[int, str] = {}

    @property
    def next_place(self) -> int | None:
        """Return the first place without a word, from 1 to WORDS, or None when all have one."""
        return next((place for place in range(1, WORDS + 1) if place not in self._words), None)

    @property
    def text(self) -> str:
        """Return the words in the order of their places."""
        return " ".join(self._words[place] for place in sorted(self._words))

    def add(self, line: str) -> list[str]:
        """
        Take a line: numbers with their words, which also correct, or words for the next places.

        Returns:
            What is wrong with it, in sentences that name places and never the right word.
        """
        faults = []
        try:
            placed = list(self._place(line.lower()))
        except ValueError as fault:
            return [str(fault)]
        for place, word in placed:
            if is_word(word):
                self._words[place] = word
            else:
                self._words.pop(place, None)
                faults.append(f"Word {place}, {word!r}, is not in the list.{suggest(word)}")
        return faults

    def remove(self, place: int | None) -> None:
        """Ask again for one place, or for all."""
        if place is None:
            self._words.clear()
        else:
            del self._words[place]

    def _place(self, line: str) -> Iterator[tuple[int, str]]:
        if not any(character.isdigit() for character in line):
            words = line.split()
            # Whoever writes all of them begins afresh.
            known = {} if len(words) == WORDS else self._words
            open_places = [place for place in range(1, WORDS + 1) if place not in known]
            if len(words) > len(open_places):
                raise ValueError(
                    f"These are {len(words)} words, and {len(open_places)} are missing; none of "
                    "them was taken."
                )
            yield from zip(open_places, words, strict=False)
            return
        if not re.fullmatch(rf"\s*(?:{_ROW.pattern})+", line):
            raise ValueError("Write each number before its word, as on the sheet: 1 academic.")
        for number, word in _ROW.findall(line):
            if not 1 <= int(number) <= WORDS:
                raise ValueError(f"There is no word {number}; a sheet has {WORDS}.")
            yield int(number), word


def type_keys(*, several: bool = False) -> list[ec.EllipticCurvePrivateKey]:
    """
    Ask trustee after trustee for their words, until they make a key.

    What is wrong is told at once: a word at its place, a key share of another key at that key
    share. Those of another key are kept for it, so that it does not matter who begins.

    Args:
        several: Whether to ask for the words of further keys, in case the key was changed.

    Raises:
        CannotDo: The input has ended before there was a key.
    """
    sets: dict[int, dict[int, str]] = {}
    keys: list[ec.EllipticCurvePrivateKey] = []
    while not keys or (several and _more()):
        keys.append(_type_key(sets))
        say(f"That is the key {fingerprint(keys[-1].public_key())}.", style="green")
    return keys


def type_key_share(name: str) -> str:
    """Ask for the words of one key share until they are one."""
    typed = TypedWords()
    while True:
        while place := typed.next_place:
            for fault in typed.add(ask(f"{name}, word {place} of {WORDS}:")):
                say(fault, style="red")
        try:
            read_key_share(typed.text)
        except CannotDo as fault:
            say(str(fault), style="red")
            typed.remove(find_wrong_word(typed.text))
        else:
            return typed.text


def _type_key(sets: dict[int, dict[int, str]]) -> ec.EllipticCurvePrivateKey:
    while True:
        number = 1 + sum(map(len, sets.values()))
        words = type_key_share(f"Key share {number}")
        clear()
        key_share = read_key_share(words)
        others = sets.keys() - {key_share.identifier}
        own = sets.setdefault(key_share.identifier, {})
        needed = key_share.member_threshold
        if key_share.index in own or len(own) == needed:
            say("This key share was entered already, or is not needed any more.", style="red")
            continue
        if others and not own:
            say(
                "This key share is of another key than those before: the first words of a sheet "
                "tell. It is kept for that one.",
                style="red",
            )
        own[key_share.index] = words
        if len(own) == needed:
            return combine(list(own.values()))
        say(f"That is {len(own)} of {needed} key shares of this key.")


def _more() -> bool:
    question = "If the key was ever changed: are sheets of another key here too? yes, or Enter:"
    return ask(question).lower() in ("yes", "y")
