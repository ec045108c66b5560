"""
A claim can be taken back with its receipt at once, its +1 leaves later, and nobody can tell
whether anything was found.
"""

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from dev.functions import Running
from dev.keys import DevelopmentKeys
from dev.stack import Stack
from tests.functions.database import Database
from tests.functions.signers import (
    PETITION,
    base64url,
    document_id,
    new_email,
    open_form,
    read_receipt,
    receipt_hash,
    sealed_form,
    write_receipt,
)

NOBODYS = "7ZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZ"

Post = Callable[..., httpx.Response]
Start = Callable[..., Running]


@pytest.fixture
def withdraw(http: httpx.Client, services: Stack) -> Post:
    """Hand in a receipt."""

    def post(receipt: str, *, keep_count: bool = False) -> httpx.Response:
        body = {"receipt": receipt, "keep_count": keep_count}
        return http.post(f"{services.withdraw}/{PETITION}", json=body)

    return post


@pytest.fixture
def sign(http: httpx.Client, services: Stack) -> Callable[..., str]:
    """Sign with the open form, and return the receipt."""

    def post(email: str, **changes: Any) -> str:
        answer = http.post(f"{services.sign}/{PETITION}", json=open_form(email, **changes))
        assert answer.status_code == 201
        receipt: str = answer.json()["receipt"]
        return receipt

    return post


@pytest.fixture
def sweep(http: httpx.Client, services: Stack) -> Callable[[], None]:
    """Do as the scheduler does each hour."""

    def post() -> None:
        assert http.post(f"{services.sweep}/{PETITION}").status_code == 204

    return post


@pytest.fixture(autouse=True)
def nobody_is_leaving(sweep: Callable[[], None]) -> None:
    """Take off first whoever withdrew in another test."""
    sweep()


def claim_under(stored: Database, receipt: str) -> dict[str, Any] | None:
    """Return what is stored under a receipt as it was shown."""
    return stored.get(f"petitions/{PETITION}/claims/{receipt_hash(read_receipt(receipt))}")


def test_a_claim_that_is_taken_back_is_empty_at_once_and_its_signer_leaves_with_the_sweep(
    sign: Callable[..., str], withdraw: Post, sweep: Callable[[], None], stored: Database
) -> None:
    before = stored.audit()
    receipt = sign(new_email(), country="JP", via="0123456789.line")

    answer = withdraw(receipt)

    withdrawn = stored.audit()
    assert (answer.status_code, answer.content) == (204, b"")
    assert claim_under(stored, receipt) == {}
    assert withdrawn.is_exact
    assert withdrawn.tally == before.tally + 1, "So nobody sees in the number who withdraws."
    assert withdrawn.standing == before.standing

    sweep()

    after = stored.audit()
    assert after == replace(before, empty=after.empty)
    assert after.empty - before.empty == {receipt_hash(read_receipt(receipt))}
    assert stored.list(f"petitions/{PETITION}/leaving") == {}


def test_a_claim_whose_count_stays_is_empty_and_its_signer_counted_for_ever(
    sign: Callable[..., str],
    withdraw: Post,
    sweep: Callable[[], None],
    stored: Database,
    services: Stack,
) -> None:
    email = new_email()
    receipt = sign(email, country="JP", via="0123456789.line")
    before = stored.audit()

    answer = withdraw(receipt, keep_count=True)
    sweep()

    id = document_id(email, services.keys.pepper)
    after = stored.audit()
    assert (answer.status_code, answer.content) == (204, b"")
    assert claim_under(stored, receipt) == {}
    assert id not in after.standing
    assert after.signers[id] == before.signers[id] | {"claims": 0, "kept": True}
    assert (after.tally, after.countries, after.referred) == (
        before.tally,
        before.countries,
        before.referred,
    )
    assert after.is_exact


def test_an_address_whose_count_stayed_is_not_counted_twice(
    sign: Callable[..., str], withdraw: Post, sweep: Callable[[], None], stored: Database
) -> None:
    email = new_email()
    withdraw(sign(email), keep_count=True)
    before = stored.audit()

    receipt = sign(email.upper())

    assert stored.audit().tally == before.tally
    withdraw(receipt)
    sweep()
    assert stored.audit().signers == before.signers


def test_an_address_that_was_taken_back_can_sign_again(
    sign: Callable[..., str], withdraw: Post, sweep: Callable[[], None], stored: Database
) -> None:
    email, before = new_email(), stored.audit()

    withdraw(sign(email))
    sweep()
    receipt = sign(email)

    assert stored.audit().tally == before.tally + 1
    withdraw(receipt)
    sweep()
    assert stored.audit().signers == before.signers


