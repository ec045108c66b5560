"""The page's pure modules, in a real browser, against the vectors that the functions obey too."""

import base64
import contextlib
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hpke, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from petition.address import AddressError, canonicalise
from petition.claim import OpenForm
from petition.form import read_form
from petition.problems import InvalidRequest
from petition.text import is_blank
from playwright.sync_api import Browser, Page

from dev.keys import DevelopmentKeys, make_keys
from tests.browser.conftest import lone_site, visiting

VECTORS = Path(__file__).parents[1] / "vectors"
RULES = Path(__file__).parents[2] / "functions" / "petition" / "addresses.json"
SUITE = hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_128_GCM)
INFO = b"savemyfriend/seal/1\x00savemyfriend"
ENVELOPE_INFO = b"savemyfriend/envelope/1\x00savemyfriend"

# Letters, marks and digits of every script that Python knows, and what an address has beside them.
ADDRESS_TEXTS = st.text(
    st.characters(categories=["L", "M", "N"]) | st.sampled_from(".+-_abjkıİßſǰＡ．。１"),
    min_size=1,
    max_size=9,
)
DOMAINS = st.sampled_from(
    ["com", "ORG", "ｃｏｍ", "中国", "한국", "xn--fiqs8s", "gmail.com", "qq.com"]
)

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


@pytest.fixture(scope="module")
def keys() -> DevelopmentKeys:
    return make_keys()


@pytest.fixture(scope="module")
def site_url(keys: DevelopmentKeys) -> Iterator[str]:
    with lone_site(keys) as url:
        yield url


# One for all, because nothing in it stays from one test to the next.
@pytest.fixture(scope="module")
def page(browser: Browser, site_url: str) -> Iterator[Page]:
    with visiting(browser, site_url) as visit:
        yield visit("/problems.html")


def vectors(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))


def test_sealing_gives_every_step_of_the_rfc_vectors(page: Page) -> None:
    rfc = vectors("rfc9180")
    (message,) = rfc["encryptions"]

    steps = page.evaluate(RFC_SEAL, {**rfc, **message})

    assert steps == {
        **{step: rfc[step] for step in ("shared_secret", "key", "base_nonce")},
        "box": rfc["pkEm"] + message["ct"],
    }


