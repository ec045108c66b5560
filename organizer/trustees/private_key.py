"""The private key: kept in a file or as trustees' words, read from either."""

import os
import resource
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from organizer import CannotDo
from organizer.trustees.key_shares import combine, find_words, identify_set
from organizer.trustees.typed import type_keys

KeyOption = Annotated[
    list[Path] | None,
    typer.Option("--key", help="A private key file; repeat it if the key was changed."),
]
KeyShareOption = Annotated[
    list[Path] | None,
    typer.Option("--key-share", help="A trustee's sheet as a file; repeat it for each trustee."),
]
WordsOption = Annotated[
    bool, typer.Option("--words", help="Type the trustees' words in, sheet by sheet.")
]


def read_keys(
    key_files: Sequence[Path] | None, key_share_files: Sequence[Path] | None, words: bool
) -> list[ec.EllipticCurvePrivateKey]:
    """
    Read every key that was given, in whatever form.

    Raises:
        CannotDo: A file cannot be read, a word is wrong, or there are too few key shares.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # A crash must not write a key to the disk.
    keys = [read_key(path) for path in key_files or ()]
    by_set: dict[int, list[str]] = {}
    for path in key_share_files or ():
        typed = find_words(_read(path).decode("utf-8", "replace"))
        try:
            by_set.setdefault(identify_set(typed), []).append(typed)
        except CannotDo as fault:
            raise CannotDo(f"{path.name}: {fault}") from None
    keys += [combine(key_shares) for key_shares in by_set.values()]
    return [*keys, *type_keys()] if words else keys


def read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """
    Read a private key file, PKCS #8 as PEM.

    Raises:
        CannotDo: It is no such file, or holds another kind of key.
    """
    try:
        key = serialization.load_pem_private_key(_read(path), password=None)
    except (ValueError, TypeError):
        raise CannotDo(f"{path} is not a private key file.") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise CannotDo(f"{path} does not hold a P-256 key.")
    return key


def write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """
    Write a private key file that only its owner may read.

    Raises:
        CannotDo: The file exists.
    """
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    write_secret(path, pem)


def write_secret(path: Path, content: bytes) -> None:
    """
    Write a new file that only its owner may read.

    Raises:
        CannotDo: The file exists, or cannot be written.
    """
    try:
        # The mode is given when the file is made: at no moment may anybody else read it.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise CannotDo(f"{path} exists and is not overwritten.") from None
    except OSError as error:
        raise CannotDo(f"{path} cannot be written: {error.strerror}.") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CannotDo(f"{path} cannot be read: {error.strerror}.") from None
