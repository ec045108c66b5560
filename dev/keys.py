"""
Throw-away keys for one machine; those of a real petition are made by the organizers.
"""

import base64
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from dev import RUN_FOLDER

PEPPER_BYTES = 32  # ours; as many as the HMAC's own digest


@dataclass(frozen=True)
class DevelopmentKeys:
    """
    What seals, opens and identifies signatures while developing.
    """

    private_key: ec.EllipticCurvePrivateKey
    pepper: str

    @property
    def seal_public_key(self) -> str:
        """
        Return the public key as the functions take it: the uncompressed point, base64url.
        """
        point = self.private_key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def make_keys() -> DevelopmentKeys:
    """
    Make new keys, kept nowhere.
    """
    return DevelopmentKeys(
        ec.generate_private_key(ec.SECP256R1()), secrets.token_urlsafe(PEPPER_BYTES)
    )


def keep_keys(folder: Path = RUN_FOLDER) -> DevelopmentKeys:
    """
    Read this machine's keys, and make them the first time.

    They are two files that only their owner may read: `private-key.pem` (PKCS #8) and `pepper`.
    """
    pem_path, pepper_path = folder / "private-key.pem", folder / "pepper"
    if not pem_path.exists() or not pepper_path.exists():
        keys = make_keys()
        pem = keys.private_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        _write_secret(pem_path, pem)
        _write_secret(pepper_path, keys.pepper.encode())
    private_key = serialization.load_pem_private_key(pem_path.read_bytes(), password=None)
    if not isinstance(private_key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{pem_path} is not a P-256 key")
    return DevelopmentKeys(private_key, pepper_path.read_text())


def _write_secret(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    # The mode is given when the file is made: at no moment may anybody else read it.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
