"""The forms of a claim: what they take, what they refuse, and what is kept."""

import string
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from petition import base64url
from petition.claim import (
    DIGEST_BYTES,
    MAX_MESSAGE_CHARACTERS,
    MAX_NAME_CHARACTERS,
    MAX_TYPED_ADDRESS_OCTETS,
    EnvelopeForm,
    OpenForm,
    SealedForm,
    from_open,
    from_sealed,
    identify,
    tag_address,
)
from petition.country import COUNTRIES, NOT_SAID
from petition.form import Form, read_form
from petition.problems import InvalidRequest
from petition.receipt import hash_receipt, read_receipt
from petition.seal import BOX_BYTES, ENVELOPE_BYTES, Consent, Contents, open_box, seal

PETITION = "savemyfriend"
PEPPER = b"pepper of the tests, 32 octets at least"
KEY = ec.derive_private_key(1, ec.SECP256R1())
SALT = (PETITION, PEPPER)
CONTEXT = {"languages": ("zh-Hans", "en", "ko")}

OPEN = {"email": "ann@example.org", "name": "Ann", "country": "KR", "language": "ko"}
SEALED = {
    "address_tag": "A" * 43,
    "sealed": base64url.encode(b"\x01" + bytes(BOX_BYTES - 1)),
    "receipt_hash": "A" * 43,
    "country": "ZZ",
    "language": "en",
}

# The longest that is valid: every character of a name and a message may take four octets.
LONGEST_ADDRESS = "𝐚" * 64 + "@" + "𝐚" * 29 + "." + "a" * 62 + ".org"
LONGEST_TEXTS = {"name": "𠮷" * MAX_NAME_CHARACTERS, "message": "𠮷" * MAX_MESSAGE_CHARACTERS}


def refused(form: type[Form], body: object) -> dict[str, str]:
    """Return the faults of a body, by pointer."""
    with pytest.raises(InvalidRequest) as caught:
        read_form(form, body, CONTEXT)
    return {fault.pointer: fault.detail for fault in caught.value.faults}


def read_open(**fields: object) -> OpenForm:
    """Read an open form, honest but for some fields."""
    return read_form(OpenForm, OPEN | fields, CONTEXT)


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "김철수"},
        {"name": "李"},
        {"name": 'O\'Brien \\ "Ann"'},
        {"name": "a" * 100},
        {"name": "𠮷" * 100},
        {"name": "Ann = Lee + 1"},
        {"name": "\u1112\u1161\u11ab"},
        {"name": "\u115f\u1161"},
        {"name": "ក\u17b4\u17b6"},
        {"name": "葛\U000e0100"},
        {"name": "🕯\ufe0f"},
        {"name": "می\u200cخواهم"},
        {"message": ""},
        {"message": "a" * 280},
        {"message": "one\nline\r\nand\tanother"},
        {"message": "= 1 + 1"},
        {"message": "한국어 🕯 עברית"},
        {"consent": {}},
        {"consent": {"delivery": True}},
        {"consent": {"delivery": True, "news": False}},
        {"email": " Ann+tag@Example.org "},
        {"country": "ZZ"},
        {"country": "XK"},
        {"language": "zh-Hans"},
        {"via": None},
        {"via": "7k2m9qx4tb"},
        {"via": "7k2m9qx4tb.line"},
        {"via": "7k2m9qx4tb.device"},
    ],
    ids=str,
)
def test_open_form_takes(fields: dict[str, object]) -> None:
    form = read_open(**fields)

    assert form.country in COUNTRIES


