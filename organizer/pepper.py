"""The pepper, as far as an organizer needs it: to find the signature of an address."""

import base64
import os
from pathlib import Path

import google.auth
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import AuthorizedSession
from requests import RequestException

from organizer import UNREACHABLE, CannotDo
from organizer.connection import Connection

SECRET = "https://secretmanager.googleapis.com/v1/projects/{}/secrets/pepper/versions/latest:access"  # noqa: S105 – where it is
SCOPE = "https://www.googleapis.com/auth/cloud-platform"


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
    if connection.emulator:
        raise CannotDo("Name the file that holds the pepper by --pepper, or set PEPPER.")
    return _ask_secret_manager(connection.project)


def _ask_secret_manager(project: str) -> bytes:
    try:
        credentials, _ = google.auth.default(scopes=[SCOPE])
        session = AuthorizedSession(credentials)  # type: ignore[no-untyped-call]
        answer = session.get(SECRET.format(project), timeout=30)
        answer.raise_for_status()
        return base64.b64decode(answer.json()["payload"]["data"])
    except (GoogleAuthError, RequestException, ValueError, KeyError):
        raise CannotDo(
            "Secret Manager does not give the pepper: roles/secretmanager.secretAccessor is "
            "needed, and after `burn` nobody can have it. Without it, the receipt finds a "
            "signature, or `invalidate --address` with the private key.",
            UNREACHABLE,
        ) from None
