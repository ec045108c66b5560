"""A function starts with everything it needs, or says in one message what is missing."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from dev import CannotRun
from dev.functions import FUNCTIONS, Running
from dev.keys import DevelopmentKeys
from tests.functions.database import Database
from tests.functions.problems import check_problem
from tests.functions.signers import (
    document_id,
    first_petition,
    new_email,
    open_box,
    open_form,
    sealed_form,
)

Start = Callable[..., Running]

NEEDED = {
    "sign": {
        "ALLOWED_ORIGINS",
        "ENVELOPE_PRIVATE_KEY",
        "GOOGLE_CLOUD_PROJECT",
        "PEPPER",
        "SEAL_PUBLIC_KEY",
        "SITE_URL",
    },
    "count": {"ALLOWED_ORIGINS", "GOOGLE_CLOUD_PROJECT", "SITE_URL"},
    "share-link": {"ALLOWED_ORIGINS", "GOOGLE_CLOUD_PROJECT", "SHARE_LINK_URL", "SITE_URL"},
    "withdraw": {"ALLOWED_ORIGINS", "GOOGLE_CLOUD_PROJECT", "SITE_URL"},
    "sweep": {"ALLOWED_ORIGINS", "GOOGLE_CLOUD_PROJECT", "SITE_URL"},
}
FIRST, SECOND = "savemyfriend", "letthemgo"


def refusal(start: Start, name: str = "count", **extra: str | None) -> str:
    """Return the one line that a function says when it does not start."""
    with pytest.raises(CannotRun) as refused:
        start(name, **extra)
    said = str(refused.value)
    assert "Traceback" not in said
    lines = [line for line in said.splitlines()[1:] if line.strip()]
    assert len(lines) == 1, lines
    return lines[0]


def test_a_second_petition_is_a_second_file(
    http: httpx.Client,
    petitions: Path,
    start_function: Start,
    database: Database,
    keys: DevelopmentKeys,
) -> None:
    second = first_petition() | {"petition": SECOND, "milestones": [3, 30]}
    (petitions / f"{SECOND}.json").write_text(json.dumps(second), encoding="utf-8")
    url = {name: start_function(name).url for name in ("sign", "count", "withdraw", "sweep")}
    email = new_email()

    receipts = {
        petition: http.post(f"{url['sign']}/{petition}", json=open_form(email)).json()["receipt"]
        for petition in (FIRST, SECOND)
    }
    assert http.post(f"{url['sign']}/{SECOND}", json=open_form(country="US")).status_code == 201

    # One address has signed both, and nobody can tell from the ids.
    audits = {petition: database.audit(petition) for petition in (FIRST, SECOND)}
    assert audits[FIRST].signers.keys() == {document_id(email, keys.pepper, FIRST)}
    assert document_id(email, keys.pepper, SECOND) in audits[SECOND].signers
    assert audits[FIRST].signers.keys().isdisjoint(audits[SECOND].signers)
    counts = {petition: http.get(f"{url['count']}/{petition}").json() for petition in audits}
    assert [counts[p]["signatures"] for p in (FIRST, SECOND)] == [1, 2]
    assert [counts[p]["goal"] for p in (FIRST, SECOND)] == [100, 3]
    assert [counts[p]["petition"] for p in (FIRST, SECOND)] == [FIRST, SECOND]

    # A receipt opens nothing of another petition.
    body = {"receipt": receipts[FIRST], "keep_count": False}
    assert http.post(f"{url['withdraw']}/{SECOND}", json=body).status_code == 204
    standing = {petition: database.audit(petition).standing for petition in audits}
    assert standing == {petition: audit.standing for petition, audit in audits.items()}
    assert http.post(f"{url['withdraw']}/{FIRST}", json=body).status_code == 204
    assert http.post(f"{url['sweep']}/{SECOND}").status_code == 204
    assert database.audit(FIRST).tally == 1, "Each petition has a sweep of its own."
    assert http.post(f"{url['sweep']}/{FIRST}").status_code == 204
    assert database.audit(FIRST).tally == 0
    assert database.audit(SECOND).signers == audits[SECOND].signers


def test_closing_one_petition_leaves_the_other_open(
    http: httpx.Client,
    petitions: Path,
    start_function: Start,
    database: Database,
    keys: DevelopmentKeys,
) -> None:
    second = first_petition() | {"petition": SECOND}
    (petitions / f"{SECOND}.json").write_text(json.dumps(second), encoding="utf-8")
    database.put(f"petitions/{FIRST}", status="closed")
    sign = start_function("sign")
    email = new_email()
    form = sealed_form(keys.private_key.public_key(), email, petition=SECOND)

    assert http.post(f"{sign.url}/{FIRST}", json=open_form()).status_code == 409
    assert http.post(f"{sign.url}/{SECOND}", json=form).status_code == 201

    fields = database.get(f"petitions/{SECOND}/claims/{form['receipt_hash']}")
    assert fields is not None
    assert fields["signer"] == document_id(email, keys.pepper, SECOND)
    assert open_box(fields["sealed"], keys.private_key, SECOND)["email"] == email
    assert database.audit(FIRST).tally == 0


def changed(**changes: Any) -> str:
    """Return the first petition's file with other values; None takes one away."""
    petition = first_petition() | changes
    return json.dumps({name: value for name, value in petition.items() if value is not None})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "file: Invalid JSON"),
        (changed(milestones=[5, 1]), "milestones must rise"),
        (changed(colour="red"), "colour: "),
    ],
    ids=["no-json", "falling-milestones", "unknown-field"],
)
def test_an_invalid_petition_stops_the_start_with_one_message(
    petitions: Path, start_function: Start, text: str, said: str
) -> None:
    (petitions / f"{FIRST}.json").write_text(text, encoding="utf-8")

    line = refusal(start_function)

    assert line.startswith(f"The petition campaigns/{FIRST}.json is not valid. ")
    assert said in line
    assert len(line) < 1000