def test_whoever_signs_again_before_the_sweep_simply_stays(
    sign: Callable[..., str],
    withdraw: Post,
    sweep: Callable[[], None],
    stored: Database,
    services: Stack,
) -> None:
    email, before = new_email(), stored.audit()

    withdraw(sign(email))
    sign(email)
    sweep()

    after = stored.audit()
    id = document_id(email, services.keys.pepper)
    assert (after.tally, after.signers[id]["claims"]) == (before.tally + 1, 1)
    assert after.is_exact
    assert stored.list(f"petitions/{PETITION}/leaving") == {}


@pytest.mark.parametrize("keep_count", [True, False])
def test_a_receipt_works_once(
    sign: Callable[..., str], withdraw: Post, stored: Database, keep_count: bool
) -> None:
    receipt = sign(new_email())
    first = withdraw(receipt, keep_count=keep_count)
    before = stored.audit()

    again = [withdraw(receipt, keep_count=keep) for keep in (True, False)]

    assert [answer.status_code for answer in again] == [first.status_code] * 2
    assert stored.audit() == before


def test_a_receipt_that_nobody_signed_with_refuses_whoever_comes_later(
    http: httpx.Client, services: Stack, withdraw: Post, sweep: Callable[[], None], stored: Database
) -> None:
    """A courier may carry a claim for days, and its signer withdraw it meanwhile."""
    receipt = secrets.token_bytes(16)
    form = sealed_form(services.private_key.public_key(), receipt=receipt)
    before = stored.audit()

    withdraw(write_receipt(receipt))
    carried = [http.post(f"{services.sign}/{PETITION}", json=form) for _ in range(2)]
    sweep()

    assert [answer.status_code for answer in carried] == [201, 201]
    after = stored.audit()
    assert after == replace(before, empty=before.empty | {form["receipt_hash"]})


def test_a_claim_sent_again_after_it_was_withdrawn_stays_withdrawn(
    http: httpx.Client, services: Stack, withdraw: Post, sweep: Callable[[], None], stored: Database
) -> None:
    receipt = secrets.token_bytes(16)
    form = sealed_form(services.private_key.public_key(), receipt=receipt)
    before = stored.audit()
    http.post(f"{services.sign}/{PETITION}", json=form)

    withdraw(write_receipt(receipt))
    assert http.post(f"{services.sign}/{PETITION}", json=form).status_code == 201
    sweep()
    assert http.post(f"{services.sign}/{PETITION}", json=form).status_code == 201

    after = stored.audit()
    assert after == replace(before, empty=before.empty | {form["receipt_hash"]})


def test_a_plus_one_waits_a_day_and_up_to_two_more(
    http: httpx.Client, start_function: Start, database: Database
) -> None:
    """As it is online."""
    online = {"LEAVE_AFTER_SECONDS": None, "LEAVE_WITHIN_SECONDS": None}
    url = {n: f"{start_function(n).url}/{PETITION}" for n in ("sign", "sweep")}
    url["withdraw"] = f"{start_function('withdraw', **online).url}/{PETITION}"
    for _ in range(20):
        receipt = http.post(url["sign"], json=open_form()).json()["receipt"]
        http.post(url["withdraw"], json={"receipt": receipt, "keep_count": False})
    now = dt.datetime.now(dt.UTC)

    http.post(url["sweep"])

    assert database.audit().tally == 20
    entries = database.list(f"petitions/{PETITION}/leaving")
    hours = [dt.datetime.strptime(id[:11] + "+0000", "%Y%m%dT%H%z") for id in entries]
    assert len(hours) == 20
    assert all(dt.timedelta(hours=22) < hour - now <= dt.timedelta(hours=72) for hour in hours)
    assert len(set(hours)) > 5, "The hours are no secret if they are always the same."


