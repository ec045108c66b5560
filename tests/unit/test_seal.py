"""
Boxes: they open for the organizers alone, look all alike, and are believed in nothing.
"""

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
    PLAINTEXT_BYTES,
    Consent,
    SealError,
    Words,
    decode_public_key,
    encode_public_key,
    open_box,
    seal,
)

from tests.unit.vectors import vectors

RFC = vectors("rfc9180")
VECTORS = vectors("seal")
PETITION = "savemyfriend"
KEY = ec.derive_private_key(int(VECTORS["private_key"], 16), ec.SECP256R1())
BOX = base64url.decode(VECTORS["boxes"][0]["box"], BOX_BYTES)
HONEST = {
    "name": "Ann",
    "email": "ann@example.org",
    "message": "",
    "consent": {"delivery": False, "news": False},
}

some_words = st.builds(
    Words,
    name=st.text(max_size=100),
    email=st.text(max_size=100),
    message=st.text(max_size=280),
    consent=st.builds(Consent, st.booleans(), st.booleans()),
).filter(lambda words: len(json.dumps(asdict(words), ensure_ascii=False).encode()) < 2000)


def test_our_reading_of_the_rfc_agrees_with_its_vectors() -> None:
    """
    `cryptography` takes no aad, so the RFC's messages are opened by this file's few lines.
    """
    private_key = ec.derive_private_key(int(RFC["skRm"], 16), ec.SECP256R1())
    (message,) = RFC["encryptions"]

    key, nonce = schedule(private_key, bytes.fromhex(RFC["pkEm"]), bytes.fromhex(RFC["info"]))
    opened = AESGCM(key).decrypt(nonce, bytes.fromhex(message["ct"]), bytes.fromhex(message["aad"]))

    assert (key.hex(), nonce.hex()) == (RFC["key"], RFC["base_nonce"])
    assert opened.hex() == message["pt"]


@pytest.mark.parametrize("petition", [PETITION, "another-petition"])
def test_box_is_the_rfcs_and_its_plaintext_the_documented_one(petition: str) -> None:
    words = Words("김 李", "ann@example.org", 'a "b"\n\\', Consent(delivery=True))

    box = seal(words, petition, KEY.public_key())
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

    words = open_box(base64url.decode(vector["box"], BOX_BYTES), vector["petition"], KEY)

    assert asdict(words) == vector["words"]


def test_public_key_of_the_vectors_is_that_of_their_private_key() -> None:
    assert encode_public_key(KEY.public_key()) == VECTORS["public_key"]
    assert encode_public_key(decode_public_key(VECTORS["public_key"])) == VECTORS["public_key"]


@given(some_words, st.sampled_from([PETITION, "p", "another-petition"]))
def test_words_come_back_and_every_box_has_the_same_size(words: Words, petition: str) -> None:
    box = seal(words, petition, KEY.public_key())

    assert len(box) == 2130
    assert open_box(box, petition, KEY) == words


def test_two_boxes_of_the_same_words_share_nothing_but_their_version() -> None:
    words = Words("Ann", "ann@example.org")

    one, other = (seal(words, PETITION, KEY.public_key()) for _ in range(2))

    assert one[1:66] != other[1:66]
    assert one[66:] != other[66:]


def test_words_are_nowhere_in_a_box() -> None:
    assert b"ann" not in seal(Words("Ann", "ann@example.org"), PETITION, KEY.public_key()).lower()


@pytest.mark.parametrize("spare", [0, 1])
def test_words_fit_to_the_last_byte_and_no_further(spare: int) -> None:
    frame = len(json.dumps(HONEST | {"name": "", "email": ""}, separators=(",", ":")))
    words = Words("a" * (PLAINTEXT_BYTES - frame + spare), "")

    if spare:
        with pytest.raises(SealError):
            seal(words, PETITION, KEY.public_key())
    else:
        assert open_box(seal(words, PETITION, KEY.public_key()), PETITION, KEY) == words


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
def test_hostile_plaintext_is_no_words(fault: str, content: bytes | dict[str, object]) -> None:
    if isinstance(content, dict):
        whole = {key: value for key, value in (HONEST | content).items() if value is not ...}
        content = json.dumps(whole).encode()

    with pytest.raises(SealError, match="^holds no words$"):
        open_box(box_of(content), PETITION, KEY)


@pytest.mark.parametrize("consent", [1, "true", "yes", [True], {"a": 1}, None])
def test_only_true_is_consent(consent: object) -> None:
    content = HONEST | {"consent": {"delivery": consent, "news": consent}}

    words = open_box(box_of(json.dumps(content).encode()), PETITION, KEY)

    assert words.consent == Consent(delivery=False, news=False)


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
def test_whatever_was_sealed_gives_words_of_text_or_is_refused(content: object) -> None:
    plaintext = content if isinstance(content, bytes) else json.dumps(content).encode()
    try:
        words = open_box(box_of(plaintext[:2048]), PETITION, KEY)
    except SealError as error:
        assert str(error) == "holds no words"
    else:
        assert "".join([words.name, words.email, words.message]).encode() is not None
        assert {type(words.consent.delivery), type(words.consent.news)} == {bool}


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


def box_of(plaintext: bytes) -> bytes:
    """
    Seal anything, as somebody would who writes a program against us.
    """
    suite = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
    padded = plaintext.ljust(PLAINTEXT_BYTES, b" ")
    info = b"savemyfriend/seal/1\0" + PETITION.encode()
    return b"\x01" + suite.encrypt(padded, KEY.public_key(), info=info)


def schedule(
    private_key: ec.EllipticCurvePrivateKey, encapsulated: bytes, info: bytes
) -> tuple[bytes, bytes]:
    """
    Return key and nonce of the first message, by RFC 9180, sections 4.1 and 5.1, base mode.
    """
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
    """
    Return LabeledExtract of RFC 9180, section 4.
    """
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + text, hashlib.sha256)


def expand(suite: bytes, secret: bytes, label: bytes, info: bytes, size: int) -> bytes:
    """
    Return LabeledExpand of RFC 9180, section 4, of at most 32 bytes.
    """
    labelled = size.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.digest(secret, labelled + b"\x01", hashlib.sha256)[:size]
