"""A signature can be taken back with its receipt, and nobody can tell whether one was."""

import secrets
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from dev.stack import Stack
from tests.functions.database import Database
from tests.functions.signers import (
    PETITION,
    document_id,
    new_email,
    open_form,
    sealed_form,
    write_receipt,
)

NOBODYS = "7ZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZ"

Post = Callable[..., httpx.Response]


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


def test_a_signature_that_is_taken_back_is_gone_and_counted_no_more(
    sign: Callable[..., str], withdraw: Post, stored: Database
) -> None:
    before = stored.audit()
    receipt = sign(new_email(), country="JP", via="0123456789.line")

    answer = withdraw(receipt)

    assert (answer.status_code, answer.content) == (204, b"")
    assert stored.audit() == before


def test_a_signature_whose_count_stays_leaves_an_empty_document(
    sign: Callable[..., str], withdraw: Post, stored: Database, services: Stack
) -> None:
    email = new_email()
    receipt = sign(email, country="JP", via="0123456789.line")
    before = stored.audit()

    answer = withdraw(receipt, keep_count=True)

    id = document_id(email, services.keys.pepper)
    after = stored.audit()
    assert (answer.status_code, answer.content) == (204, b"")
    assert stored.get(f"petitions/{PETITION}/signatures/{id}") == {}
    assert after.emptied - before.emptied == {id}
    assert (after.tally, after.referred, after.countries, after.documents) == (
        before.tally,
        before.referred,
        before.countries,
        before.documents,
    )


def test_an_address_whose_count_stayed_is_not_counted_twice(
    sign: Callable[..., str], withdraw: Post, stored: Database, services: Stack
) -> None:
    email = new_email()
    withdraw(sign(email), keep_count=True)
    before = stored.audit()

    receipt = sign(email.upper())

    assert stored.audit() == before
    assert document_id(email, services.keys.pepper) in before.emptied
    assert withdraw(receipt).status_code == 204
    assert stored.audit() == before


def test_an_address_that_was_taken_back_can_sign_again(
    sign: Callable[..., str], withdraw: Post, stored: Database
) -> None:
    email, before = new_email(), stored.audit()

    withdraw(sign(email))
    receipt = sign(email)

    assert stored.audit().tally == before.tally + 1
    withdraw(receipt)
    assert stored.audit() == before


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
    written = "-".join(text[i : i + 4] for i in range(0, len(text), 4))

    answer = withdraw(type_it(written))

    assert answer.status_code == 204
    assert stored.audit() == before


def test_the_receipt_of_a_repeat_takes_nothing_back(
    sign: Callable[..., str], withdraw: Post, stored: Database
) -> None:
    """Otherwise whoever knows an address could withdraw its signature."""
    email = new_email()
    first = sign(email)
    before = stored.audit()

    strangers = sign(email)
    withdraw(strangers)

    assert first != strangers
    assert stored.audit() == before


def test_one_of_many_signatures_is_taken_back_and_no_other(
    sign: Callable[..., str], withdraw: Post, stored: Database, services: Stack
) -> None:
    emails = [new_email() for _ in range(5)]
    receipts = [sign(email, country="DE") for email in emails]
    before = stored.audit()

    withdraw(receipts[2])

    after = stored.audit()
    assert before.documents - after.documents == {document_id(emails[2], services.keys.pepper)}
    assert after.is_exact
    assert after.countries["DE"] == before.countries["DE"] - 1
