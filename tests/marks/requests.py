"""Everything that a person, a browser or an attacker can say to the functions, with marks in it."""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
from petition.seal import Contents, seal

from dev.functions import FUNCTIONS
from dev.keys import DevelopmentKeys
from tests.functions.signers import (
    DIGITS,
    PETITION,
    base64url,
    envelope_form,
    open_form,
)
from tests.marks.spelling import BEGINNING, new_mark

JSON = {"Content-Type": "application/json"}
# What browsers and what stands before the functions say of a person.
HEADERS = (
    *("User-Agent", "Cookie", "Referer", "Origin", "Accept-Language", "Authorization", "From"),
    *("X-Real-IP", "Forwarded", "X-Appengine-User-Ip", "Via"),
    *("If-None-Match", "Traceparent", "X-Cloud-Trace-Context", "Function-Execution-Id"),
    *("Access-Control-Request-Headers", "X-Goog-Authenticated-User-Email"),
)


@dataclass
class Marks:
    """Makes marks, and remembers what each was given out as."""

    by_field: dict[str, bytes] = field(default_factory=dict)

    def word(self, name: str) -> str:
        """Return a mark in letters and digits."""
        return self._keep(name, new_mark())

    def octets(self, name: str, size: int, first: bytes = b"") -> bytes:
        """Return so many octets with a mark in them."""
        return first + self.word(name).encode().ljust(size - len(first), b".")

    def code(self, name: str) -> str:
        """Return a mark in the form of a link's code."""
        return self._keep(name, "".join(secrets.choice(DIGITS.lower()) for _ in range(10)))

    def receipt(self, name: str) -> str:
        """Return a mark in the form of a receipt, which begins as all of them do."""
        rest = "".join(secrets.choice(DIGITS) for _ in range(15))
        return self._keep(name, f"0{BEGINNING.upper()}{rest}")

    def headers(self) -> dict[str, str]:
        """Return headers that all carry one; one is named by it."""
        carried = {name: f"x {self.word(name)}" for name in HEADERS}
        carried["X-Forwarded-For"] = self._keep("IP address", "203.0.113.86")
        return carried | {self.word("name of a header"): "x"}

    def _keep(self, name: str, text: str) -> str:
        self.by_field[name] = text.encode()
        return text


@dataclass(frozen=True)
class Sent:
    """A request: to which function, and how."""

    function: str
    method: str
    path: str = f"/{PETITION}"
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, url: str, http: httpx.Client, headers: dict[str, str]) -> httpx.Response:
        """Send it to the function at an address, with more headers."""
        carried = headers | self.headers
        return http.request(self.method, url + self.path, content=self.body, headers=carried)


def as_json(function: str, body: object, path: str = f"/{PETITION}") -> Sent:
    """Return a request with a body in JSON."""
    return Sent(function, "POST", path, json.dumps(body).encode(), JSON)


def good(marks: Marks, keys: DevelopmentKeys) -> Iterator[Sent]:
    """Return what is accepted: every form, every function."""
    email = f"{marks.word('e-mail')}@example.org"
    clear = open_form(email, name=f"Kim {marks.word('name')}", message=marks.word("message"))
    yield as_json("sign", clear | {"via": f"{marks.code('via')}.weibo"})
    yield as_json("sign", sealed(marks, keys, "sealed"))
    form = sealed(marks, keys, "in an envelope")
    yield as_json("sign", envelope_form(form, keys.envelope_key.public_key()))
    yield as_json("share-link", {"language": "ko", "via": marks.code("via of a link")})
    yield as_json("withdraw", {"receipt": marks.receipt("receipt"), "keep_count": False})
    yield Sent("share-link", "GET", f"/{PETITION}/{marks.code('code')}")
    yield Sent("share-link", "GET", f"/{PETITION}/{marks.code('code in a QR code')}.svg")
    yield Sent("count", "GET", f"/{PETITION}?q={marks.word('query')}")
    yield Sent("count", "GET", f"/{PETITION}/badge.svg?{marks.word('name in a query')}=1")
    yield Sent("sweep", "POST", f"/{PETITION}?q={marks.word('query of the sweep')}")


def sealed(marks: Marks, keys: DevelopmentKeys, kind: str) -> dict[str, Any]:
    """Fill in a sealed form; what the box holds is marked too, and no function can open it."""
    contents = Contents(
        marks.word(f"name {kind}"),
        f"{marks.word(f'e-mail {kind}')}@example.org",
        marks.word(f"message {kind}"),
    )
    return {
        "address_tag": base64url(marks.octets(f"tag {kind}", 32)),
        "sealed": base64url(seal(contents, PETITION, keys.private_key.public_key())),
        "receipt_hash": base64url(marks.octets(f"receipt's hash {kind}", 32)),
        "country": "KR",
        "language": "ko",
    }


def wrong(marks: Marks, keys: DevelopmentKeys) -> Iterator[Sent]:
    """Return what is refused, for everything that can be wrong with it."""
    fields = ("email", "name", "message", "country", "language", "via", "consent", "more")
    yield as_json("sign", {name: f"= {marks.word(f'wrong {name}')} @" for name in fields})
    yield as_json("sign", {"email": [marks.word("listed")], "name": {marks.word("nested"): 1}})
    yield as_json("sign", {marks.word("name of a field"): 1, "address_tag": marks.word("no tag")})
    bad = envelope_form({"sealed": marks.word("within"), marks.word("field within"): 1}, own(keys))
    yield as_json("sign", bad)
    yield as_json("sign", {"envelope": base64url(marks.octets("no envelope", 3410, b"\1"))})
    yield as_json("share-link", {"language": marks.word("no language"), "via": marks.word("code")})
    yield as_json("withdraw", {"receipt": marks.word("no receipt"), "keep_count": True})
    yield as_json("withdraw", {"receipt": marks.receipt("half a body")})
    for name in FUNCTIONS:
        yield from never(marks, name)


def own(keys: DevelopmentKeys) -> Any:
    """Return the public key of sign's envelopes."""
    return keys.envelope_key.public_key()


def never(marks: Marks, name: str) -> Iterator[Sent]:
    """Return what no function takes: other paths, methods, types, sizes and no JSON."""

    def said(what: str) -> str:
        return marks.word(f"{what} to {name}")

    yield as_json(name, {}, f"/{said('petition')}")
    yield as_json(name, {}, f"/{PETITION}/{said('part')}")
    yield as_json(name, {}, f"/{PETITION}/{said('part')}/%00{said('last part')}")
    yield Sent(name, said("method").upper())
    for what, type_ in (("type", f"text/{said('media')}"), ("charset", f"a/b; c={said('set')}")):
        yield Sent(name, "POST", body=said(what).encode(), headers={"Content-Type": type_})
    coded = {"Content-Encoding": said("encoding")}
    yield Sent(name, "POST", body=said("coded").encode(), headers=JSON | coded)
    for what, body in (("no JSON", '{"email": "%s"'), ("no UTF-8", '"%s\udcff"')):
        content = (body % said(what)).encode(errors="surrogateescape")
        yield Sent(name, "POST", body=content, headers=JSON)
    yield Sent(name, "POST", body=said("size").encode() * 1000, headers=JSON)