def test_all_faults_of_a_petition_are_in_the_one_message(
    petitions: Path, start_function: Start
) -> None:
    (petitions / f"{FIRST}.json").write_text(changed(texts=None, hashtag="none"), encoding="utf-8")

    line = refusal(start_function)

    assert "texts: " in line
    assert "hashtag: " in line


def test_one_invalid_petition_of_two_is_named(petitions: Path, start_function: Start) -> None:
    (petitions / f"{SECOND}.json").write_text("{}", encoding="utf-8")

    assert f"campaigns/{SECOND}.json" in refusal(start_function)


def test_a_petition_in_another_ones_file_is_refused(petitions: Path, start_function: Start) -> None:
    shutil.copy(petitions / f"{FIRST}.json", petitions / f"{SECOND}.json")

    line = refusal(start_function)

    assert line.startswith(f"The petition campaigns/{SECOND}.json must have the id")


def test_no_petition_at_all_is_refused(petitions: Path, start_function: Start) -> None:
    (petitions / f"{FIRST}.json").unlink()

    assert "no petition" in refusal(start_function)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_missing_settings_are_named_in_one_message(start_function: Start, name: str) -> None:
    line = refusal(start_function, name, **dict.fromkeys(NEEDED[name]))

    missing = ", ".join(sorted(NEEDED[name]))
    assert line == f"Set the environment variables (missing: {missing})."


def test_invalid_settings_are_named_in_one_message_and_not_shown(start_function: Start) -> None:
    invalid = {
        "ALLOWED_ORIGINS": "https://secret.example/path",
        "ENVELOPE_PRIVATE_KEY": "no-secret-of-32-octets",
        "GOOGLE_CLOUD_PROJECT": "",
        "OPEN_FORM": "secretly",
        "PEPPER": "too-short-a-secret",
        "SEAL_PUBLIC_KEY": "B" + "A" * 86,  # As long as a point, and on no curve.
        "SITE_URL": "ftp://secret.example",
    }

    line = refusal(start_function, "sign", **invalid)

    assert line == f"Set the environment variables (not valid: {', '.join(sorted(invalid))})."


def test_a_hidden_petition_is_signed_and_known_to_no_other_function(
    http: httpx.Client, petitions: Path, start_function: Start, database: Database
) -> None:
    """The canary tries every minute whether signing works, and must not stand beside the plea."""
    hidden = first_petition() | {"petition": SECOND, "hidden": True}
    (petitions / f"{SECOND}.json").write_text(json.dumps(hidden), encoding="utf-8")
    url = {name: f"{start_function(name).url}/{SECOND}" for name in FUNCTIONS}

    answers = {
        "count": http.get(url["count"]),
        "share-link": http.post(url["share-link"], json={"language": "ko"}),
        "withdraw": http.post(url["withdraw"], json={"receipt": "0" * 26, "keep_count": True}),
        "sweep": http.post(url["sweep"]),
    }

    assert http.post(url["sign"], json=open_form()).status_code == 201
    assert database.audit(SECOND).tally == 1
    for answer in answers.values():
        check_problem(answer, 404, "petition-not-found", site="http://127.0.0.1:8000")
