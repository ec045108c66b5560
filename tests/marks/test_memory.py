"""
What people say does not stay in a process's memory once they were answered.

What was freed lies there until it is written over by whoever comes next; seldom one lies where
nobody does. A cache keeps all. So of the first people few may be left after the last, and of what
their browsers sealed nothing ever came here.
"""

import secrets
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from petition.seal import Contents, seal

from dev.functions import Running
from dev.keys import DevelopmentKeys
from tests.functions.signers import (
    DIGITS,
    PETITION,
    base64url,
    envelope_form,
    open_form,
    read_receipt,
    sealed_form,
)
from tests.marks.process import memory_of, processes_of, worker_of
from tests.marks.spelling import BEGINNING, find, near_marks, new_mark

Start = Callable[..., Running]

PEOPLE = 120
FIRST = 40
LEFT = FIRST // 10  # ours: none were left in most runs, one or two in some

WHERE = ("User-Agent", "X-Forwarded-For", "Cookie", "Referer", "Function-Execution-Id")


def left_of(processes: list[int], marks: list[str]) -> set[str]:
    """Return which marks are left in the memory of some processes, however spelt."""
    nearby = near_marks(region for process in processes for region in memory_of(process))
    return {mark for mark, _ in find(nearby, {mark: mark.encode() for mark in marks})}


@pytest.mark.parametrize("kind", ["open", "sealed", "envelope", "refused"])
def test_nothing_of_a_form_is_kept_once_it_was_answered(
    http: httpx.Client, start_function: Start, keys: DevelopmentKeys, kind: str
) -> None:
    """Pydantic and its parser keep thousands of texts, and of names of fields, unless told not."""
    sign = start_function("sign")
    marks = [new_mark() for _ in range(PEOPLE)]

    for mark in marks:
        status = http.post(f"{sign.url}/{PETITION}", json=marked_form(kind, mark, keys)).status_code
        assert status == (422 if kind == "refused" else 201)

    assert_remembers(sign, "savemyfriend")
    assert len(left_of(processes_of(sign), marks[:FIRST])) <= LEFT


def marked_form(kind: str, mark: str, keys: DevelopmentKeys) -> dict[str, Any]:
    """Fill in a form with a mark wherever it can be read."""
    if kind in ("open", "refused"):
        form = open_form(f"{mark}@example.org", name=f"Kim {mark}", message=f"I am {mark}.")
        more = {"country": mark, mark: mark, "consent": {mark: mark}}
        return form | more if kind == "refused" else form
    tag = base64url(mark.encode().ljust(32, b"."))
    form = sealed_form(keys.private_key.public_key(), "x@example.org", address_tag=tag)
    return envelope_form(form, keys.envelope_key.public_key()) if kind == "envelope" else form


def test_what_a_browser_sealed_never_comes_into_a_process(
    http: httpx.Client, start_function: Start, keys: DevelopmentKeys
) -> None:
    sign = start_function("sign")
    marks = [new_mark() for _ in range(FIRST)]

    for mark in marks:
        contents = Contents(f"Kim {mark}", f"{mark}@example.org", f"I am {mark}.")
        box = seal(contents, PETITION, keys.private_key.public_key())
        form = sealed_form(keys.private_key.public_key(), sealed=base64url(box))
        body = envelope_form(form, keys.envelope_key.public_key())
        assert http.post(f"{sign.url}/{PETITION}", json=body).status_code == 201

    assert_remembers(sign, "savemyfriend")
    assert left_of(processes_of(sign), marks) == set()


def assert_remembers(function: Running, text: str) -> None:
    """Assert that a process's memory can be read, and is searched."""
    assert any(text.encode() in region for region in memory_of(worker_of(function)))


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_no_receipt_is_kept_once_it_was_answered(
    http: httpx.Client, start_function: Start, keys: DevelopmentKeys, known: bool
) -> None:
    """Neither as it is written nor as the sixteen octets that it stands for."""
    withdraw = start_function("withdraw")
    sign = start_function("sign") if known else None
    receipts = [f"0{BEGINNING}{random_digits()}".upper() for _ in range(PEOPLE)]

    for receipt in receipts:
        if sign:
            form = sealed_form(keys.private_key.public_key(), receipt=read_receipt(receipt))
            assert http.post(f"{sign.url}/{PETITION}", json=form).is_success
        body = {"receipt": receipt, "keep_count": False}
        assert http.post(f"{withdraw.url}/{PETITION}", json=body).status_code == 204

    processes = processes_of(withdraw) + (processes_of(sign) if sign else [])
    assert len(left_of(processes, receipts[:FIRST])) <= LEFT
    octets = {receipt: read_receipt(receipt) for receipt in receipts[:FIRST]}
    alike = read_receipt(receipts[0])[:6]  # all begin alike, and in fewer octets than digits
    regions = (region for process in processes for region in memory_of(process))
    assert len({name for name, _ in find(near_marks(regions, alike), octets)}) <= LEFT


def random_digits() -> str:
    """Return the digits of a receipt that are its own."""
    return "".join(secrets.choice(DIGITS) for _ in range(15))


@pytest.mark.parametrize("name", ["sign", "count", "share-link", "withdraw", "sweep"])
def test_nothing_that_a_request_says_of_a_person_is_kept(
    http: httpx.Client, start_function: Start, name: str
) -> None:
    """uvicorn kept four thousand network addresses, until it was told not to look at them."""
    function = start_function(name)
    marks = [new_mark() for _ in range(PEOPLE)]

    for mark in marks:
        headers = dict.fromkeys(WHERE, f"by {mark}")
        http.get(f"{function.url}/{PETITION}?q={mark}", headers=headers)
        for path in (f"/{PETITION}/{mark}", f"/{mark}"):
            http.post(f"{function.url}{path}?{mark}=1", json={mark: mark}, headers=headers)

    assert_remembers(function, "savemyfriend")
    assert len(left_of(processes_of(function), marks[:FIRST])) <= LEFT
