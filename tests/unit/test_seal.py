"""Boxes and envelopes: they open for one key alone, look all alike, and are believed in nothing."""

import hashlib
import hmac
import json
from dataclasses import asdict

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from petition import base64url
from petition.seal import (
    BOX_BYTES,
    ENVELOPE_BYTES,
    FORM_BYTES,
    PLAINTEXT_BYTES,
    Consent,
    Contents,
    SealError,
    decode_private_key,
    decode_public_key,
    encode_private_key,
    encode_public_key,
    open_box,
    open_envelope,
    seal,
    seal_envelope,
)

from tests.unit.vectors import vectors

RFC = vectors("rfc9180")
VECTORS = vectors("seal")
PETITION = "savemyfriend"
KEY = ec.derive_private_key(int(VECTORS["private_key"], 16), ec.SECP256R1())
BOX = base64url.decode(VECTORS["boxes"][0]["box"], BOX_BYTES)
ENVELOPE = base64url.decode(VECTORS["envelopes"][0]["envelope"], ENVELOPE_BYTES)
HONEST = {
    "name": "Ann",
    "email": "ann@example.org",
    "message": "",
    "consent": {"delivery": False, "news": False},
}

some_contents = st.builds(
    Contents,
    name=st.text(max_size=100),
    email=st.text(max_size=100),
    message=st.text(max_size=280),
    consent=st.builds(Consent, st.booleans(), st.booleans()),
).filter(lambda contents: len(json.dumps(asdict(contents), ensure_ascii=False).encode()) < 2000)


def test_our_reading_of_the_rfc_agrees_with_its_vectors() -> None:
    """`cryptography` takes no aad, so the RFC's messages are opened by this file's few lines."""
    private_key = ec.derive_private_key(int(RFC["skRm"], 16), ec.SECP256R1())
    (message,) = RFC["encryptions"]

    key, nonce = schedule(private_key, bytes.fromhex(RFC["pkEm"]), bytes.fromhex(RFC["info"]))
    opened = AESGCM(key).decrypt(nonce, bytes.fromhex(message["ct"]), bytes.fromhex(message["aad"]))

    assert (key.hex(), nonce.hex()) == (RFC["key"], RFC["base_nonce"])
    assert opened.hex() == message["pt"]


@pytest.mark.parametrize("petition", [PETITION, "another-petition"])
def test_box_is_the_rfcs_and_its_plaintext_the_documented_one(petition: str) -> None:
    contents = Contents("김 李", "ann@example.org", 'a "b"\n\\', Consent(delivery=True))

    box = seal(contents, petition, KEY.public_key())
    key, nonce = schedule(KEY, box[1:66], b"savemyfriend/seal/1\0" + petition.encode())
    plaintext = AESGCM(key).decrypt(nonce, box[66:], None)

    assert box[0] == 1
    assert len(plaintext) == 2048
    assert json.loads(plaintext) == {
        "name": "김 李",
        "email": "ann@example.org",
        "message": 'a "b"\n\\',
        "consent": {"delivery": True, "news": False},
    }


@pytest.mark.parametrize("number", range(len(VECTORS["boxes"])))
def test_box_of_the_vectors_opens(number: int) -> None:
    vector = VECTORS["boxes"][number]

    contents = open_box(base64url.decode(vector["box"], BOX_BYTES), vector["petition"], KEY)

    assert asdict(contents) == vector["contents"]


def test_public_key_of_the_vectors_is_that_of_their_private_key() -> None:
    assert encode_public_key(KEY.public_key()) == VECTORS["public_key"]
    assert encode_public_key(decode_public_key(VECTORS["public_key"])) == VECTORS["public_key"]


@given(some_contents, st.sampled_from([PETITION, "p", "another-petition"]))
def test_contents_come_back_and_every_box_has_the_same_size(
    contents: Contents, petition: str
) -> None:
    box = seal(contents, petition, KEY.public_key())

    assert len(box) == 2130
    assert open_box(box, petition, KEY) == contents


def test_two_boxes_of_the_same_contents_share_nothing_but_their_version() -> None:
    contents = Contents("Ann", "ann@example.org")

    one, other = (seal(contents, PETITION, KEY.public_key()) for _ in range(2))

    assert one[1:66] != other[1:66]
    assert one[66:] != other[66:]


def test_contents_are_nowhere_in_a_box() -> None:
    assert (
        b"ann" not in seal(Contents("Ann", "ann@example.org"), PETITION, KEY.public_key()).lower()
    )


@pytest.mark.parametrize("spare", [0, 1])
def test_contents_fit_to_the_last_byte_and_no_further(spare: int) -> None:
    frame = len(json.dumps(HONEST | {"name": "", "email": ""}, separators=(",", ":")))
    contents = Contents("a" * (PLAINTEXT_BYTES - frame + spare), "")

    if spare:
        with pytest.raises(SealError):
            seal(contents, PETITION, KEY.public_key())
    else:
        assert open_box(seal(contents, PETITION, KEY.public_key()), PETITION, KEY) == contents


