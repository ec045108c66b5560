"""A claim is accepted in any form, stored as documented and sealed, and answered alike."""

import re
import secrets
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from petition.documents import SIGNING_LANES

from dev.functions import FUNCTIONS, Running
from dev.keys import DevelopmentKeys
from dev.stack import Stack
from tests.functions.database import Database
from tests.functions.problems import check_problem
from tests.functions.signers import (
    PETITION,
    base64url,
    document_id,
    envelope_form,
    new_email,
    open_box,
    open_form,
    read_receipt,
    receipt_hash,
    sealed_form,
    write_receipt,
)

Start = Callable[..., Running]
Form = Callable[..., dict[str, Any]]

RECEIPT = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){5}-[0-9A-HJKMNP-TV-Z]{2}")
WHOLE_HOUR = re.compile(r"\d{4}-\d\d-\d\dT\d\d:00:00Z")

# What the contract says is written for each claim and each signer, and nothing else is.
CLAIM = {"signer", "sealed", "country", "language", "signed_hour"}
SIGNER = {"claims", "kept", "country", "referred", "drawn"}
CODE = "0123456789"

# Seconds after which a closed petition must have been noticed; it takes three.
PATIENCE_SECONDS = 20


@pytest.fixture
def url(services: Stack) -> str:
    """Return where the petition is signed."""
    return f"{services.sign}/{PETITION}"


@pytest.fixture(params=["open", "sealed", "envelope"])
def form(request: pytest.FixtureRequest, services: Stack) -> Form:
    """Fill in each of the three forms."""
    if request.param == "open":
        return open_form
    public_key = services.private_key.public_key()
    envelope_key = services.keys.envelope_key.public_key()

    def fill_in(email: str | None = None, **changes: Any) -> dict[str, Any]:
        form = sealed_form(public_key, email, **changes)
        return envelope_form(form, envelope_key) if request.param == "envelope" else form

    return fill_in


def claim_of(stored: Database, receipt_hash: str) -> dict[str, Any]:
    """Return what is stored of a claim that must be there."""
    fields = stored.get(f"petitions/{PETITION}/claims/{receipt_hash}")
    assert fields is not None
    return fields


def claim_under(stored: Database, answer: httpx.Response) -> dict[str, Any]:
    """Return what is stored under the receipt that an open form was answered with."""
    assert answer.status_code == 201
    return claim_of(stored, receipt_hash(read_receipt(answer.json()["receipt"])))


def signer_of(stored: Database, id: str) -> dict[str, Any]:
    """Return what is stored of a signer who must be there."""
    fields = stored.get(f"petitions/{PETITION}/signers/{id}")
    assert fields is not None
    return fields


def test_an_open_form_is_answered_with_a_receipt(http: httpx.Client, url: str) -> None:
    answer = http.post(url, json=open_form())

    assert answer.status_code == 201
    assert answer.json().keys() == {"accepted", "receipt"}
    assert answer.json()["accepted"] is True
    assert RECEIPT.fullmatch(answer.json()["receipt"])
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"


def test_a_sealed_form_is_answered_without_a_receipt(
    http: httpx.Client, url: str, services: Stack
) -> None:
    answer = http.post(url, json=sealed_form(services.private_key.public_key()))

    assert (answer.status_code, answer.json()) == (201, {"accepted": True})
    assert answer.headers["cache-control"] == "no-store"


def test_a_repeat_is_answered_exactly_like_a_first(
    http: httpx.Client, url: str, stored: Database, form: Form
) -> None:
    email = new_email()

    def looks(answer: httpx.Response) -> tuple[object, ...]:
        headers = [(name, value) for name, value in answer.headers.multi_items() if name != "date"]
        types = {name: type(value) for name, value in answer.json().items()}
        return answer.status_code, headers, types, len(answer.content)

    first = http.post(url, json=form(email))
    counted = stored.audit().tally
    repeats = [http.post(url, json=form(email, country="US", language="en")) for _ in range(2)]

    assert first.status_code == 201
    assert [looks(repeat) for repeat in repeats] == [looks(first)] * 2
    assert stored.audit().tally == counted


def test_every_spelling_of_an_address_in_any_form_counts_once(
    http: httpx.Client, url: str, services: Stack, stored: Database
) -> None:
    public_key = services.private_key.public_key()
    envelope_key = services.keys.envelope_key.public_key()
    name = f"friend{secrets.token_hex(4)}"
    before = stored.audit()

    forms = [
        open_form(f"{name[:3]}.{name[3:]}@gmail.com"),
        open_form(f"{name.upper()}+petition@GoogleMail.com"),
        open_form(f" {name}@gmail.com "),
        sealed_form(public_key, f"{name}@gmail.com"),
        envelope_form(sealed_form(public_key, f"{name}@gmail.com"), envelope_key),
    ]
    statuses = [http.post(url, json=form).status_code for form in forms]

    after = stored.audit()
    assert statuses == [201] * len(forms)
    assert after.tally == before.tally + 1
    id = document_id(f"{name}@gmail.com", services.keys.pepper)
    assert after.signers.keys() - before.signers.keys() == {id}
    assert (after.signers[id]["claims"], after.standing[id]) == (len(forms), len(forms))
    assert after.is_exact


