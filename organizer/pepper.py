"""The pepper, without which nobody can tell whose address a signer's id stands for."""

import os
from pathlib import Path
from typing import Annotated

import typer

from organizer import CannotDo
from organizer.connection import Connection
from organizer.vault import SECRET_MANAGER, Vault

SECRET = "pepper"  # noqa: S105 – its name in Secret Manager, as Terraform gives it

SecretOption = Annotated[
    str, typer.Option(help="The secret that holds the pepper (Terraform's pepper_secret).")
]
PepperOption = Annotated[
    Path | None, typer.Option(help="The file that holds the pepper, instead of Secret Manager.")
]


def read_pepper(connection: Connection, file: Path | None, secret: str) -> bytes:
    """
    Read the pepper: from a file, from PEPPER, from the local run, or from Secret Manager.

    Raises:
        CannotDo: It is nowhere to be had; after `burn` nobody has it.
    """
    if file is None and connection.local:
        file = connection.local.folder / "pepper"
    if file:
        try:
            return file.read_bytes().strip()
        except OSError as error:
            raise CannotDo(f"{file} cannot be read: {error.strerror}.") from None
    if value := os.environ.get("PEPPER"):
        return value.encode()
    address = os.environ.get("SECRET_MANAGER_URL", SECRET_MANAGER)
    return Vault(connection.project, secret, address).read().encode()
