"""Bad bodies: each gets its problem document, none is repeated, and nothing is stored."""

import json
from typing import Any

import httpx
import pytest

from dev.stack import Stack
from tests.functions.database import Database
from tests.functions.problems import check_problem
from tests.functions.signers import PETITION, base64url, envelope_form, open_form, sealed_form

POSTED = ("sign", "share-link", "withdraw")
JSON = {"Content-Type": "application/json"}


NOT_JSON = {
    "nothing": b"",
    "a-space": b" ",
    "half-an-object": b"{",
    "two-objects": b"{}{}",
    "single-quotes": b"{'receipt': 1}",
    "trailing-comma": b'{"email": "a@example.org",}',
    "comment": b"{} // comment",
    "nan": b"NaN",
    "nan-in-a-field": b'{"email": NaN}',
    "infinity": b'{"email": Infinity}',
    "open-brackets": b"[" * 4000,
    "deep-brackets": b"[" * 4000 + b"]" * 4000,
    "deep-objects": b'{"a":' * 1300 + b"1" + b"}" * 1300,
    "no-utf-8": b'{"email": "\xff\xfe"}',
    "surrogate-in-utf-8": b'{"email": "\xed\xa0\x80"}',
    "lone-surrogate": b'{"email": "\\ud800"}',
    "swapped-surrogates": b'{"email": "\\udc00\\ud800"}',
    "lone-surrogate-as-a-field": b'{"\\ud800": 1}',
    "bare-nul": b'{"email": "a\x00b"}',
    "bare-line-break": b'{"email": "a\nb"}',
    "byte-order-mark": b"\xef\xbb\xbf{}",
    "utf-16": '{"email": "a@example.org"}'.encode("utf-16"),
}


@pytest.mark.parametrize("name", POSTED)
@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON)
def test_what_is_not_json_is_refused_as_a_whole(
    http: httpx.Client, services: Stack, stored: Database, name: str, body: bytes
) -> None:
    before = stored.audit()

    answer = http.post(url_of(services, name), content=body, headers=JSON)

    check_problem(answer, 422, "invalid-request", "#", site=services.site)
    assert stored.audit() == before


@pytest.mark.parametrize("name", POSTED)
@pytest.mark.parametrize("value", [None, True, 7, -0.5, "text", [], [{}], [["a"]]])
def test_json_that_is_no_object_is_refused_as_a_whole(
    http: httpx.Client, services: Stack, name: str, value: object
) -> None:
    body = json.dumps(value).encode()

    answer = http.post(url_of(services, name), content=body, headers=JSON)

    check_problem(answer, 422, "invalid-request", "#", site=services.site)


def test_a_field_that_is_given_twice_is_judged_by_its_last_value(
    http: httpx.Client, services: Stack, stored: Database
) -> None:
    before = stored.audit()
    body = json.dumps(open_form(country="KR"))[:-1] + f', "country": "{SECRET}"}}'

    answer = http.post(url_of(services, "sign"), content=body.encode(), headers=JSON)

    check_problem(answer, 422, "invalid-request", "#/country", site=services.site)
    assert SECRET not in answer.text
    assert stored.audit() == before


SECRET = "wyrm"  # In every bad value below; no answer may hold it.
LONG = SECRET * 1000  # Half of what a body can be.
WRONG_TYPES: list[Any] = [None, True, 7, 1.5, [SECRET], {SECRET: SECRET}]
BIDI = [chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))]
CONTROLS = ["\x00", "\x07", "\x1b", "\x7f", "\x80", "\x9f"]