def test_exactly_the_documented_fields_are_stored_of_a_sealed_form(
    http: httpx.Client, url: str, services: Stack, stored: Database
) -> None:
    email = new_email()
    form = sealed_form(services.private_key.public_key(), email, country="ZZ", language="en")

    assert http.post(url, json=form).status_code == 201

    fields = claim_of(stored, form["receipt_hash"])
    id = document_id(email, services.keys.pepper)
    assert fields.keys() == CLAIM
    assert fields["signer"] == id
    assert base64url(fields["sealed"]) == form["sealed"]
    assert (fields["country"], fields["language"]) == ("ZZ", "en")
    assert WHOLE_HOUR.fullmatch(fields["signed_hour"])
    signer = signer_of(stored, id)
    assert signer.keys() == SIGNER
    del signer["drawn"]  # By lot.
    assert signer == {"claims": 1, "kept": False, "country": "ZZ", "referred": False}


@pytest.mark.parametrize("via", [CODE, f"{CODE}.kakaotalk", f"{CODE}.device", f"{CODE}.qr"])
def test_the_link_that_a_claim_came_through_is_stored_and_counted(
    http: httpx.Client, url: str, services: Stack, stored: Database, via: str
) -> None:
    email, before = new_email(), stored.audit()

    answer = http.post(url, json=open_form(email, via=via))

    fields = claim_under(stored, answer)
    assert fields.keys() == CLAIM | {"via"}
    assert fields["via"] == via
    assert signer_of(stored, document_id(email, services.keys.pepper))["referred"] is True
    after = stored.audit()
    assert (after.tally, after.referred) == (before.tally + 1, before.referred + 1)


def test_a_via_that_is_null_is_none(http: httpx.Client, url: str, stored: Database) -> None:
    before = stored.audit().referred

    assert http.post(url, json=open_form() | {"via": None}).status_code == 201

    assert stored.audit().referred == before


def test_an_open_form_is_sealed_so_that_only_the_private_key_reads_it(
    http: httpx.Client, url: str, services: Stack, stored: Database
) -> None:
    email = new_email()
    said = {
        "name": "Márker 金正",
        "message": "Bring them home.\r\n사랑합니다 🕯",
        "consent": {"delivery": True},
    }

    answer = http.post(url, json=open_form(f" {email.upper()} ", **said))

    fields = claim_under(stored, answer)
    assert fields.keys() == CLAIM
    assert fields["signer"] == document_id(email, services.keys.pepper)
    assert open_box(fields["sealed"], services.private_key) == said | {
        "email": email.upper(),
        "consent": {"delivery": True, "news": False},
    }


def test_nobody_allows_anything_that_they_did_not_say(
    http: httpx.Client, url: str, services: Stack, stored: Database
) -> None:
    email = new_email()

    box = claim_under(stored, http.post(url, json=open_form(email)))["sealed"]

    assert open_box(box, services.private_key) == {
        "name": "Kim Moses",
        "email": email,
        "message": "",
        "consent": {"delivery": False, "news": False},
    }


def test_the_longest_valid_form_is_accepted(
    http: httpx.Client, url: str, services: Stack, stored: Database
) -> None:
    host = ".".join(["d" * 63, "e" * 63, "f" * 57, "org"])
    email = f"{secrets.token_hex(32)}@{host}"
    assert len(email) == 254
    form = open_form(email, name="\U0001f56f" * 100, message="\U0001f56f" * 280, country="ZZ")

    box = claim_under(stored, http.post(url, json=form))["sealed"]

    assert open_box(box, services.private_key)["message"] == form["message"]


def test_a_lane_holds_sums_and_nothing_else(
    http: httpx.Client, url: str, stored: Database, services: Stack
) -> None:
    http.post(url, json=open_form(country="KR"))
    http.post(url, json=open_form(country="ZZ"))

    audit = stored.audit()
    lanes = stored.list(f"petitions/{PETITION}/lanes")
    sums = {"signatures", "referred"}  # And countries, once a first signature came by.
    assert all(sums <= lane.keys() <= sums | {"countries", "drawn"} for lane in lanes.values())
    assert all(int(lane) in range(SIGNING_LANES) for lane in lanes)
    assert sum(audit.countries.values()) == audit.tally == len(audit.signers)


def test_two_peppers_give_an_address_two_ids(
    http: httpx.Client, start_function: Start, database: Database
) -> None:
    email = new_email()
    signs = [start_function("sign", PEPPER=character * 32) for character in "ab"]

    for sign in signs:
        assert http.post(f"{sign.url}/{PETITION}", json=open_form(email)).status_code == 201

    assert database.audit().signers.keys() == {document_id(email, c * 32) for c in "ab"}


