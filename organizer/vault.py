"""Secret Manager, as far as organizers need it: to read a secret, to add one, and to destroy it."""

import base64
import json
import re
from typing import Annotated, Any

import google.auth
import typer
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import AuthorizedSession
from requests import RequestException, Response

from organizer import UNREACHABLE, CannotDo

SECRET_MANAGER = "https://secretmanager.googleapis.com"  # noqa: S105 – an address, no secret
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
SECONDS = 30.0

SecretManagerOption = Annotated[str, typer.Option(envvar="SECRET_MANAGER_URL", hidden=True)]


class Vault:
    """
    One secret in Secret Manager, through its REST interface.

    Args:
        secret: Its name, or all of its path, as Terraform prints it.

    Source: cloud.google.com/secret-manager/docs/reference/rest, v1
    """

    def __init__(self, project: str, secret: str, address: str = SECRET_MANAGER) -> None:
        path = re.fullmatch(r"projects/([^/]+)/secrets/([^/]+)", secret)
        self._project, self._name = (path[1], path[2]) if path else (project, secret)
        self._secrets = f"{address}/v1/projects/{self._project}/secrets"
        self._secret = f"{self._secrets}/{self._name}"
        self._session = AuthorizedSession(_credentials(address))  # type: ignore[no-untyped-call]

    def versions(self) -> list[str]:
        """Return the numbers of the versions that are not destroyed, oldest first."""
        found: list[str] = []
        token = ""
        while True:
            url = f"{self._secret}/versions?pageToken={token}"
            page = self._call("GET", url, role="roles/secretmanager.viewer")
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
        url = f"{self._secret}/versions/{version}:destroy"
        answer = self._call("POST", url, role="roles/secretmanager.secretVersionManager")
        if answer.get("state") != "DESTROYED":
            raise CannotDo(f"Version {version} was not destroyed; look into the console.")

    def read(self) -> str:
        """Return the secret itself, of the newest version."""
        url = f"{self._secret}/versions/latest:access"
        content = self._call("GET", url, role="roles/secretmanager.secretAccessor")
        return base64.b64decode(content["payload"]["data"]).decode()

    def add(self, content: str) -> str:
        """Store the secret as a new version, make it if it is not there, and return the number."""
        role = "roles/secretmanager.admin"
        if self._request("GET", self._secret).status_code == 404:
            new: dict[str, Any] = {"replication": {"automatic": {}}}
            self._call("POST", f"{self._secrets}?secretId={self._name}", new, role=role)
        payload = {"payload": {"data": base64.b64encode(content.encode()).decode()}}
        answer = self._call("POST", f"{self._secret}:addVersion", payload, role=role)
        return str(answer["name"].rpartition("/")[2])

    def _call(
        self, method: str, url: str, body: dict[str, Any] | None = None, *, role: str
    ) -> dict[str, Any]:
        answer = self._request(method, url, body)
        if answer.status_code == 404:
            raise CannotDo(
                f"There is no secret {self._name} in project {self._project}; name it by --secret."
            )
        if answer.status_code in (401, 403):
            raise CannotDo(
                f"You may not do this: {role} on the secret {self._name} is needed.", UNREACHABLE
            )
        if not answer.ok:
            raise CannotDo(f"Secret Manager answers {answer.status_code}.", UNREACHABLE)
        try:
            content: dict[str, Any] = answer.json()
        except json.JSONDecodeError:
            raise CannotDo("Secret Manager does not answer.", UNREACHABLE) from None
        return content

    def _request(self, method: str, url: str, body: dict[str, Any] | None = None) -> Response:
        try:
            answer: Response = self._session.request(  # type: ignore[no-untyped-call]
                method, url, json=body, timeout=SECONDS
            )
        except (RequestException, GoogleAuthError):
            raise CannotDo("Secret Manager does not answer.", UNREACHABLE) from None
        return answer


def _credentials(address: str) -> Any:
    if re.match(r"http://(127\.0\.0\.1|localhost)[:/]", address):
        return AnonymousCredentials()  # type: ignore[no-untyped-call]
    try:
        return google.auth.default(scopes=[SCOPE])[0]
    except GoogleAuthError:
        advice = "Log in first: gcloud auth application-default login."
        raise CannotDo(f"There are no valid credentials. {advice}", UNREACHABLE) from None