@pytest.mark.parametrize(
    ("fault", "fields", "pointer"),
    [
        ("no name", {"name": ""}, "#/name"),
        ("a name of white space", {"name": " \t\u3000\n"}, "#/name"),
        ("a name of a Hangul filler", {"name": "\u3164"}, "#/name"),
        ("a name of joiners and tags", {"name": "\u200d\ufe0f\U000e0041"}, "#/name"),
        ("a name of empty Braille", {"name": "\u2800 \u2800"}, "#/name"),
        ("a number for a name", {"name": 1}, "#/name"),
        ("null for a name", {"name": None}, "#/name"),
        ("a list for a name", {"name": ["Ann"]}, "#/name"),
        ("101 characters", {"name": "a" * 101}, "#/name"),
        ("100 KB", {"name": "a" * 100_000}, "#/name"),
        ("a formula", {"name": "=cmd()"}, "#/name"),
        ("a formula after white space", {"name": " \t=cmd()"}, "#/name"),
        ("a formula with +", {"name": "+1"}, "#/name"),
        ("a formula with -", {"name": "-1"}, "#/name"),
        ("a formula with @", {"name": "@SUM(1)"}, "#/name"),
        ("NUL", {"name": "Ann\0"}, "#/name"),
        ("a line break in a name", {"name": "Ann\nLee"}, "#/name"),
        ("escape", {"name": "\x1b[31mAnn"}, "#/name"),
        ("delete", {"name": "Ann\x7f"}, "#/name"),
        ("a control of Latin-1", {"name": "Ann\x9b31m"}, "#/name"),
        ("a right-to-left override", {"name": "Ann\u202egnp"}, "#/name"),
        ("an isolate that is never closed", {"name": "Ann\u2066"}, "#/name"),
        ("half a character", {"name": "Ann\ud83d"}, "#/name"),
        ("281 characters", {"message": "a" * 281}, "#/message"),
        ("null for a message", {"message": None}, "#/message"),
        ("NUL in a message", {"message": "a\0"}, "#/message"),
        ("a vertical tab", {"message": "a\vb"}, "#/message"),
        ("an embedding", {"message": "\u202aa"}, "#/message"),
        ("half a character in a message", {"message": "\udc00"}, "#/message"),
        ("no address", {"email": ""}, "#/email"),
        ("no @", {"email": "ann"}, "#/email"),
        ("301 characters", {"email": "a" * 289 + "@example.org"}, "#/email"),
        ("half a character in an address", {"email": "\ud800@example.org"}, "#/email"),
        ("a country's name", {"country": "Korea"}, "#/country"),
        ("a small country", {"country": "kr"}, "#/country"),
        ("a country that is none", {"country": "AA"}, "#/country"),
        ("what stands for all other countries", {"country": "other"}, "#/country"),
        ("a path into a map", {"country": "KR.x"}, "#/country"),
        ("null for a country", {"country": None}, "#/country"),
        ("a language that the petition lacks", {"language": "fr"}, "#/language"),
        ("a language in another case", {"language": "KO"}, "#/language"),
        ("null for a language", {"language": None}, "#/language"),
        ("a code that is too short", {"via": "7k2m9qx4t"}, "#/via"),
        ("a letter that no code has", {"via": "7k2m9qx4tu"}, "#/via"),
        ("a code in capitals", {"via": "7K2M9QX4TB"}, "#/via"),
        ("an unknown network", {"via": "7k2m9qx4tb.myspace"}, "#/via"),
        ("an ending of a link", {"via": "7k2m9qx4tb.svg"}, "#/via"),
        ("two codes", {"via": "7k2m9qx4tb\n7k2m9qx4tb"}, "#/via"),
        ("an empty via", {"via": ""}, "#/via"),
        ("a list for consent", {"consent": []}, "#/consent"),
        ("null for consent", {"consent": None}, "#/consent"),
        ("a number for a consent", {"consent": {"news": 1}}, "#/consent/news"),
        ("a text for a consent", {"consent": {"delivery": "true"}}, "#/consent/delivery"),
        ("an unknown consent", {"consent": {"telephone": True}}, "#/consent"),
        ("an unknown field", {"phone": "1"}, "#"),
        ("a field of the sealed form", {"sealed": "A"}, "#"),
        ("a value for a field's name", {"ann@example.org": 1}, "#"),
    ],
)
def test_open_form_points_at(fault: str, fields: dict[str, object], pointer: str) -> None:
    assert list(refused(OpenForm, OPEN | fields)) == [pointer]


def test_a_message_of_which_nothing_can_be_seen_is_none() -> None:
    assert read_open(message="\u3164\n\u200b").message == ""
    assert read_open(message="\u3164a").message == "\u3164a"