BAD: dict[str, list[Any]] = {
    "email": [
        *WRONG_TYPES,
        "",
        SECRET,
        f"@{SECRET}.org",
        f"{SECRET}@",
        f"{SECRET}@nodots",
        f"two..dots@{SECRET}.org",
        f".dot@{SECRET}.org",
        f"{SECRET}@a@b.org",
        f"{SECRET} space@example.org",
        f'"{SECRET}"@example.org',
        f"{SECRET}@[127.0.0.1]",
        f"{SECRET}@127.0.0.1",
        f"{SECRET}@-example.org",
        f"{SECRET}@ab--cd.org",
        f"{SECRET * 17}@example.org",
        f"{SECRET}@{'d' * 64}.org",
        f"{SECRET}@{'.'.join(['d' * 63] * 4)}.org",
        f"{SECRET}\x00@example.org",
        f"{SECRET}\u202e@example.org",
        f"{SECRET}\u200d@example.org",
        f"{SECRET}@exa\u202emple.org",
        f"{SECRET}@example.org\r\nBcc: b@example.org",
        f"Name <{SECRET}@example.org>",
        LONG,
    ],
    "name": [
        *WRONG_TYPES,
        "",
        "  \t ",
        "n" * 101,
        LONG,
        *(f"{sign}{SECRET}" for sign in "=+-@"),
        f" ={SECRET}",
        f"{SECRET}\nx",
        f"{SECRET}\tx",
        *(f"{SECRET}{control}x" for control in CONTROLS),
        *(f"{SECRET}{mark}x" for mark in BIDI),
    ],
    "message": [
        *WRONG_TYPES,
        "m" * 281,
        LONG,
        *(f"{SECRET}{control}x" for control in CONTROLS),
        *(f"{SECRET}{mark}x" for mark in BIDI),
    ],
    "country": [*WRONG_TYPES, "", "kr", "QQ", "XX", "KOR", "K", SECRET, "KR\x00", "ＫＲ"],
    "language": [*WRONG_TYPES, "", "zh", "EN", "zh-hans", "fr", SECRET],
    "via": [
        *WRONG_TYPES[1:],
        "",
        SECRET,
        "0123456789.",
        "0123456789.myspace",
        "0123456789.X",
        "0123456789.x.x",
        "012345678",
        "0123456789a",
        "012345678i",
        "012345678u",
        "012345678A",
        "0123456789/..",
        "０123456789",
        f"0123456789.x\n{SECRET}",
    ],
    "address_tag": [
        *WRONG_TYPES,
        "",
        base64url(b"1" * 31),
        base64url(b"1" * 33),
        base64url(b"1" * 32) + "=",
        "A" * 42 + "B",  # The same octets as "A" * 43, with bits set that must not be.
        "+" + "A" * 42,
        "/" + "A" * 42,
        "A" * 21 + "\n" + "A" * 22,
        "é" * 43,
        SECRET,
        LONG,
    ],
    "receipt_hash": [*WRONG_TYPES, "", base64url(b"1" * 31), "A" * 42 + "B", "../" + "A" * 40],
    "sealed": [
        *WRONG_TYPES,
        "",
        base64url(b"\x01" + b"1" * 2128),
        base64url(b"\x01" + b"1" * 2130),
        base64url(b"\x00" + b"1" * 2129),
        base64url(b"\x02" + b"1" * 2129),
        base64url(b"\x01" + b"\xff" * 2129).replace("_", "/"),
        base64url(b"\x01" + b"1" * 2129)[:-1] + "=",
        SECRET,
        LONG,
    ],
    "envelope": [
        *WRONG_TYPES,
        "",
        base64url(b"\x01" + b"1" * 3408),
        base64url(b"\x01" + b"1" * 3410),
        base64url(b"\x01" + b"1" * 3409),  # Of the right size, and sealed to nobody.
        base64url(b"\x02" + b"1" * 3409),
        base64url(b"\x01" + b"\xff" * 3409).replace("_", "/"),
        SECRET,
        LONG,
    ],
    "receipt": [
        *WRONG_TYPES,
        "",
        SECRET,
        "0" * 25,
        "0" * 27,
        "8" + "0" * 25,  # 128 bits, and one more
        "U" + "0" * 25,
        "0" * 25 + "é",
        "٠" * 26,
        "\x00" * 26,
        "-" * 26,
        "0" * 26 + " " * 40 + SECRET,
        LONG,
    ],
    "keep_count": [None, 0, 1, "true", "", [], {}, SECRET],
}

