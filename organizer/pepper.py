"""The pepper, as far as an organizer needs it: to find the signature of an address."""

import os
from pathlib import Path

from organizer import CannotDo
from organizer.connection import Connection
from organizer.vault import SECRET_MANAGER, Vault

SECRET = "pepper"  # noqa: S105 – its name in Secret Manager, as Terraform gives it


def read_pepper(connection: Connection, file: Path | None) -> bytes:
    """
    Read the pepper: from a file, from PEPPER, from the local run, or from Secret Manager.

    Raises:
        CannotDo: It is nowhere to be had; after `burn` nobody has it.
    """
    if file is None and connection.run_folder:
        file = connection.run_folder / "pepper"
    if file:
        try:
            return file.read_bytes().strip()
        except OSError as error:
            raise CannotDo(f"{file} cannot be read: {error.strerror}.") from None
    if value := os.environ.get("PEPPER"):
        return value.encode()
    address = os.environ.get("SECRET_MANAGER_URL", SECRET_MANAGER)
    return Vault(connection.project, SECRET, address).read().encode()