@pytest.mark.parametrize(
    ("fault", "fields", "pointer"),
    [
        ("a short tag", {"address_tag": "A" * 42}, "#/address_tag"),
        ("a padded tag", {"address_tag": "A" * 43 + "="}, "#/address_tag"),
        ("another spelling of a tag", {"address_tag": "A" * 42 + "B"}, "#/address_tag"),
        ("a tag in the other alphabet", {"address_tag": "+" * 43}, "#/address_tag"),
        ("an empty receipt", {"receipt_hash": ""}, "#/receipt_hash"),
        ("a number for a receipt", {"receipt_hash": 1}, "#/receipt_hash"),
        ("no box", {"sealed": ""}, "#/sealed"),
        ("a box too short", {"sealed": base64url.encode(b"\1" * 2129)}, "#/sealed"),
        ("a box too long", {"sealed": base64url.encode(b"\1" * 2131)}, "#/sealed"),
        ("a box of another version", {"sealed": base64url.encode(bytes(2130))}, "#/sealed"),
        ("a name in clear", {"name": "Ann"}, "#"),
        ("a country that is none", {"country": "EU"}, "#/country"),
        ("a via that is none", {"via": "x"}, "#/via"),
    ],
)
def test_sealed_form_points_at(fault: str, fields: dict[str, object], pointer: str) -> None:
    assert list(refused(SealedForm, SEALED | fields)) == [pointer]


@pytest.mark.parametrize(
    ("fault", "envelope"),
    [
        ("nothing", ""),
        ("a number", 1),
        ("a byte short", base64url.encode(b"\1" * (ENVELOPE_BYTES - 1))),
        ("a byte more", base64url.encode(b"\1" * (ENVELOPE_BYTES + 1))),
        ("another version", base64url.encode(bytes(ENVELOPE_BYTES))),
        ("a box", SEALED["sealed"]),
    ],
)
def test_envelope_form_points_at(fault: str, envelope: object) -> None:
    assert list(refused(EnvelopeForm, {"envelope": envelope})) == ["#/envelope"]


def test_envelope_says_nothing_beside_itself() -> None:
    envelope = base64url.encode(b"\1" * ENVELOPE_BYTES)

    form = read_form(EnvelopeForm, {"envelope": envelope})

    assert form.envelope == b"\1" * ENVELOPE_BYTES
    for name in ("country", "language", "via", "address_tag", "email"):
        assert list(refused(EnvelopeForm, {"envelope": envelope, name: "KR"})) == ["#"]


@given(st.binary(min_size=DIGEST_BYTES, max_size=DIGEST_BYTES))
def test_receipts_hash_is_never_an_id_that_the_database_keeps_for_itself(digest: bytes) -> None:
    """Firestore refuses `__.*__`, ".", ".." and whatever holds a slash."""
    text = base64url.encode(digest)

    form = read_form(SealedForm, SEALED | {"receipt_hash": text}, CONTEXT)

    assert form.receipt_hash == text
    assert not text.endswith("_")
    assert not set(text) & set("./")


def test_all_faults_are_told_at_once() -> None:
    body = {"email": "x", "name": "", "message": 1, "country": "x", "via": "x", "more": 1}

    assert refused(OpenForm, body).keys() == {
        *("#/email", "#/name", "#/message", "#/country", "#/via", "#"),
        "#/language",
    }


def test_longest_texts_that_the_form_takes_fit_into_a_box() -> None:
    assert len(LONGEST_ADDRESS.encode()) == MAX_TYPED_ADDRESS_OCTETS

    form = read_open(**LONGEST_TEXTS, email=LONGEST_ADDRESS, consent={"news": False})
    claim, _ = from_open(form, PETITION, PEPPER, KEY.public_key())

    assert open_box(claim.sealed, PETITION, KEY).email == LONGEST_ADDRESS


valid_texts = st.text(
    st.sampled_from('"\\/\n\t\u2028𠮷é한<&') | st.characters(exclude_categories=["Cc", "Cs"])
)
typed_addresses = st.builds(
    "{}@{}.{}".format,
    st.text("a𝐚ａ友", min_size=1, max_size=64),
    st.text("a𝐚ａ友", min_size=1, max_size=63),
    st.text("a𝐚友", min_size=2, max_size=60),
)


@given(
    valid_texts.map(lambda text: (text * 100)[:100]),
    valid_texts.map(lambda text: (text * 280)[:280]),
    typed_addresses,
)
def test_whatever_the_form_takes_fits_into_a_box(name: str, message: str, email: str) -> None:
    """Quotes and backslashes take two octets in JSON, other characters up to four."""
    try:
        form = read_open(name=name, message=message, email=email)
    except InvalidRequest:
        return
    # What `from_open` seals, without the tag, which is slow on purpose.
    box = seal(Contents(form.name, form.email, form.message), PETITION, KEY.public_key())

    assert open_box(box, PETITION, KEY).message == form.message


