"""The pepper, as far as organizers need it: to find an address's signature, and to destroy it."""

import base64
import json
import os
import re
from pathlib import Path
from typing import Annotated, Any

import google.auth
import typer
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import AuthorizedSession
from requests import RequestException

from organizer import UNREACHABLE, CannotDo
from organizer.connection import Connection

SECRET_MANAGER = "https://secretmanager.googleapis.com"  # noqa: S105 – an address, no secret
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
SECONDS = 30.0
SECRET = "pepper"  # noqa: S105 – its name in Secret Manager, as Terraform gives it

SecretOption = Annotated[
    str, typer.Option(help="The secret that holds the pepper (Terraform's pepper_secret).")
]
SecretManagerOption = Annotated[str, typer.Option(envvar="SECRET_MANAGER_URL", hidden=True)]


class Vault:
    """
    One secret in Secret Manager, through its REST interface.

    Source: cloud.google.com/secret-manager/docs/reference/rest, v1
    """

    def __init__(self, project: str, secret: str, address: str = SECRET_MANAGER) -> None:
        self._secret = f"{address}/v1/projects/{project}/secrets/{secret}"
        self._session = AuthorizedSession(_credentials(address))  # type: ignore[no-untyped-call]

    def versions(self) -> list[str]:
        """Return the numbers of the versions that are not destroyed, oldest first."""
        found: list[str] = []
        token = ""
        while True:
            page = self._call("GET", f"{self._secret}/versions?pageToken={token}")
            found += [
                version["name"].rpartition("/")[2]
                for version in page.get("versions", [])
                if version["state"] != "DESTROYED"
            ]
            token = page.get("nextPageToken", "")
            if not token:
                return sorted(found, key=int)

    def destroy(self, version: str) -> None:
        """Destroy a version; it cannot be brought back."""
        answer = self._call("POST", f"{self._secret}/versions/{version}:destroy")
        if answer.get("state") != "DESTROYED":
            raise CannotDo(f"Version {version} was not destroyed; look into the console.")

    def read(self) -> str:
        """Return the secret itself, of the newest version."""
        content = self._call("GET", f"{self._secret}/versions/latest:access")
        return base64.b64decode(content["payload"]["data"]).decode()

    def _call(self, method: str, url: str) -> dict[str, Any]:
        try:
            answer = self._session.request(method, url, timeout=SECONDS)  # type: ignore[no-untyped-call]
            content: dict[str, Any] = answer.json()
        except (RequestException, GoogleAuthError, json.JSONDecodeError):
            raise CannotDo("Secret Manager does not answer.", UNREACHABLE) from None
        if answer.status_code == 404:
            raise CannotDo(
                "There is no such secret; name it by --secret (Terraform's output pepper_secret)."
            )
        if answer.status_code in (401, 403):
            raise CannotDo(
                "You may not do this: roles/secretmanager.admin on the pepper is needed.",
                UNREACHABLE,
            )
        if not answer.ok:
            raise CannotDo(f"Secret Manager answers {answer.status_code}.", UNREACHABLE)
        return content


def read_pepper(connection: Connection, file: Path | None) -> bytes:
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
    return Vault(connection.project, SECRET, address).read().encode()


def _credentials(address: str) -> Any:
    if re.match(r"http://(127\.0\.0\.1|localhost)[:/]", address):
        return AnonymousCredentials()  # type: ignore[no-untyped-call]
    try:
        return google.auth.default(scopes=[SCOPE])[0]
    except GoogleAuthError:
        advice = "Log in first: gcloud auth application-default login."
        raise CannotDo(f"There are no valid credentials. {advice}", UNREACHABLE) from None