def test_box_opens_for_its_own_petition_only() -> None:
    with pytest.raises(SealError):
        open_box(BOX, "savemyfriend2", KEY)


def test_box_opens_with_its_own_key_only() -> None:
    with pytest.raises(SealError):
        open_box(BOX, PETITION, ec.generate_private_key(ec.SECP256R1()))


@given(st.integers(0, BOX_BYTES - 1), st.integers(1, 255))
def test_box_with_any_byte_changed_does_not_open(place: int, change: int) -> None:
    damaged = bytearray(BOX)
    damaged[place] ^= change

    with pytest.raises(SealError):
        open_box(bytes(damaged), PETITION, KEY)


@given(st.binary(max_size=200) | st.integers(0, BOX_BYTES + 1).map(lambda n: (BOX + b"\0")[:n]))
def test_what_is_no_box_is_refused(octets: bytes) -> None:
    if octets != BOX:
        with pytest.raises(SealError):
            open_box(octets, PETITION, KEY)


@pytest.mark.parametrize(
    ("fault", "content"),
    [
        ("nothing but padding", b""),
        ("no JSON", b"name: Ann"),
        ("no UTF-8", b'{"name": "\xff"}'),
        ("a list", b"[]"),
        ("a text", b'"Ann"'),
        ("a number too long to read", b"9" * 2000),
        ("brackets without end", b"[" * 2048),
        ("no name", {"name": ...}),
        ("no email", {"email": ...}),
        ("no message", {"message": ...}),
        ("no consent", {"consent": ...}),
        ("a number for a name", {"name": 1}),
        ("nothing for a name", {"name": None}),
        ("a list for an address", {"email": ["ann@example.org"]}),
        ("an object for a message", {"message": {}}),
        ("a list for the consents", {"consent": [True, True]}),
        ("a truth for the consents", {"consent": True}),
        ("a consent left out", {"consent": {"delivery": True}}),
        ("half a character in a name", {"name": "\ud800"}),
        ("half a character in an address", {"email": "\udfff@example.org"}),
        ("half a character in a message", {"message": "a\ud83d"}),
    ],
)
def test_hostile_plaintext_is_no_contents(fault: str, content: bytes | dict[str, object]) -> None:
    if isinstance(content, dict):
        whole = {key: value for key, value in (HONEST | content).items() if value is not ...}
        content = json.dumps(whole).encode()

    with pytest.raises(SealError, match="^does not open with this key, or holds no contents$"):
        open_box(box_of(content), PETITION, KEY)


@pytest.mark.parametrize("consent", [1, "true", "yes", [True], {"a": 1}, None])
def test_only_true_is_consent(consent: object) -> None:
    content = HONEST | {"consent": {"delivery": consent, "news": consent}}

    contents = open_box(box_of(json.dumps(content).encode()), PETITION, KEY)

    assert contents.consent == Consent(delivery=False, news=False)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters(), max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(HONEST)), inner)
    ),
    max_leaves=8,
)


@settings(max_examples=200)
@given(
    st.binary(max_size=60)
    | st.fixed_dictionaries({key: st.just(value) | json_values for key, value in HONEST.items()})
    | json_values
)
def test_whatever_was_sealed_gives_contents_of_text_or_is_refused(content: object) -> None:
    plaintext = content if isinstance(content, bytes) else json.dumps(content).encode()
    try:
        contents = open_box(box_of(plaintext[:2048]), PETITION, KEY)
    except SealError as error:
        assert str(error) == "does not open with this key, or holds no contents"
    else:
        assert "".join([contents.name, contents.email, contents.message]).encode() is not None
        assert {type(contents.consent.delivery), type(contents.consent.news)} == {bool}


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        ("empty", ""),
        ("not base64url", "!" * 87),
        ("a point that is compressed", base64url.encode(b"\x02" + bytes(32))),
        ("a point that is not on the curve", base64url.encode(b"\x04" + b"\x01" * 64)),
        ("the point at infinity", base64url.encode(bytes(65))),
        ("a byte short", base64url.encode(b"\x04" + b"\x01" * 63)),
        ("padded", VECTORS["public_key"] + "="),
    ],
)
def test_what_is_no_public_key_is_refused(fault: str, key: str) -> None:
    with pytest.raises(ValueError):
        decode_public_key(key)


@pytest.mark.parametrize("number", range(len(VECTORS["envelopes"])))
def test_envelope_of_the_vectors_opens(number: int) -> None:
    vector = VECTORS["envelopes"][number]
    envelope = base64url.decode(vector["envelope"], ENVELOPE_BYTES)

    assert open_envelope(envelope, vector["petition"], KEY) == vector["form"]


