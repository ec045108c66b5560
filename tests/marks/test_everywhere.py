"""
What people say is nowhere but where it must be: marks in every field, and then the search.

In logs, answers, headers, the database, exports, environments and commands; test_memory.py has
what processes remember.
"""

import json
import subprocess
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from dev.keys import DevelopmentKeys
from dev.ports import free_port
from dev.stack import Stack, stop_together
from tests.functions.database import Database
from tests.marks.conftest import Start
from tests.marks.process import processes_of, told_at_start
from tests.marks.requests import Marks, Sent, good, wrong
from tests.marks.spelling import find
from tests.organizer.conftest import PROGRAM

# Where a mark may stand in the database, and why.
STORED = {
    # A claim's id is the hash of its receipt, which the browser makes; this one is a made-up hash.
    ("id of claims", "receipt's hash sealed"),
    ("id of claims", "receipt's hash in an envelope"),
    # The link that a claim or a link came through stands for nobody, and organizers rank them.
    ("claims.via", "via"),
    ("links.via", "via of a link"),
}
# What organizers see without the key: which links claims came through.
EXPORTED = {"via"}


def written_out(answers: Iterable[httpx.Response]) -> bytes:
    """Return answers as they came, headers and all."""
    heads = ([b": ".join(header) for header in answer.headers.raw] for answer in answers)
    bodies = (answer.content for answer in answers)
    return b"\r\n".join([*(line for head in heads for line in head), *bodies])


def send_all(
    stack: Stack, requests: Iterable[Sent], headers: dict[str, str]
) -> list[httpx.Response]:
    """Send everything, some at once, and return the answers."""
    with httpx.Client(trust_env=False, timeout=60) as http, ThreadPoolExecutor(8) as crowd:
        url = {name: function.url for name, function in stack.functions.items()}
        return [*crowd.map(lambda sent: sent.send(url[sent.function], http, headers), requests)]


def found_in(places: Mapping[str, bytes], marks: Marks) -> set[tuple[str, str]]:
    """Return where which marks stand; how each is spelt does not matter there."""
    return {
        (place, name)
        for place, octets in places.items()
        for name, _ in find(octets, marks.by_field)
    }


def logs_of(stack: Stack) -> dict[str, bytes]:
    """End all functions, and return everything that each has written, on both streams."""
    stop_together(stack.functions.values())
    return {name: running.log().encode() for name, running in stack.functions.items()}


def stored_by(stack: Stack) -> dict[str, bytes]:
    """Return all that the database holds, by kind: ids of documents, and fields of collections."""
    database = Database(stack.emulator.host, stack.project)
    kinds: dict[str, list[bytes]] = {}
    for path, fields in database.everything().items():
        collection, id = path.split("/")[-2:]
        kinds.setdefault(f"id of {collection}", []).append(id.encode())
        for name, value in fields.items():
            kinds.setdefault(f"{collection}.{name}", []).append(written(value))
    database.close()
    return {kind: b"\n".join(values) for kind, values in kinds.items()}


def written(value: Any) -> bytes:
    """Return a field's value as octets; bytes stay what they are."""
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def exported_by(stack: Stack, folder: Path) -> dict[str, bytes]:
    """Return what organizers get to see who have no key."""
    env = {"FIRESTORE_EMULATOR_HOST": stack.emulator.host, "GOOGLE_CLOUD_PROJECT": stack.project}
    commands = {
        "export as CSV": ["export", "-", "--format", "csv"],
        "export as JSON": ["export", "-", "--format", "jsonl"],
        **{name: [name, "--json"] for name in ("count", "status", "stats", "recount")},
    }
    shown = {}
    for name, arguments in commands.items():
        done = subprocess.run([PROGRAM, *arguments], env=env, cwd=folder, capture_output=True)
        assert done.stdout, done.stderr
        shown[name] = done.stdout + done.stderr
    return shown


def test_what_people_say_is_nowhere_but_where_it_must_be(
    start: Start, keys: DevelopmentKeys, tmp_path: Path
) -> None:
    marks = Marks()
    headers = marks.headers()
    with start() as stack:
        answers = send_all(stack, good(marks, keys), headers)
        refusals = send_all(stack, wrong(marks, keys), headers)
        running = [process for f in stack.functions.values() for process in processes_of(f)]
        told = {str(process): told_at_start(process) for process in running}
        shown = exported_by(stack, tmp_path)
        logs = logs_of(stack)

    stored = stored_by(stack)
    assert {answer.status_code for answer in answers} == {200, 201, 204}
    # The sweep reads no body, and so refuses none; no server knows the method.
    assert {answer.status_code for answer in refusals} == {204, 400, 404, 405, 413, 415, 422}
    assert found_in({"answers": written_out(answers + refusals)}, marks) == set()
    assert all(logs[name] for name in logs)
    assert found_in(logs, marks) == set()
    assert len(told) == 10
    assert found_in(told, marks) == set()
    assert found_in(stored, marks) == STORED
    assert {mark for _, mark in found_in(shown, marks)} == EXPORTED


def test_nothing_is_told_when_there_is_no_database(start: Start, keys: DevelopmentKeys) -> None:
    marks = Marks()
    headers = marks.headers()
    with start(database=f"127.0.0.1:{free_port()}") as stack:
        answers = send_all(stack, [*good(marks, keys), *wrong(marks, keys)], headers)
        logs = logs_of(stack)

    assert found_in(logs | {"answers": written_out(answers)}, marks) == set()
    assert 503 in {answer.status_code for answer in answers}


HOLDS = "    claim, answer = await read_claim(await read_json(request), campaign)\n"
SAYS = "repr((body, request.headers.raw, request.url))"


@pytest.mark.parametrize(
    ("fault", "kept"),
    [
        (f"raise KeyError({SAYS}) from ValueError({SAYS})", True),
        (f"print({SAYS})", False),
        (f"return json_response({SAYS})", False),
    ],
    ids=["an-error", "a-print", "an-answer"],
)
def test_an_error_keeps_what_it_holds_and_a_line_of_code_that_tells_is_noticed(
    start: Start, keys: DevelopmentKeys, fault: str, kept: bool
) -> None:
    marks = Marks()
    headers = marks.headers()
    broken = {"sign.py": (HOLDS, f"    body = await read_json(request)\n    {fault}\n{HOLDS}")}
    with start(broken=broken) as stack:
        answers = send_all(stack, [next(good(marks, keys))], headers)
        logs = logs_of(stack)

    found = {name for _, name in found_in(logs | {"answers": written_out(answers)}, marks)}
    assert found == (set() if kept else set(marks.by_field))
    assert not kept or b"internal-error" in logs["sign"]