@pytest.mark.parametrize("keep_count", [True, False])
def test_nobody_can_tell_whether_anything_was_found(
    sign: Callable[..., str], withdraw: Post, keep_count: bool
) -> None:
    def looks(answer: httpx.Response) -> tuple[object, ...]:
        headers = [(name, value) for name, value in answer.headers.multi_items() if name != "date"]
        return answer.status_code, headers, answer.content

    found = withdraw(sign(new_email()), keep_count=keep_count)
    not_found = withdraw(NOBODYS, keep_count=keep_count)

    assert looks(found) == looks(not_found)
    assert found.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "type_it",
    [
        str.lower,
        lambda text: text.replace("-", ""),
        lambda text: text.replace("-", " "),
        lambda text: f"  {text}\t",
        lambda text: text.replace("0", "O"),
        lambda text: text.replace("0", "o").replace("1", "l"),
        lambda text: text.replace("1", "I"),
        lambda text: "-".join(text.replace("-", "")),
    ],
    ids=["lower", "joined", "spaces", "around", "O", "o-and-l", "I", "spelled-out"],
)
def test_a_receipt_may_be_typed_in_any_way_that_a_person_reads_it(
    http: httpx.Client,
    services: Stack,
    withdraw: Post,
    stored: Database,
    type_it: Callable[[str], str],
) -> None:
    # Both digits that are mistaken for letters are in it.
    receipt = secrets.token_bytes(10) + b"\x00\x00\x02\x10\x84\x21"
    text = write_receipt(receipt)
    assert "0" in text
    assert "1" in text
    form = sealed_form(services.private_key.public_key(), receipt=receipt)
    before = stored.audit()
    assert http.post(f"{services.sign}/{PETITION}", json=form).status_code == 201
    assert stored.audit().standing != before.standing
    written = "-".join(text[i : i + 4] for i in range(0, len(text), 4))

    answer = withdraw(type_it(written))

    assert answer.status_code == 204
    assert stored.audit().standing == before.standing


def test_every_receipt_takes_back_its_own_claim_and_no_other(
    sign: Callable[..., str],
    withdraw: Post,
    sweep: Callable[[], None],
    stored: Database,
    services: Stack,
) -> None:
    """Whoever knows an address can add a claim of their own, and take that back, and no more."""
    email, before = new_email(), stored.audit()
    strangers, owners = sign(email), sign(email)
    id = document_id(email, services.keys.pepper)

    withdraw(strangers)
    sweep()

    after = stored.audit()
    assert (after.tally, after.standing[id]) == (before.tally + 1, 1)
    assert (claim_under(stored, owners) or {})["signer"] == id
    withdraw(owners)
    sweep()
    assert stored.audit().signers == before.signers


def test_one_of_many_signatures_is_taken_back_and_no_other(
    sign: Callable[..., str],
    withdraw: Post,
    sweep: Callable[[], None],
    stored: Database,
    services: Stack,
) -> None:
    emails = [new_email() for _ in range(5)]
    receipts = [sign(email, country="DE") for email in emails]
    before = stored.audit()

    withdraw(receipts[2])
    sweep()

    after = stored.audit()
    gone = before.signers.keys() - after.signers.keys()
    assert gone == {document_id(emails[2], services.keys.pepper)}
    assert after.is_exact
    assert after.countries["DE"] == before.countries["DE"] - 1


def test_the_sweep_takes_off_more_than_it_looks_at_together(
    http: httpx.Client, start_function: Start, database: Database, keys: DevelopmentKeys
) -> None:
    running = {name: start_function(name) for name in ("sign", "withdraw", "sweep")}
    url = {name: f"{function.url}/{PETITION}" for name, function in running.items()}
    receipts = [secrets.token_bytes(16) for _ in range(130)]
    for number, receipt in enumerate(receipts):
        tag = base64url(number.to_bytes(32))
        form = sealed_form(
            keys.private_key.public_key(), "x@example.org", receipt=receipt, address_tag=tag
        )
        assert http.post(url["sign"], json=form).status_code == 201
        body = {"receipt": write_receipt(receipt), "keep_count": number % 13 == 0}
        assert http.post(url["withdraw"], json=body).status_code == 204

    answers = [http.post(url["sweep"]) for _ in range(2)]

    assert [(a.status_code, a.content, a.headers["cache-control"]) for a in answers] == [
        (204, b"", "no-store")
    ] * 2
    audit = database.audit()
    assert (audit.tally, len(audit.empty)) == (10, 130)
    assert audit.is_exact
    assert database.list(f"petitions/{PETITION}/leaving") == {}
    withdrawals = {f"w{lane}" for lane in range(16)}
    lanes = database.list(f"petitions/{PETITION}/lanes")
    assert any(lanes[id]["signatures"] < 0 for id in lanes.keys() & withdrawals)
    assert all(lanes[id]["signatures"] >= 0 for id in lanes.keys() - withdrawals)