@pytest.mark.parametrize("petition", [PETITION, "another-petition"])
def test_envelope_is_the_rfcs_and_its_plaintext_the_documented_one(petition: str) -> None:
    form = {"country": "KR", "via": None, "sealed": "김"}

    envelope = seal_envelope(form, petition, KEY.public_key())
    key, nonce = schedule(KEY, envelope[1:66], b"savemyfriend/envelope/1\0" + petition.encode())
    plaintext = AESGCM(key).decrypt(nonce, envelope[66:], None)

    assert (envelope[0], len(envelope)) == (1, 3410)
    assert len(plaintext) == 3328
    assert json.loads(plaintext) == form


@pytest.mark.parametrize("spare", [0, 1])
def test_form_fits_to_the_last_byte_and_no_further(spare: int) -> None:
    form = {"a": "b" * (FORM_BYTES - len('{"a":""}') + spare)}

    if spare:
        with pytest.raises(SealError):
            seal_envelope(form, PETITION, KEY.public_key())
    else:
        envelope = seal_envelope(form, PETITION, KEY.public_key())
        assert open_envelope(envelope, PETITION, KEY) == form


@pytest.mark.parametrize(
    ("fault", "envelope", "petition", "key"),
    [
        ("another petition", ENVELOPE, "savemyfriend2", KEY),
        ("another key", ENVELOPE, PETITION, ec.derive_private_key(2, ec.SECP256R1())),
        ("another version", b"\2" + ENVELOPE[1:], PETITION, KEY),
        ("a bit less", ENVELOPE[:-1], PETITION, KEY),
        ("a bit more", ENVELOPE + b"\0", PETITION, KEY),
        ("a bit else", ENVELOPE[:-1] + bytes([ENVELOPE[-1] ^ 1]), PETITION, KEY),
        ("nothing", b"", PETITION, KEY),
        ("a box", BOX, PETITION, KEY),
    ],
)
def test_what_was_not_put_into_an_envelope_for_us_is_refused(
    fault: str, envelope: bytes, petition: str, key: ec.EllipticCurvePrivateKey
) -> None:
    with pytest.raises(SealError):
        open_envelope(envelope, petition, key)


@pytest.mark.parametrize("content", [b"", b"{", b"NaN", b"\xff", b"[" * FORM_BYTES])
def test_envelope_without_json_is_refused(content: bytes) -> None:
    with pytest.raises(SealError, match="^holds no JSON$"):
        open_envelope(box_of(content, FORM_BYTES, "envelope"), PETITION, KEY)


def test_neither_a_box_nor_an_envelope_passes_for_the_other() -> None:
    """Otherwise whoever holds the envelope's key could have boxes opened that are not theirs."""
    content = json.dumps(HONEST).encode()

    with pytest.raises(SealError):
        open_box(box_of(content, PLAINTEXT_BYTES, "envelope"), PETITION, KEY)
    with pytest.raises(SealError):
        open_envelope(box_of(content, FORM_BYTES, "seal"), PETITION, KEY)


@given(st.integers(1, 2**256 - 2**224))
def test_private_key_comes_back(scalar: int) -> None:
    key = ec.derive_private_key(scalar, ec.SECP256R1())

    text = encode_private_key(key)

    assert base64url.decode(text, 32) == scalar.to_bytes(32, "big")
    assert decode_private_key(text).private_numbers() == key.private_numbers()


def box_of(plaintext: bytes, size: int = PLAINTEXT_BYTES, purpose: str = "seal") -> bytes:
    """Seal anything, as somebody would who writes a program against us."""
    suite = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
    info = f"savemyfriend/{purpose}/1\0{PETITION}".encode()
    return b"\x01" + suite.encrypt(plaintext.ljust(size, b" "), KEY.public_key(), info=info)


def schedule(
    private_key: ec.EllipticCurvePrivateKey, encapsulated: bytes, info: bytes
) -> tuple[bytes, bytes]:
    """Return key and nonce of the first message, by RFC 9180, sections 4.1 and 5.1, base mode."""
    sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), encapsulated)
    own = private_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    kem, suite = b"KEM\x00\x10", b"HPKE\x00\x10\x00\x01\x00\x01"
    secret = extract(kem, b"", b"eae_prk", private_key.exchange(ec.ECDH(), sender))
    shared = expand(kem, secret, b"shared_secret", encapsulated + own, 32)
    context = b"\x00" + b"".join(
        extract(suite, b"", label, text)
        for label, text in ((b"psk_id_hash", b""), (b"info_hash", info))
    )
    secret = extract(suite, shared, b"secret", b"")
    return (
        expand(suite, secret, b"key", context, 16),
        expand(suite, secret, b"base_nonce", context, 12),
    )


def extract(suite: bytes, salt: bytes, label: bytes, text: bytes) -> bytes:
    """Return LabeledExtract of RFC 9180, section 4."""
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + text, hashlib.sha256)


def expand(suite: bytes, secret: bytes, label: bytes, info: bytes, size: int) -> bytes:
    """Return LabeledExpand of RFC 9180, section 4, of at most 32 bytes."""
    labelled = size.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.digest(secret, labelled + b"\x01", hashlib.sha256)[:size]
