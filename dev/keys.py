"""Throw-away keys for one machine; those of a real petition are made by the organizers."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from petition.seal import encode_private_key, encode_public_key

from dev import RUN_FOLDER

PEPPER_BYTES = 32  # ours; as many as the HMAC's own digest


@dataclass(frozen=True)
class DevelopmentKeys:
    """What seals, opens and identifies signatures while developing."""

    private_key: ec.EllipticCurvePrivateKey
    pepper: str
    envelope_key: ec.EllipticCurvePrivateKey

    @property
    def seal_public_key(self) -> str:
        """Return the public key to which contents are sealed, as the functions take it."""
        return encode_public_key(self.private_key.public_key())

    @property
    def envelope_private_key(self) -> str:
        """Return what opens envelopes, as sign takes it."""
        return encode_private_key(self.envelope_key)

    @property
    def envelope_public_key(self) -> str:
        """Return the public key to which the page seals envelopes."""
        return encode_public_key(self.envelope_key.public_key())


def make_keys() -> DevelopmentKeys:
    """Make new keys, kept nowhere."""
    curve = ec.SECP256R1()
    pepper = secrets.token_urlsafe(PEPPER_BYTES)
    return DevelopmentKeys(ec.generate_private_key(curve), pepper, ec.generate_private_key(curve))


def keep_keys(folder: Path = RUN_FOLDER) -> DevelopmentKeys:
    """
    Read this machine's keys, and make them the first time.

    They are three files that only their owner may read: `private-key.pem` and `envelope-key.pem`
    (PKCS #8), and `pepper`.
    """
    paths = [folder / name for name in ("private-key.pem", "pepper", "envelope-key.pem")]
    if not all(path.exists() for path in paths):
        keys = make_keys()
        contents = [_to_pem(keys.private_key), keys.pepper.encode(), _to_pem(keys.envelope_key)]
        for path, content in zip(paths, contents, strict=True):
            _write_secret(path, content)
    return DevelopmentKeys(_from_pem(paths[0]), paths[1].read_text(), _from_pem(paths[2]))


def _to_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _from_pem(path: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path} is not a P-256 key")
    return key


def _write_secret(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    # The mode is given when the file is made: at no moment may anybody else read it.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
