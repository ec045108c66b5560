"""
What the organizers' tests share: a petition with a few signatures of
every kind, and the commands.
"""

import asyncio
import datetime as dt
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from google.cloud import firestore
from petition import base64url
from petition.blur import is_drawn
from petition.claim import identify, tag_address
from petition.documents import Claim, Signer, Sums
from petition.receipt import hash_receipt, write_receipt
from petition.seal import Consent, Contents, seal

from dev.emulator import Emulator
from dev.functions import Running
from dev.keys import DevelopmentKeys
from organizer.command_line import run
from organizer.connection import Connection
from organizer.signatures.database import Database
from organizer.trustees.private_key import write_key
from tests.organizer.secret_manager import SecretManager

PETITION = "savemyfriend"
PROGRAM = Path(sys.executable).with_name("organizer")  # as `make install` puts it there


@dataclass
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str


Command = Callable[..., Said]


@pytest.fixture(autouse=True)
def own_profiles(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep profiles away from those of whoever runs the tests."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))


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
    """Run a command in this process: `organizer("count", "--json")`, with `typed` as its input."""
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

    def body(
        self,
        address: str,
        contents: Contents,
        box: bytes | None = None,
        again: str = "",
        **more: str,
    ) -> dict[str, str]:
        """
        Return what the page sends for an address.

        Args:
            box: Sealed before, of whatever.
            again: Another text is another claim, under another receipt.
        """
        sealed = box or seal(contents, PETITION, self.keys.private_key.public_key())
        return {
            "address_tag": base64url.encode(tag_address(address, PETITION)),
            "sealed": base64url.encode(sealed),
            "receipt_hash": hash_receipt(_receipt(address, again), PETITION),
            "country": "KR",
            "language": "ko",
            **more,
        }

    def sign(
        self,
        name: str,
        *,
        address: str | None = None,
        delivery: bool = False,
        news: bool = False,
        message: str = "",
        inside: str | None = None,
        box: bytes | None = None,
        **more: str,
    ) -> None:
        """
        Sign for one person.

        Args:
            delivery: Whether they agree to be named.
            news: Whether they ask for news.
            inside: The address that is sealed, if it is another one than signs.
            box: As for `body`, and `more` too.
        """
        address = address or f"{name.encode().hex()[:40]}@example.org"
        contents = Contents(name, inside or address, message, Consent(delivery, news))
        body = self.body(address, contents, box, **more)
        while (answer := self._post(body)).status_code == httpx.codes.SERVICE_UNAVAILABLE:
            pass  # As the page does: with the same body, until it is accepted.
        answer.raise_for_status()

    def _post(self, body: dict[str, str]) -> httpx.Response:
        return httpx.post(f"{self.url}/{PETITION}", json=body, timeout=60)

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


def receipt_of(address: str, again: str = "") -> str:
    """Return the receipt of whom `Signers` signed for, as a person keeps it."""
    return write_receipt(_receipt(address, again))


def _receipt(address: str, again: str) -> bytes:
    return hashlib.sha256(f"{address} {again}".encode()).digest()[:16]


def claim_of(address: str, again: str = "") -> str:
    """Return the id of the claim that `Signers` made for an address."""
    return hash_receipt(_receipt(address, again), PETITION)


def signer_of(address: str, keys: DevelopmentKeys) -> str:
    """Return the id of an address's signer."""
    return identify(tag_address(address, PETITION), PETITION, keys.pepper.encode())


def sealed_to_another_key() -> bytes:
    """Seal a box as well as any, to a key that nobody here has."""
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return seal(Contents("A friend", "friend@example.org"), PETITION, key)


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
        contents: Contents | None = None,
        box: bytes | None = None,
        prefix: str = "",
        claims: int = 1,
    ) -> None:
        """
        Store signers who share everything but their ids, and count them in lane 0.

        Args:
            claims: How many each of them has.
        """
        contents = contents or Contents("A friend", "friend@example.org")
        box = box or seal(contents, PETITION, self.keys.private_key.public_key())
        petition = self.client.collection("petitions").document(PETITION)
        hour = hour or dt.datetime(2012, 2, 14, 9, tzinfo=dt.UTC)
        claim = Claim("", "", box, country, language, via, hour)
        at_once = max(1, 400 // (claims + 1))
        for start in range(0, number, at_once):
            batch = self.client.batch()
            signers = []
            for i in range(start, min(start + at_once, number)):
                digest = hashlib.sha256(f"{prefix}{country}{language}{via}{hour}{i}".encode())
                id = base64url.encode(digest.digest())
                signer = Signer(claims, False, country, via is not None, is_drawn(id))
                signers.append(signer)
                batch.create(petition.collection("signers").document(id), signer.fields())
                for n in range(claims):
                    receipt = hashlib.sha256(f"{id} {n}".encode()).digest()
                    document = petition.collection("claims").document(base64url.encode(receipt))
                    batch.create(document, replace(claim, signer=id).fields())
            batch.commit()
            self._count(Sums.of(signers))

    def _count(self, sums: Sums) -> None:
        lane = self.client.collection("petitions").document(PETITION).collection("lanes")
        lane.document("0").set({}, merge=True)
        increments = {path: firestore.Increment(n) for path, n in sums.increments().items()}
        lane.document("0").update(increments)


@pytest.fixture
def forged(client: firestore.Client, keys: DevelopmentKeys) -> Forged:
    """Write signers in bulk."""
    return Forged(client, keys)


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator[SecretManager]:
    """Answer as Secret Manager on this machine."""
    with SecretManager() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("SECRET_MANAGER_URL", server.url)
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def in_process(connection: Connection) -> tuple[list[str], dict[str, str]]:
    """Return the installed program and the environment with which a command runs on its own."""
    env = os.environ | {
        "FIRESTORE_EMULATOR_HOST": connection.emulator or "",
        "GOOGLE_CLOUD_PROJECT": connection.project,
    }
    return [str(PROGRAM)], env