FORMS = {
    "open": ("email", "name", "message", "country", "language", "via"),
    "sealed": ("address_tag", "sealed", "receipt_hash", "country", "language", "via"),
    "envelope": ("envelope",),
    "share-link": ("language", "via"),
    "withdraw": ("receipt", "keep_count"),
}


def form_of(services: Stack, form: str) -> tuple[str, dict[str, Any]]:
    """Return where a form is posted, and one that would be accepted."""
    match form:
        case "open":
            return url_of(services, "sign"), open_form(via="0123456789.x", message="Hello")
        case "sealed":
            return url_of(services, "sign"), sealed_form(services.private_key.public_key())
        case "envelope":
            return url_of(services, "sign"), in_envelope(services, valid_sealed_form(services))
        case "share-link":
            return url_of(services, form), {"language": "ko"}
        case _:
            return url_of(services, form), {"receipt": "0" * 26, "keep_count": True}


def valid_sealed_form(services: Stack) -> dict[str, Any]:
    """Fill in a sealed form that would be accepted."""
    return sealed_form(services.private_key.public_key(), via="0123456789.x")


def in_envelope(services: Stack, form: dict[str, Any]) -> dict[str, Any]:
    """Put anything into an envelope that sign can open."""
    return envelope_form(form, services.keys.envelope_key.public_key())


def url_of(services: Stack, name: str) -> str:
    """Return where a function takes what is posted."""
    return f"{services.functions[name].url}/{PETITION}"


@pytest.mark.parametrize("form", FORMS)
def test_every_bad_value_is_refused_at_its_field_and_never_repeated(
    http: httpx.Client, services: Stack, stored: Database, form: str
) -> None:
    url, good = form_of(services, form)
    before = stored.everything()
    for field in FORMS[form]:
        for value in BAD[field]:
            answer = http.post(url, json=good | {field: value})

            # Read on one line, so that a failure names the value.
            assert (answer.status_code, field, value) == (422, field, value)
            check_problem(answer, 422, "invalid-request", f"#/{field}", site=services.site)
            assert SECRET not in answer.text
    assert stored.everything() == before


@pytest.mark.parametrize("form", FORMS)
def test_all_faults_of_a_body_are_named_at_once(
    http: httpx.Client, services: Stack, form: str
) -> None:
    url, _ = form_of(services, form)
    fields = FORMS[form]
    body = {field: BAD[field][-1] if field != "email" else "" for field in fields}
    body = {field: value if len(str(value)) < 1000 else 7 for field, value in body.items()}

    answer = http.post(url, json=body | {"unknown_field": SECRET})

    # An unknown one is told at the form, because its name may be somebody's.
    pointers = ["#", *(f"#/{field}" for field in fields)]
    check_problem(answer, 422, "invalid-request", *pointers, site=services.site)
    assert SECRET not in answer.text


# Without its one field an envelope is a sealed form.
@pytest.mark.parametrize("form", [form for form in FORMS if form != "envelope"])
def test_every_missing_field_is_named(http: httpx.Client, services: Stack, form: str) -> None:
    url, good = form_of(services, form)
    optional = {"via", "message"}
    # Whoever sends a name or an address means the open form, even with nothing else in it.
    kept = {"name": "Kim"} if form == "open" else {}

    answer = http.post(url, json=kept)

    missing = [f"#/{field}" for field in FORMS[form] if field not in {*optional, *kept}]
    document = check_problem(answer, 422, "invalid-request", *missing, site=services.site)
    assert {error["detail"] for error in document["errors"]} == {"This field is required."}
    assert good.keys() >= {pointer.removeprefix("#/") for pointer in missing}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "field",
    [
        *(f"{SECRET}@example.org", f"Kim {SECRET}", f"{SECRET}/~", f"{SECRET}\x00", f"金{SECRET}"),
        *(SECRET, f"{SECRET}_{SECRET}", ""),
    ],
)
def test_an_unknown_field_that_could_be_somebodys_value_is_not_repeated(
    http: httpx.Client, services: Stack, stored: Database, form: str, field: str
) -> None:
    url, good = form_of(services, form)
    before = stored.audit()

    answer = http.post(url, json=good | {field: SECRET})

    check_problem(answer, 422, "invalid-request", "#", site=services.site)
    assert SECRET not in answer.text
    assert stored.audit() == before


