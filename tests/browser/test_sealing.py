"""Sealing, tags and receipts in a real browser, against the vectors that the functions obey too."""

import base64
import hashlib
import json

from cryptography.hazmat.primitives import hpke, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Page

from dev.keys import DevelopmentKeys
from tests.unit.vectors import vectors

SUITE = hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_128_GCM)
INFO = b"savemyfriend/seal/1\x00savemyfriend"
ENVELOPE_INFO = b"savemyfriend/envelope/1\x00savemyfriend"

# The recipient's side of HPKE, which the page has no use for, from the page's own key schedule.
OPEN = """
async ([box, privateKey, publicKey, info]) => {
  const { keySchedule, sharedSecret, importPublicKey } = await import("/crypto/hpke.js");
  const { join } = await import("/crypto/digest.js");
  const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
  const whole = bytes(box);
  const encapsulated = whole.slice(0, 65);
  const key = await crypto.subtle.importKey(
    "pkcs8", bytes(privateKey), { name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"],
  );
  const sender = await importPublicKey(encapsulated);
  const secret = await sharedSecret(key, sender, join(encapsulated, bytes(publicKey)));
  const schedule = await keySchedule(secret, bytes(info));
  const cipher = await crypto.subtle.importKey("raw", schedule.key, "AES-GCM", false, ["decrypt"]);
  const parameters = { name: "AES-GCM", iv: schedule.nonce };
  const opened = await crypto.subtle.decrypt(parameters, cipher, whole.slice(65));
  return new TextDecoder().decode(opened);
}
"""

RFC_SEAL = """
async ({ pkEm, skEm, pkRm, info, pt, aad }) => {
  const { sealBase, sharedSecret, keySchedule, importPublicKey } = await import("/crypto/hpke.js");
  const { join } = await import("/crypto/digest.js");
  const { toBase64Url } = await import("/crypto/base64url.js");
  const bytes = (hex) => Uint8Array.from(hex.match(/../g), (byte) => parseInt(byte, 16));
  const hex = (all) => Array.from(all, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const jwk = {
    kty: "EC", crv: "P-256", d: toBase64Url(bytes(skEm)),
    x: toBase64Url(bytes(pkEm).slice(1, 33)), y: toBase64Url(bytes(pkEm).slice(33)),
  };
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const pair = {
    privateKey: await crypto.subtle.importKey("jwk", jwk, curve, false, ["deriveBits"]),
    publicKey: await importPublicKey(bytes(pkEm)),
  };
  const context = join(bytes(pkEm), bytes(pkRm));
  const recipient = await importPublicKey(bytes(pkRm));
  const secret = await sharedSecret(pair.privateKey, recipient, context);
  const { key, nonce } = await keySchedule(secret, bytes(info));
  const box = await sealBase(bytes(pkRm), bytes(info), bytes(pt), bytes(aad), pair);
  return { shared_secret: hex(secret), key: hex(key), base_nonce: hex(nonce), box: hex(box) };
}
"""


def test_sealing_gives_every_step_of_the_rfc_vectors(modules: Page) -> None:
    rfc = vectors("rfc9180")
    (message,) = rfc["encryptions"]

    steps = modules.evaluate(RFC_SEAL, {**rfc, **message})

    assert steps == {
        **{step: rfc[step] for step in ("shared_secret", "key", "base_nonce")},
        "box": rfc["pkEm"] + message["ct"],
    }


def test_python_opens_what_the_browser_sealed(modules: Page, keys: DevelopmentKeys) -> None:
    form = {
        "name": "김 O'Brien 李",
        "email": "a@example.org",
        "message": 'line\nline "quoted" 🕯',
        "consent": {"delivery": True, "news": False},
    }

    box = bytes(
        modules.evaluate(
            """async ([form, key]) => {
              const { sealContents } = await import("/crypto/seal.js");
              return Array.from(await sealContents(form, key, "savemyfriend"));
            }""",
            [form, keys.seal_public_key],
        )
    )

    assert len(box) == 2130
    assert box[0] == 1
    plaintext = SUITE.decrypt(box[1:], keys.private_key, INFO)
    assert len(plaintext) == 2048
    assert json.loads(plaintext) == form


def test_python_opens_the_envelope_of_the_longest_form(
    modules: Page, keys: DevelopmentKeys
) -> None:
    form = {
        "address_tag": "t" * 43,
        "sealed": "s" * 2840,
        "receipt_hash": "r" * 43,
        "country": "KR",
        "language": "zh-Hans",
        "via": "0123456789.kakaotalk",
    }

    envelope = bytes(
        modules.evaluate(
            """async ([form, key]) => {
              const { sealEnvelope } = await import("/crypto/seal.js");
              return Array.from(await sealEnvelope(form, key, "savemyfriend"));
            }""",
            [form, keys.envelope_public_key],
        )
    )

    assert len(envelope) == 3410
    assert envelope[0] == 1
    plaintext = SUITE.decrypt(envelope[1:], keys.envelope_key, ENVELOPE_INFO)
    assert len(plaintext) == 3328
    assert json.loads(plaintext) == form