@given(
    st.dictionaries(
        st.sampled_from([*OPEN, *SEALED, "message", "consent", "via"]) | st.text(st.characters()),
        st.none() | st.booleans() | st.integers() | st.text(st.characters()) | st.just({"a": 1}),
    )
)
def test_any_body_is_read_or_its_faults_are_told_without_its_values(body: dict[str, Any]) -> None:
    told = " ".join(refused(OpenForm, body | {"name": "=SECRET", "email": "SECRET@@"}).values())

    assert "SECRET" not in told
    assert "{" not in told


def test_open_form_is_sealed_whole_and_its_receipt_opens_it() -> None:
    form = read_open(
        name=" Ann ",
        email=" Ann+tag@Example.org ",
        message="I am with you.",
        consent={"delivery": True},
        via="7k2m9qx4tb.line",
    )

    claim, receipt = from_open(form, PETITION, PEPPER, KEY.public_key())

    # The address is kept as it was typed, for mail; only the tag knows its canonical form.
    assert open_box(claim.sealed, PETITION, KEY) == Contents(
        "Ann", "Ann+tag@Example.org", "I am with you.", Consent(delivery=True)
    )
    assert claim.receipt_hash == hash_receipt(read_receipt(receipt), PETITION)
    assert (claim.country, claim.language) == ("KR", "ko")
    assert claim.via == "7k2m9qx4tb.line"


def test_both_forms_of_one_address_are_one_signer() -> None:
    tag = base64url.encode(tag_address("a.nn@googlemail.com", PETITION))
    sealed = read_form(SealedForm, SEALED | {"address_tag": tag}, CONTEXT)

    one = from_sealed(sealed, PETITION, PEPPER)
    other, _ = from_open(read_open(email="ANN@gmail.com"), PETITION, PEPPER, KEY.public_key())

    assert one.signer == other.signer == identify(tag_address("ann@gmail.com", PETITION), *SALT)
    assert one.receipt_hash == SEALED["receipt_hash"]
    assert one.sealed == base64url.decode(SEALED["sealed"], BOX_BYTES)


def test_signing_twice_gives_two_receipts() -> None:
    receipts = {from_open(read_open(), PETITION, PEPPER, KEY.public_key())[1] for _ in range(2)}

    assert len(receipts) == 2


def test_id_is_the_documented_one() -> None:
    """Computed once with another implementation (openssl kdf and dgst, basenc --base64url)."""
    tag = tag_address("ann@example.org", PETITION)

    assert identify(tag, PETITION, PEPPER) == "2bInluVqri_fHM4fxe2vjkt3sszpOGF6ceDVDh2hQ10"


@pytest.mark.parametrize(
    ("petition", "pepper", "address"),
    [
        ("another", PEPPER, "ann@example.org"),
        (PETITION, PEPPER + b".", "ann@example.org"),
        (PETITION, PEPPER, "bob@example.org"),
    ],
)
def test_id_changes_with(petition: str, pepper: bytes, address: str) -> None:
    same = identify(tag_address("ann@example.org", PETITION), PETITION, PEPPER)

    assert identify(tag_address(address, petition), petition, pepper) != same


@given(st.binary(min_size=32, max_size=32))
def test_id_is_a_document_name_that_holds_no_address(tag: bytes) -> None:
    id = identify(tag, PETITION, PEPPER)

    assert len(id) == 43
    assert set(id) <= set(string.ascii_letters + string.digits + "-_")
    assert not id.endswith("_")  # Firestore keeps `__.*__` for itself.


def test_every_country_is_two_capitals_and_one_means_that_nothing_was_said() -> None:
    assert all(len(code) == 2 and code.isascii() and code.isupper() for code in COUNTRIES)
    # 249 of ISO 3166-1, XK, and ZZ.
    assert len(COUNTRIES) == 251
    assert {"CN", "KP", "KR", "TW", "HK", "XK", NOT_SAID} <= COUNTRIES


def test_stored_claim_holds_nothing_of_what_was_sealed() -> None:
    form = read_open(name="Zebulon", email="zebulon@example.org", message="zebulon")

    claim, receipt = from_open(form, PETITION, PEPPER, KEY.public_key())

    kept = f"{claim.receipt_hash} {claim.fields()}"
    assert b"ebulon" not in claim.sealed
    assert "ebulon" not in kept
    assert receipt not in kept