@pytest.mark.parametrize(
    ("consent", "pointers"),
    [
        (None, ["#/consent"]),
        (True, ["#/consent"]),
        ([], ["#/consent"]),
        ({"delivery": 1}, ["#/consent/delivery"]),
        ({"delivery": "true", "news": None}, ["#/consent/delivery", "#/consent/news"]),
        ({"more": True}, ["#/consent"]),
        ({SECRET: True}, ["#/consent"]),
        ({f"{SECRET}@example.org": True}, ["#/consent"]),
    ],
)
def test_a_bad_consent_is_refused_where_it_is_bad(
    http: httpx.Client, services: Stack, consent: object, pointers: list[str]
) -> None:
    answer = http.post(url_of(services, "sign"), json=open_form() | {"consent": consent})

    check_problem(answer, 422, "invalid-request", *pointers, site=services.site)
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    ("one", "other"), [("open", "sealed"), ("sealed", "envelope"), ("envelope", "open")]
)
def test_a_form_that_is_both_is_neither(
    http: httpx.Client, services: Stack, stored: Database, one: str, other: str
) -> None:
    before = stored.audit()
    url, form = form_of(services, one)

    answer = http.post(url, json=form | form_of(services, other)[1])

    check_problem(answer, 422, "invalid-request", "#", site=services.site)
    assert stored.audit() == before


@pytest.mark.parametrize("field", FORMS["sealed"])
def test_a_bad_value_in_an_envelope_is_refused_at_its_field_and_never_repeated(
    http: httpx.Client, services: Stack, stored: Database, field: str
) -> None:
    before = stored.everything()
    good = valid_sealed_form(services)
    held = [value for value in BAD[field] if len(json.dumps(good | {field: value})) <= 3328]
    assert len(held) >= len(BAD[field]) - 1, "What an envelope cannot hold is LONG alone."
    for value in held:
        body = in_envelope(services, good | {field: value})

        answer = http.post(url_of(services, "sign"), json=body)

        assert (answer.status_code, field, value) == (422, field, value)
        check_problem(answer, 422, "invalid-request", f"#/{field}", site=services.site)
        assert SECRET not in answer.text
    assert stored.everything() == before


def test_an_envelope_holds_a_sealed_form_and_nothing_else(
    http: httpx.Client, services: Stack, stored: Database
) -> None:
    before = stored.audit()
    for inside in (open_form(), {"envelope": SECRET}, {}, {SECRET: SECRET}):
        answer = http.post(url_of(services, "sign"), json=in_envelope(services, inside))

        assert answer.status_code == 422
        assert SECRET not in answer.text
    assert stored.audit() == before


def test_an_envelope_is_opened_for_its_own_petition_alone(
    http: httpx.Client, services: Stack, stored: Database
) -> None:
    before = stored.audit()
    key = services.keys.envelope_key.public_key()
    other = envelope_form(valid_sealed_form(services), key, petition="letthemgo")
    foreign = envelope_form(valid_sealed_form(services), services.private_key.public_key())

    for body in (other, foreign):
        answer = http.post(url_of(services, "sign"), json=body)
        check_problem(answer, 422, "invalid-request", "#/envelope", site=services.site)
    assert stored.audit() == before


def test_a_name_of_100_kilobytes_is_refused_unread(
    http: httpx.Client, services: Stack, stored: Database
) -> None:
    before = stored.audit()

    answer = http.post(url_of(services, "sign"), json=open_form(name=SECRET * 25_000))

    check_problem(answer, 413, "payload-too-large", site=services.site)
    assert SECRET not in answer.text
    assert stored.audit() == before