def test_a_closed_petition_takes_no_more_signatures_within_seconds(
    http: httpx.Client, start_function: Start, database: Database
) -> None:
    sign = start_function("sign")
    url = f"{sign.url}/{PETITION}"
    assert http.post(url, json=open_form()).status_code == 201

    database.put(f"petitions/{PETITION}", status="closed", outcome="unknown")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (answer := http.post(url, json=open_form())).status_code == 201:
        assert time.monotonic() < deadline, "It was never noticed."
        time.sleep(0.1)

    check_problem(answer, 409, "petition-closed", site="http://127.0.0.1:8000")
    before = database.audit()
    assert http.post(url, json=open_form()).status_code == 409
    assert database.audit() == before
    assert before.is_exact


def test_a_petition_that_is_open_in_the_console_takes_signatures(
    http: httpx.Client, start_function: Start, database: Database
) -> None:
    database.put(f"petitions/{PETITION}", status="open")
    sign = start_function("sign")

    assert http.post(f"{sign.url}/{PETITION}", json=open_form()).status_code == 201


def test_the_open_form_is_refused_unless_it_is_switched_on(
    http: httpx.Client, start_function: Start, database: Database, keys: DevelopmentKeys
) -> None:
    """As it is unless somebody switches it on."""
    url = f"{start_function('sign', OPEN_FORM=None).url}/{PETITION}"

    refused = http.post(url, json=open_form())
    taken = http.post(url, json=sealed_form(keys.private_key.public_key()))

    check_problem(refused, 403, "open-form-disabled", site="http://127.0.0.1:8000")
    assert (taken.status_code, taken.json()) == (201, {"accepted": True})
    assert database.audit().tally == 1


def test_nothing_personal_is_in_any_log_line_or_document(
    http: httpx.Client, start_function: Start, database: Database, keys: DevelopmentKeys
) -> None:
    mark = f"canary{secrets.token_hex(6)}"
    email = f"{mark}@example.org"
    headers = {
        "User-Agent": f"{mark}/1.0",
        "X-Forwarded-For": "203.0.113.77",
        "Referer": f"http://127.0.0.1:8000/?{mark}",
        "Function-Execution-Id": mark,
    }
    running = {name: start_function(name) for name in FUNCTIONS}
    url = {name: f"{function.url}/{PETITION}" for name, function in running.items()}
    receipt, envelope_key = secrets.token_bytes(16), keys.envelope_key.public_key()

    form = open_form(email, name=f"Name {mark}", message=f"Message {mark}")
    sealed = sealed_form(keys.private_key.public_key(), f"sealed.{email}", receipt=receipt)
    signed = http.post(url["sign"], json=form, headers=headers)
    http.post(url["sign"], json=sealed, headers=headers)
    http.post(url["sign"], json=envelope_form(sealed, envelope_key), headers=headers)
    # Everything that can go wrong, with the mark wherever a value can be.
    http.post(url["sign"], json=form | {"email": f"{mark} @@", "country": mark}, headers=headers)
    http.post(url["sign"], json=form | {email: 1, mark: email}, headers=headers)
    http.post(url["sign"], json={"envelope": mark}, headers=headers)
    http.post(url["sign"], json=envelope_form(form | {"x": 1}, envelope_key), headers=headers)
    http.post(url["sign"], content=f'{{"email":"{email}"'.encode(), headers=headers)
    http.post(f"{url['sign']}/{mark}", json=form, headers=headers)
    http.put(f"{url['sign']}?email={email}", json=form, headers=headers)
    http.get(f"{url['count']}?email={email}", headers=headers)
    http.get(f"{running['count'].url}/{mark}", headers=headers)
    http.post(url["share-link"], json={"language": mark, "via": email}, headers=headers)
    http.get(f"{url['share-link']}/{mark}", headers=headers)
    withdrawals = [
        {"receipt": mark, "keep_count": True},
        {"receipt": signed.json()["receipt"], "keep_count": False},
        {"receipt": write_receipt(receipt), "keep_count": True},
    ]
    in_between = database.everything()
    for withdrawal in withdrawals:
        http.post(url["withdraw"], json=withdrawal, headers=headers)
    http.post(url["sweep"], headers=headers)
    for function in running.values():
        function.stop()

    digits = signed.json()["receipt"]
    secret = [mark, "203.0.113.77", sealed["address_tag"], write_receipt(receipt)]
    secret += [digits, digits.replace("-", ""), keys.pepper, sealed["sealed"][:40]]
    secret += [keys.envelope_private_key]
    # An id of either kind leads to a person, for whoever has the database or the receipt.
    ids = [path.rpartition("/")[2] for path in in_between if re.search("/(signer|claim)s/", path)]
    assert len(ids) == 4
    logs = "".join(function.log() for function in running.values())
    assert [text for text in [*secret, *ids] if text in logs] == []
    for documents in (in_between, database.everything()):
        for path, fields in documents.items():
            written = f"{path} {fields}"
            assert [text for text in secret if text in written] == [], path
