"""A claim can be taken back with its receipt, and nobody can tell whether one was."""

import secrets
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from dev.stack import Stack
from tests.functions.database import Audit, Database
from tests.functions.signers import (
    PETITION,
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
    """Count those off who have withdrawn; here nobody waits days for it."""

    def post() -> None:
        assert http.post(f"{services.sweep}/{PETITION}").status_code == 204

    return post


def numbers(audit: Audit) -> tuple[object, ...]:
    """Return who is counted, and how; not the empty claims, which stay."""
    return audit.tally, audit.referred, audit.countries, audit.signers, audit.standing


def test_claim_that_is_taken_back_is_emptied_at_once_and_leaves_the_count_later(
    sign: Callable[..., str],
    withdraw: Post,
    sweep: Callable[[], None],
    stored: Database,
    services: Stack,
) -> None:
    email, before = new_email(), stored.audit()
    receipt = sign(email, country="JP", via="0123456789.line")
    signed = stored.audit()

    answer = withdraw(receipt)

    id = document_id(email, services.keys.pepper)
    claim = f"petitions/{PETITION}/claims/{receipt_hash(read_receipt(receipt))}"
    waiting = stored.audit()
    assert (answer.status_code, answer.content) == (204, b"")
    assert stored.get(claim) == {}
    assert waiting.tally == signed.tally
    assert waiting.signers[id]["claims"] == 0
    sweep()
    assert numbers(stored.audit()) == numbers(before)
    assert stored.get(claim) == {}
    assert stored.list(f"petitions/{PETITION}/leaving") == {}


def test_claim_whose_count_stays_leaves_its_signer_and_nothing_else(
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
    assert after.empty - before.empty == {receipt_hash(read_receipt(receipt))}
    assert (after.tally, after.referred, after.countries) == (
        before.tally,
        before.referred,
        before.countries,
    )
    assert after.signers[id] == before.signers[id] | {"claims": 0, "kept": True}
    assert after.is_exact


def test_address_whose_count_stayed_is_not_counted_twice(
    sign: Callable[..., str], withdraw: Post, sweep: Callable[[], None], stored: Database
) -> None:
    email = new_email()
    withdraw(sign(email), keep_count=True)
    before = stored.audit()

    receipt = sign(email.upper())

    assert stored.audit().tally == before.tally
    assert withdraw(receipt).status_code == 204
    sweep()
    assert numbers(stored.audit()) == numbers(before)


def test_address_that_was_taken_back_can_sign_again(
    sign: Callable[..., str], withdraw: Post, sweep: Callable[[], None], stored: Database
) -> None:
    email, before = new_email(), stored.audit()

    withdraw(sign(email))
    sweep()
    receipt = sign(email)

    assert stored.audit().tally == before.tally + 1
    withdraw(receipt)
    sweep()
    assert numbers(stored.audit()) == numbers(before)


def test_address_that_signs_again_before_it_left_simply_stays(
    sign: Callable[..., str], withdraw: Post, sweep: Callable[[], None], stored: Database
) -> None:
    email, before = new_email(), stored.audit()

    withdraw(sign(email))
    sign(email)
    sweep()

    after = stored.audit()
    assert after.tally == before.tally + 1
    assert after.is_exact


def test_what_was_taken_back_never_comes_back(
    http: httpx.Client, services: Stack, withdraw: Post, sweep: Callable[[], None], stored: Database
) -> None:
    """A commit that was held up, a retry, or a courier who arrives days later."""
    receipt = secrets.token_bytes(16)
    form = sealed_form(services.private_key.public_key(), receipt=receipt)
    before = stored.audit()
    http.post(f"{services.sign}/{PETITION}", json=form)
    withdraw(write_receipt(receipt))
    sweep()

    again = [http.post(f"{services.sign}/{PETITION}", json=form) for _ in range(2)]

    assert [answer.status_code for answer in again] == [201, 201]
    assert numbers(stored.audit()) == numbers(before)


def test_withdrawal_that_came_first_refuses_the_claim(
    http: httpx.Client, services: Stack, withdraw: Post, stored: Database
) -> None:
    receipt = secrets.token_bytes(16)
    form = sealed_form(services.private_key.public_key(), receipt=receipt)
    before = stored.audit()

    withdraw(write_receipt(receipt))
    answer = http.post(f"{services.sign}/{PETITION}", json=form)

    assert (answer.status_code, answer.json()) == (201, {"accepted": True})
    assert numbers(stored.audit()) == numbers(before)


@pytest.mark.parametrize("keep_count", [True, False])
def test_a_receipt_works_once(
    sign: Callable[..., str], withdraw: Post, stored: Database, keep_count: bool
) -> None:
    receipt = sign(new_email())
    first = withdraw(receipt, keep_count=keep_count)
    before = stored.audit()

    again = [withdraw(receipt, keep_count=keep) for keep in (True, False)]

    assert [answer.status_code for answer in again] == [first.status_code] * 2
    assert numbers(stored.audit()) == numbers(before)


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
    sweep: Callable[[], None],
    type_it: Callable[[str], str],
) -> None:
    # Both digits that are mistaken for letters are in it.
    receipt = secrets.token_bytes(10) + b"\x00\x00\x02\x10\x84\x21"
    text = write_receipt(receipt)
    assert "0" in text
    assert "1" in text
    form = sealed_form(services.private_key.public_key(), receipt=receipt)
    sweep()  # of those before
    before = stored.audit()
    assert http.post(f"{services.sign}/{PETITION}", json=form).status_code == 201
    written = "-".join(text[i : i + 4] for i in range(0, len(text), 4))

    answer = withdraw(type_it(written))

    sweep()
    assert answer.status_code == 204
    assert numbers(stored.audit()) == numbers(before)


def test_strangers_receipt_takes_back_their_own_claim_and_nothing_of_the_owners(
    sign: Callable[..., str],
    withdraw: Post,
    sweep: Callable[[], None],
    stored: Database,
    services: Stack,
) -> None:
    """Whoever knows an address can sign it first, and again; its owner is counted all the same."""
    email = new_email()
    first = sign(email, name="A stranger")
    owners = sign(email)
    second = sign(email, name="Another stranger")
    before = stored.audit()

    withdraw(first)
    withdraw(second)
    sweep()

    id = document_id(email, services.keys.pepper)
    after = stored.audit()
    claim = stored.get(f"petitions/{PETITION}/claims/{receipt_hash(read_receipt(owners))}")
    assert len({first, owners, second}) == 3
    assert after.tally == before.tally
    assert after.standing[id] == after.signers[id]["claims"] == 1
    assert claim
    assert claim["signer"] == id


def test_one_of_many_claims_is_taken_back_and_no_other(
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


def test_every_withdrawal_writes_as_much(
    sign: Callable[..., str], withdraw: Post, stored: Database
) -> None:
    """So that nothing but the documents themselves knows whether anything was found."""
    receipt = sign(new_email())
    root = f"petitions/{PETITION}"
    before = set(stored.everything())

    withdraw(receipt)
    found = set(stored.everything()) - before
    withdraw(NOBODYS)
    not_found = set(stored.everything()) - before - found

    assert {path.split("/")[2] for path in found} == {"leaving"}
    assert {path.split("/")[2] for path in not_found} <= {"claims", "lanes"}
    assert all(path.startswith(root) for path in found | not_found)