def test_what_does_not_fit_an_envelope_is_not_sealed(modules: Page, keys: DevelopmentKeys) -> None:
    octets = modules.evaluate(
        """async (key) => {
          const { sealEnvelope } = await import("/crypto/seal.js");
          const seal = (length) =>
            sealEnvelope("x".repeat(length), key, "savemyfriend").then(
              (envelope) => envelope.length, (error) => error.name,
            );
          return Promise.all([seal(3326), seal(3327)]);
        }""",
        keys.envelope_public_key,
    )

    assert octets == [3410, "RangeError"]


def test_the_browser_opens_what_python_sealed(modules: Page, keys: DevelopmentKeys) -> None:
    public_key = keys.private_key.public_key()
    box = SUITE.encrypt("请关注".encode(), public_key, INFO)
    private = keys.private_key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    point = public_key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )

    opened = modules.evaluate(OPEN, [box.hex(), private.hex(), point.hex(), INFO.hex()])

    assert opened == "请关注"


def test_a_box_is_never_sealed_twice_alike(modules: Page, keys: DevelopmentKeys) -> None:
    boxes = modules.evaluate(
        """async (key) => {
          const { sealContents } = await import("/crypto/seal.js");
          const form = { name: "a", email: "b", message: "", consent: {} };
          const boxes = [1, 2].map(() => sealContents(form, key, "savemyfriend"));
          return (await Promise.all(boxes)).map((box) => box.join());
        }""",
        keys.seal_public_key,
    )

    assert boxes[0] != boxes[1]


def test_the_longest_form_fits_into_a_box(modules: Page, keys: DevelopmentKeys) -> None:
    octets = modules.evaluate(
        """async (key) => {
          const { sealContents } = await import("/crypto/seal.js");
          const form = {
            name: "𠮷".repeat(100), email: "ｅ".repeat(146), message: "𠮷".repeat(280),
            consent: { delivery: false, news: false },
          };
          return (await sealContents(form, key, "savemyfriend")).length;
        }""",
        keys.seal_public_key,
    )

    assert octets == 2130


def test_address_tags_and_receipt_hashes_are_those_of_python(modules: Page) -> None:
    tags, hashes = vectors("addresses")["tags"], vectors("receipts")["hashes"]

    computed = modules.evaluate(
        """async ([tags, hashes]) => {
          const { addressTag } = await import("/crypto/address.js");
          const { receiptHash } = await import("/crypto/receipt.js");
          const { toBase64Url } = await import("/crypto/base64url.js");
          const bytes = (hex) => Uint8Array.from(hex.match(/../g), (byte) => parseInt(byte, 16));
          return Promise.all([
            ...tags.map((v) => addressTag(v.canonical, v.petition)),
            ...hashes.map((v) => receiptHash(bytes(v.receipt), v.petition)),
          ]).then((all) => all.map(toBase64Url));
        }""",
        [tags, hashes],
    )

    assert computed == [v["address_tag"] for v in tags] + [v["receipt_hash"] for v in hashes]


def test_receipts_are_written_and_read_as_in_python(modules: Page) -> None:
    receipts = vectors("receipts")

    written, read, refused = modules.evaluate(
        """async ({ written, read, refused }) => {
          const { readReceipt, writeReceipt } = await import("/crypto/receipt.js");
          const bytes = (hex) => Uint8Array.from(hex.match(/../g), (byte) => parseInt(byte, 16));
          const hex = (all) =>
            all && Array.from(all, (byte) => byte.toString(16).padStart(2, "0")).join("");
          return [
            written.map((v) => writeReceipt(bytes(v.receipt))),
            read.map((v) => hex(readReceipt(v.typed))),
            refused.map((v) => hex(readReceipt(v.typed))),
          ];
        }""",
        receipts,
    )

    assert written == [v["written"] for v in receipts["written"]]
    assert read == [v["receipt"] for v in receipts["read"]]
    assert [v["fault"] for v, r in zip(receipts["refused"], refused, strict=True) if r] == []


def test_the_browser_opens_the_boxes_that_all_sides_agree_on(modules: Page) -> None:
    agreed = vectors("seal")
    private = ec.derive_private_key(int(agreed["private_key"], 16), ec.SECP256R1())
    pkcs8 = private.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    point = from_base64url(agreed["public_key"])

    for box in agreed["boxes"]:
        info = f"savemyfriend/seal/1\0{box['petition']}".encode()
        ciphertext = from_base64url(box["box"])[1:]
        opened = modules.evaluate(OPEN, [ciphertext.hex(), pkcs8.hex(), point.hex(), info.hex()])
        assert json.loads(opened) == box["contents"]


def test_tags_are_pbkdf2_as_python_has_it(modules: Page) -> None:
    addresses = ["ann@example.org", "안녕@example.org"]

    tags = modules.evaluate(
        """async (addresses) => {
          const { addressTag } = await import("/crypto/address.js");
          const tags = addresses.map((address) => addressTag(address, "savemyfriend"));
          return (await Promise.all(tags)).map((tag) => Array.from(tag));
        }""",
        addresses,
    )

    salt = b"savemyfriend/address/2\0savemyfriend"
    assert [bytes(tag) for tag in tags] == [
        hashlib.pbkdf2_hmac("sha256", address.encode(), salt, 200_000) for address in addresses
    ]


def from_base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