def test_python_opens_what_the_browser_sealed(page: Page, keys: DevelopmentKeys) -> None:
    form = {
        "name": "김 O'Brien 李",
        "email": "a@example.org",
        "message": 'line\nline "quoted" 🕯',
        "consent": {"delivery": True, "news": False},
    }

    box = bytes(
        page.evaluate(
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


def test_python_opens_the_envelope_of_the_longest_form(page: Page, keys: DevelopmentKeys) -> None:
    form = {
        "address_tag": "t" * 43,
        "sealed": "s" * 2840,
        "receipt_hash": "r" * 43,
        "country": "KR",
        "language": "zh-Hans",
        "via": "0123456789.kakaotalk",
    }

    envelope = bytes(
        page.evaluate(
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


def test_what_does_not_fit_an_envelope_is_not_sealed(page: Page, keys: DevelopmentKeys) -> None:
    octets = page.evaluate(
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


def test_the_browser_opens_what_python_sealed(page: Page, keys: DevelopmentKeys) -> None:
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

    opened = page.evaluate(OPEN, [box.hex(), private.hex(), point.hex(), INFO.hex()])

    assert opened == "请关注"


def test_a_box_is_never_sealed_twice_alike(page: Page, keys: DevelopmentKeys) -> None:
    boxes = page.evaluate(
        """async (key) => {
          const { sealContents } = await import("/crypto/seal.js");
          const form = { name: "a", email: "b", message: "", consent: {} };
          const boxes = [1, 2].map(() => sealContents(form, key, "savemyfriend"));
          return (await Promise.all(boxes)).map((box) => box.join());
        }""",
        keys.seal_public_key,
    )

    assert boxes[0] != boxes[1]


def test_the_longest_form_fits_into_a_box(page: Page, keys: DevelopmentKeys) -> None:
    octets = page.evaluate(
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


CANONICAL = """
async ([addresses, rules]) => {
  const { canonicalAddress } = await import("/crypto/address.js");
  return addresses.map((address) => canonicalAddress(address, rules));
}
"""


def test_every_spelling_of_a_mailbox_has_its_canonical_form(page: Page) -> None:
    valid = vectors("addresses")["valid"]

    canonical = page.evaluate(CANONICAL, [[vector["typed"] for vector in valid], rules()])

    assert dict(zip([v["rule"] for v in valid], canonical, strict=True)) == {
        vector["rule"]: vector["canonical"] for vector in valid
    }


def test_what_is_no_address_is_refused_as_in_python(page: Page) -> None:
    refused = vectors("addresses")["refused"]

    canonical = page.evaluate(CANONICAL, [[vector["typed"] for vector in refused], rules()])

    faults = [v["fault"] for v, c in zip(refused, canonical, strict=True) if c is not None]
    assert faults == []


@given(
    st.lists(
        st.builds("{}@{}".format, ADDRESS_TEXTS, st.builds("{}.{}".format, ADDRESS_TEXTS, DOMAINS)),
        min_size=100,
        max_size=100,
    )
)
def test_what_python_takes_for_one_mailbox_the_page_takes_for_the_same(
    page: Page, typed: list[str]
) -> None:
    """A browser knows younger letters than Python, and domains that IDNA 2008 has no use for."""
    taken = {}
    for address in typed:
        with contextlib.suppress(AddressError):
            taken[address] = canonicalise(address)

    assert page.evaluate(CANONICAL, [list(taken), rules()]) == list(taken.values())


# What is written, with much that nobody sees. Left out is what one side alone trims or takes for a
# space or a line: U+0085, the byte order mark, tab and carriage return, which no field holds.
WRITTEN = st.text(
    st.sampled_from("\u3164\u115f\u1161\u2800\u17b4\ufe0f\u200d\u00ad\U000e0041 a한=\n\u202e")
    | st.characters(exclude_categories=["Cs"], exclude_characters="\x85\ufeff\t\r"),
    max_size=4,
)


@given(st.lists(st.tuples(WRITTEN, WRITTEN), min_size=10, max_size=10))
def test_names_and_messages_are_faults_to_the_page_where_they_are_to_python(
    page: Page, written: list[tuple[str, str]]
) -> None:
    found = page.evaluate(
        """async (all) => {
          const { written } = await import("/form.js");
          const { faultsOf } = await import("/faults.js");
          return all.map(([name, message]) =>
            faultsOf({ name: written(name), email: "a@example.org", message: written(message) })
              .map(({ pointer }) => pointer));
        }""",
        written,
    )

    assert found == [faults_of(name, message) for name, message in written]


def faults_of(name: str, message: str) -> list[str]:
    """Return at what the functions find fault, in an open form of this name and message."""
    form = {"email": "a@example.org", "country": "KR", "language": "en"}
    try:
        read_form(OpenForm, form | {"name": name, "message": message}, {"languages": ["en"]})
    except InvalidRequest as problem:
        return [fault.pointer for fault in problem.faults]
    return []


def test_the_page_and_python_see_nothing_in_the_same_letters(page: Page) -> None:
    """A younger browser may know one that was given meanwhile; then the list here is to grow."""
    unseen = page.evaluate(
        """async () => {
          const { written } = await import("/form.js");
          return Array.from({ length: 0x110000 }, (_, code) => code)
            .filter((code) => code < 0xd800 || code > 0xdfff)
            .filter((code) => written(`${String.fromCodePoint(code)}`) === "");
        }"""
    )

    letters = (code for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF)
    assert unseen == [code for code in letters if is_blank(chr(code))]


def rules() -> Any:
    return json.loads(RULES.read_text(encoding="utf-8"))


def test_address_tags_and_receipt_hashes_are_those_of_python(page: Page) -> None:
    tags, hashes = vectors("addresses")["tags"], vectors("receipts")["hashes"]

    computed = page.evaluate(
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


def test_receipts_are_written_and_read_as_in_python(page: Page) -> None:
    receipts = vectors("receipts")

    written, read, refused = page.evaluate(
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


def test_the_browser_opens_the_boxes_that_all_sides_agree_on(page: Page) -> None:
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
        opened = page.evaluate(OPEN, [ciphertext.hex(), pkcs8.hex(), point.hex(), info.hex()])
        assert json.loads(opened) == box["contents"]


def test_tags_are_pbkdf2_as_python_has_it(page: Page) -> None:
    addresses = ["ann@example.org", "안녕@example.org"]

    tags = page.evaluate(
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


PETITION_PACKAGE = Path(__file__).parents[2] / "functions" / "petition"


def test_the_page_knows_the_countries_that_the_functions_take(page: Page) -> None:
    known = json.loads((PETITION_PACKAGE / "countries.json").read_text())["countries"]

    offered = page.evaluate(
        """async () => {
          const { fillCountries } = await import("/countries.js");
          const $select = document.createElement("select");
          $select.append(new Option("", "ZZ"));
          fillCountries($select);
          return [...$select.options].map((option) => option.value);
        }"""
    )

    assert sorted(offered) == sorted([*known, "ZZ"])


def test_the_page_knows_the_marks_that_the_functions_give(page: Page) -> None:
    data = json.loads((PETITION_PACKAGE / "networks.json").read_text())
    marks = [row["network"] for row in data["networks"]] + data["other_marks"]

    taken = page.evaluate(
        """async (marks) => {
          const taken = [];
          for (const mark of marks) {
            // The page reads its address once, when the module is there.
            history.replaceState(null, "", `?via=0123456789.${mark}`);
            const { via } = await import(`/via.js?${mark}`);
            if (via().via === `0123456789.${mark}`) taken.push(mark);
          }
          return taken;
        }""",
        [*marks, "elsewhere"],
    )

    assert taken == marks


def from_base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.parametrize(
    ("attempt", "asked", "random", "seconds"),
    [
        (0, 0, 0, 1),
        (3, 0, 0, 8),
        (3, 0, 1, 12),
        (40, 0, 0, 60),
        (0, 30, 0, 30),
        (0, 30, 1, 45),
        (9, 30, 0, 60),
    ],
)
def test_waiting_doubles_and_is_never_shorter_than_asked(
    page: Page, attempt: int, asked: int, random: int, seconds: int
) -> None:
    waited = page.evaluate(
        """async ([attempt, asked, random]) => {
          const { waitSeconds } = await import("/retry.js");
          return waitSeconds(attempt, asked, () => random);
        }""",
        [attempt, asked, random],
    )

    assert waited == seconds


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0),
        ("7", 7),
        (" 7 ", 7),
        ("soon", 0),
        ("-7", 0),
        ("Thu, 01 Jan 1970 00:01:30 GMT", 30),
        ("Thu, 01 Jan 1970 00:00:30 GMT", 0),
    ],
)
def test_retry_after_is_read_in_both_of_its_forms(
    page: Page, header: str | None, seconds: int
) -> None:
    read = page.evaluate(
        """async (header) => {
          const { retryAfterSeconds } = await import("/retry.js");
          return retryAfterSeconds(header, 60_000);
        }""",
        header,
    )

    assert read == seconds
