"""
What the organizers' tests share: a petition with a few signatures of every kind, and the commands.
"""

import asyncio
import datetime as dt
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from google.cloud import firestore
from petition import base64url
from petition.receipt import hash_receipt, write_receipt
from petition.seal import Consent, Words, seal
from petition.signature import tag_address

from dev.emulator import Emulator
from dev.functions import Running
from dev.keys import DevelopmentKeys
from organizer.command_line import run
from organizer.connection import Connection
from organizer.signatures.database import Database
from organizer.trustees.private_key import write_key

PETITION = "savemyfriend"
PROGRAM = Path(sys.executable).with_name("organizer")  # as `make install` puts it there


@dataclass
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str


Command = Callable[..., Said]


@pytest.fixture
def connection(emulator: Emulator, project: str) -> Connection:
    """Name the test's own database."""
    return Connection(project, "(default)", PETITION, emulator.host)


@pytest.fixture
def organizer(
    connection: Connection,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    """
    Run a command in this process: `organizer("count", "--json")`, with `typed` as its input.
    """
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", connection.emulator or "")
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", connection.project)

    def call(*arguments: str | Path, typed: Sequence[str] = ()) -> Said:
        lines = iter(typed)

        def read(prompt: object = "") -> str:
            try:
                return next(lines)
            except StopIteration:
                raise EOFError from None

        monkeypatch.setattr("builtins.input", read)
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return call


def counted(organizer: Command) -> int:
    """Return the count, after proving that it is exact in every part."""
    audit = organizer("recount", "--thorough", "--json")
    assert audit.code == 0, audit.out
    return int(json.loads(audit.out)["stored"])


@pytest.fixture
def database(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Read the test's own database as the commands do."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", connection.emulator or "")
    return Database(connection)


@pytest.fixture
def client(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> firestore.Client:
    """Change the test's own database behind everybody's back."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", connection.emulator or "")
    return firestore.Client(project=connection.project)


@pytest.fixture
def petition(client: firestore.Client) -> firestore.DocumentReference:
    """Return the petition's own document."""
    return client.collection("petitions").document(PETITION)


@pytest.fixture
def key_file(keys: DevelopmentKeys, tmp_path: Path) -> Path:
    """Write the private key as `keys new --single` does."""
    path = tmp_path / "private-key.pem"
    write_key(path, keys.private_key)
    return path


@dataclass
class Signers:
    """Signs through the real function, many at a time."""

    url: str
    keys: DevelopmentKeys

    def body(self, address: str, contents: Words, **more: str) -> dict[str, str]:
        """Return what the page sends for an address; `box` is a box made before."""
        box = more.pop("box", None)
        if box is None:
            sealed = seal(contents, PETITION, self.keys.private_key.public_key())
            box = base64url.encode(sealed)
        receipt = hashlib.sha256(address.encode()).digest()[:16]
        return {
            "address_tag": base64url.encode(tag_address(address, PETITION)),
            "sealed": box,
            "receipt_hash": hash_receipt(receipt, PETITION),
            "country": "KR",
            "language": "ko",
            **more,
        }

    def sign(self, name: str, **more: str | bool) -> None:
        """Sign for one person, who agrees to the delivery if `delivery` is true."""
        delivery = bool(more.pop("delivery", False))
        message = str(more.pop("message", ""))
        address = str(more.pop("address", f"{name.encode().hex()[:40]}@example.org"))
        contents = Words(name, address, message, Consent(delivery=delivery))
        body = self.body(address, contents, **{key: str(value) for key, value in more.items()})
        httpx.post(f"{self.url}/{PETITION}", json=body).raise_for_status()

    def sign_many(self, bodies: Iterable[dict[str, str]], *, at_once: int = 64) -> None:
        """Send bodies concurrently, each until it is accepted."""
        asyncio.run(self._sign_many(iter(bodies), at_once))

    async def _sign_many(self, waiting: Iterator[dict[str, str]], at_once: int) -> None:
        # Written out, because a convenient client takes longer than what is tested.
        place = urlsplit(self.url)
        head = f"POST /{PETITION} HTTP/1.1\r\nHost: {place.netloc}\r\n"
        head += "Content-Type: application/json\r\nContent-Length: "

        async def send() -> None:
            reader, writer = await asyncio.open_connection(place.hostname, place.port)
            for body in waiting:
                content = json.dumps(body)
                request = f"{head}{len(content)}\r\n\r\n{content}".encode()
                status = 0
                while status != 201:
                    writer.write(request)
                    status = await _status(reader)
                    assert status in (201, 503)
            writer.close()

        await asyncio.gather(*(send() for _ in range(at_once)))


async def _status(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
    await reader.readexactly(int(length or 0))
    return int(head.split(b" ", 2)[1])


@pytest.fixture
def signers(start_function: Callable[..., Running], keys: DevelopmentKeys) -> Signers:
    """Start sign, for the test's own database."""
    return Signers(start_function("sign").url, keys)


def receipt_of(address: str) -> str:
    """Return the receipt of whom `Signers` signed for, as a person keeps it."""
    return write_receipt(hashlib.sha256(address.encode()).digest()[:16])


@dataclass(frozen=True)
class Forged:
    """Writes documents and lanes as sign does, in bulk and at other hours than now."""

    client: firestore.Client
    keys: DevelopmentKeys

    def add(
        self,
        number: int,
        *,
        country: str = "KR",
        language: str = "ko",
        via: str | None = None,
        hour: dt.datetime | None = None,
        contents: Words | None = None,
        box: bytes | None = None,
        prefix: str = "",
    ) -> None:
        """Store signatures that share everything but their ids, and count them in lane 0."""
        contents = contents or Words("A friend", "friend@example.org")
        box = box or seal(contents, PETITION, self.keys.private_key.public_key())
        petition = self.client.collection("petitions").document(PETITION)
        fields = {
            "sealed": box,
            "receipt_hash": "x" * 43,
            "country": country,
            "language": language,
            "signed_hour": hour or dt.datetime(2012, 2, 14, 9, tzinfo=dt.UTC),
        } | ({"via": via} if via else {})
        for start in range(0, number, 400):
            batch = self.client.batch()
            size = min(400, number - start)
            for i in range(start, start + size):
                kind = f"{prefix}{country}{language}{via}{hour}{i}"
                id = hashlib.sha256(kind.encode()).hexdigest()[:52]
                batch.create(petition.collection("signatures").document(id), fields)
            sums = {
                "signatures": firestore.Increment(size),
                "referred": firestore.Increment(size if via else 0),
                "countries": {country: firestore.Increment(size)},
            }
            batch.set(petition.collection("lanes").document("0"), sums, merge=True)
            batch.commit()


@pytest.fixture
def forged(client: firestore.Client, keys: DevelopmentKeys) -> Forged:
    """Write signatures in bulk."""
    return Forged(client, keys)


@pytest.fixture
def in_process(connection: Connection) -> tuple[list[str], dict[str, str]]:
    """Return the installed program and the environment with which a command runs on its own."""
    env = os.environ | {
        "FIRESTORE_EMULATOR_HOST": connection.emulator or "",
        "GOOGLE_CLOUD_PROJECT": connection.project,
    }
    return [str(PROGRAM)], env
