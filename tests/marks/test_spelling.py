"""Each finder really finds: a mark is planted in every spelling, and seen."""

import base64
import json
import subprocess
import sys
import urllib.parse
from collections.abc import Callable

import pytest

from tests.marks.process import memory_of, told_at_start
from tests.marks.spelling import find, near_marks, new_mark, spellings

Write = Callable[[str], bytes]

# Written by what programs write with, and not by what finds.
PLANTED: dict[str, Write] = {
    "plain": str.encode,
    "upper case": lambda mark: mark.upper().encode(),
    "reversed": lambda mark: mark[::-1].encode(),
    "hexadecimal": lambda mark: f"{mark.encode().hex()}".encode(),
    "upper hexadecimal": lambda mark: base64.b16encode(mark.encode()),
    "escaped bytes": lambda mark: "".join(f"\\x{ord(c):x}" for c in mark).encode(),
    "percent": lambda mark: "".join(f"%{ord(c):X}" for c in mark).encode(),
    "lower percent": lambda mark: "".join(f"%{ord(c):x}" for c in mark).encode(),
    "quoted": lambda mark: urllib.parse.quote(mark).encode(),
    "JSON": lambda mark: json.dumps({mark: mark}).encode(),
    "JSON escapes": lambda mark: "".join(f"\\u00{ord(c):x}" for c in mark).encode(),
    "utf-16-le": lambda mark: mark.encode("utf-16")[2:],
    "utf-16-be": lambda mark: b"\xfe\xff" + mark.encode("utf-16-be"),
    "utf-32-le": lambda mark: mark.encode("utf-32")[4:],
    "utf-32-be": lambda mark: mark.encode("utf-32-be"),
}


def base64_after(before: int, encoding: str, write: Callable[[bytes], bytes]) -> Write:
    """Return a way to write a mark in base64 with other octets before and after it."""
    return lambda mark: write(b"xyz"[:before] + mark.encode(encoding) + b"!")


for before in range(3):
    for alphabet, write in (("64", base64.b64encode), ("64url", base64.urlsafe_b64encode)):
        name = f"base{alphabet} after {before}"
        PLANTED[name] = base64_after(before, "utf-8", write)
        PLANTED[f"UTF-16 {name}"] = base64_after(before, "utf-16-le", write)
        PLANTED[f"UTF-16-BE {name}"] = base64_after(before, "utf-16-be", write)


def test_every_spelling_is_planted() -> None:
    assert PLANTED.keys() == spellings(b"mark").keys()


@pytest.mark.parametrize("how", PLANTED)
@pytest.mark.parametrize("before", ["", "a", "aé友"])
def test_a_planted_mark_is_found_and_another_is_not(how: str, before: str) -> None:
    mark, other = new_mark(), new_mark()
    place = before.encode() + PLANTED[how](mark) + b" and more"

    found = find(place, {"mine": mark.encode(), "another": other.encode()})

    assert ("mine", how) in found
    assert {name for name, _ in found} == {"mine"}


@pytest.mark.parametrize("how", PLANTED)
def test_a_mark_is_found_by_its_beginning_in_a_large_place(how: str) -> None:
    mark = new_mark()
    places = [b"x" * 100_000, b"y" * 5000 + PLANTED[how](mark) + b"z" * 5000]

    nearby = near_marks(places)

    assert len(nearby) < 3000
    assert ("mine", how) in find(nearby, {"mine": mark.encode()})


@pytest.mark.parametrize("octets", [bytes(range(200, 216)), b"\xfb\xff\xfe" * 6])
def test_octets_that_are_no_text_are_found_too(octets: bytes) -> None:
    for written in (octets.hex(), base64.urlsafe_b64encode(b"?" + octets).decode()):
        assert find(f"before{written}after".encode(), {"tag": octets})


def test_a_mark_in_a_process_is_found_in_its_memory_environment_and_command() -> None:
    in_memory, in_environment, in_command = new_mark(), new_mark(), new_mark()
    # What it is told through its input is in its memory alone.
    code = "import sys; held = input().encode().hex(); print('ready', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code, in_command],
        env={"SAID": in_environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdin and program.stdout
        program.stdin.write(f"{in_memory}\n")
        program.stdin.flush()
        program.stdout.readline()

        remembered = near_marks(memory_of(program.pid))
        told = told_at_start(program.pid)
        program.stdin.close()

    assert ("it", "hexadecimal") in find(remembered, {"it": in_memory.encode()})
    assert find(told, {"it": in_memory.encode()}) == set()
    assert ("it", "plain") in find(told, {"it": in_environment.encode()})
    assert ("it", "plain") in find(told, {"it": in_command.encode()})
