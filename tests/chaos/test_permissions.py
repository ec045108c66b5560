"""
What each function sends to the database, as its rights allow it there: of the public
ones only count lists, and none deletes.
"""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from dev.functions import FUNCTIONS, Running
from dev.keys import DevelopmentKeys
from tests.chaos.faults import Wire
from tests.functions.signers import (
    PETITION,
    envelope_form,
    new_email,
    open_form,
    sealed_form,
)

Start = Callable[..., Running]

# What each may call: documents are read by BatchGetDocuments and listed by RunQuery.
METHODS = {
    "sign": {"BatchGetDocuments", "Commit"},
    "count": {"BatchGetDocuments", "RunQuery", "Commit"},
    "share-link": {"BatchGetDocuments", "Commit"},
    "withdraw": {"BatchGetDocuments", "Commit"},
    "sweep": {"BatchGetDocuments", "RunQuery", "Commit"},
}
# Which documents each writes, by the collection that they are in.
WRITES = {
    "sign": {"claims", "signers", "lanes"},
    "count": {"petitions"},
    "share-link": {"links"},
    "withdraw": {"claims", "signers", "leaving", "idle"},
    "sweep": {"lanes"},
}
DELETES = {"sweep": {"signers", "leaving"}}


def ask_everything(
    http: httpx.Client, start_function: Start, name: str, wire: Wire, keys: DevelopmentKeys
) -> None:
    """Do all that can be done with one function, the others past the wire."""
    running = {other: start_function(other) for other in FUNCTIONS if other != name}
    running[name] = start_function(name, FIRESTORE_EMULATOR_HOST=wire.host)
    url = {other: f"{function.url}/{PETITION}" for other, function in running.items()}
    sealed = sealed_form(keys.private_key.public_key())
    email = new_email()
    forms = [open_form(email), open_form(email), open_form(), sealed, sealed]
    forms.append(envelope_form(sealed, keys.envelope_key.public_key()))
    answers = [http.post(url["sign"], json=form) for form in forms]
    receipts = [a.json()["receipt"] for a in answers[:3]] + ["0" * 26]
    for receipt, keep_count in [(r, k) for r in receipts for k in (True, False)]:
        http.post(url["withdraw"], json={"receipt": receipt, "keep_count": keep_count})
    last = http.post(url["sign"], json=open_form()).json()["receipt"]
    http.post(url["withdraw"], json={"receipt": last, "keep_count": False})
    assert http.post(url["sweep"]).status_code == 204
    link = http.post(url["share-link"], json={"language": "ko"}).json()["code"]
    for rest in ("", f"/{link}", f"/{link}.svg", f"/{link}.png", "/0123456789"):
        http.get(f"{url['share-link']}{rest}")
    for rest in ("", "/badge.svg", "/badge.ko.svg"):
        assert http.get(f"{url['count']}{rest}").status_code == 200


def collection(name: str) -> str:
    """Return which collection a document is in."""
    return name.rsplit("/", 2)[-2]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_does_what_its_rights_allow_and_nothing_else(
    name: str, http: httpx.Client, start_function: Start, wire: Wire, keys: DevelopmentKeys
) -> None:
    ask_everything(http, start_function, name, wire, keys)

    writes: list[Any] = [write for commit in wire.commits() for write in commit.writes]
    assert set(wire.calls) == METHODS[name]
    updated = {collection(write.update.name) for write in writes if write.HasField("update")}
    deleted = {collection(write.delete) for write in writes if write.delete}
    assert updated == WRITES[name]
    assert deleted == DELETES.get(name, set())
    assert all(write.HasField("update") or write.delete for write in writes)


def test_sign_writes_as_much_for_a_repeat_as_for_a_first(
    http: httpx.Client, start_function: Start, wire: Wire
) -> None:
    """In one commit: a claim, a signer, a lane; whether or not the signer is new."""
    url = f"{start_function('sign', FIRESTORE_EMULATOR_HOST=wire.host).url}/{PETITION}"
    email = new_email()

    for _ in range(3):
        assert http.post(url, json=open_form(email)).status_code == 201

    written = [[collection(write.update.name) for write in c.writes] for c in wire.commits()]
    assert written == [["claims", "signers", "lanes"]] * 3
    sizes = [len(message) for method, message in wire.messages if method == "Commit"]
    assert max(sizes) - min(sizes) < 150, "Only what a signer's document says differs."


def test_withdrawals_of_nothing_write_as_much_where_nobody_waits_for_it(
    http: httpx.Client, start_function: Start, wire: Wire
) -> None:
    """In a flood, a few lanes would make them slower than those that find something."""
    url = f"{start_function('withdraw', FIRESTORE_EMULATOR_HOST=wire.host).url}/{PETITION}"

    for number in range(40):
        body = {"receipt": f"{number:026}", "keep_count": False}
        assert http.post(url, json=body).status_code == 204

    commits = wire.commits()
    idle = [
        write.update.name.rpartition("/")[2]
        for commit in commits
        for write in commit.writes
        if collection(write.update.name) == "idle"
    ]
    assert {len(commit.writes) for commit in commits} == {3}
    assert len(idle) == 80
    assert len(set(idle)) > 60
    assert all(0 <= int(number) < 4096 for number in idle)
