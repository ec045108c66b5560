"""Secret Manager, as far as organizers need it: to read a secret, to add one, and to destroy it."""

import base64
import re
from typing import Annotated, Any

import typer

from organizer import MISUNDERSTOOD, CannotDo
from organizer.google_api import GoogleApi

SECRET_MANAGER = "https://secretmanager.googleapis.com"  # noqa: S105 – an address, no secret
ENVELOPE_SECRET = "envelope"  # noqa: S105 – its name in Secret Manager, as Terraform expects it
PATH = re.compile(
    r"((//secretmanager\.googleapis\.com/)?projects/(?P<project>[^/]+)/secrets/)?"
    r"(?P<name>[A-Za-z0-9_-]+)(/versions/[^/]+)?"
)

SecretManagerOption = Annotated[str, typer.Option(envvar="SECRET_MANAGER_URL", hidden=True)]


class Vault:
    """
    One secret in Secret Manager, through its REST interface.

    Args:
        secret: Its name, or all of its path, as Terraform prints it, and with a version too.

    Raises:
        CannotDo: The path is another project's, or none.

    Source: cloud.google.com/secret-manager/docs/reference/rest, v1
    """

    def __init__(self, project: str, secret: str, address: str = SECRET_MANAGER) -> None:
        path = PATH.fullmatch(secret)
        if not path or path["project"] not in (None, project):
            raise CannotDo(
                f"{secret} is no secret of project {project}: name it alone, or as "
                f"projects/{project}/secrets/NAME.",
                MISUNDERSTOOD,
            )
        self._project, self._name = project, path["name"]
        self._secrets = f"/v1/projects/{project}/secrets"
        self._secret = f"{self._secrets}/{self._name}"
        self._api = GoogleApi(address)

    def versions(self) -> list[str]:
        """Return the numbers of the versions that are not destroyed, oldest first."""
        found: list[str] = []
        token = ""
        while True:
            path = f"{self._secret}/versions?pageToken={token}"
            page = self._call("GET", path, role="roles/secretmanager.viewer")
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
        path = f"{self._secret}/versions/{version}:destroy"
        answer = self._call("POST", path, role="roles/secretmanager.secretVersionManager")
        if answer.get("state") != "DESTROYED":
            raise CannotDo(f"Version {version} was not destroyed; look into the console.")

    def read(self) -> str:
        """Return the secret itself, of the newest version."""
        path = f"{self._secret}/versions/latest:access"
        content = self._call("GET", path, role="roles/secretmanager.secretAccessor")
        return base64.b64decode(content["payload"]["data"]).decode()

    def add(self, content: str) -> str:
        """Store the secret as a new version, make it if it is not there, and return the number."""
        role = "roles/secretmanager.admin"
        if self._api.request("GET", self._secret).status_code == 404:
            new: dict[str, Any] = {"replication": {"automatic": {}}}
            self._call("POST", f"{self._secrets}?secretId={self._name}", new, role=role)
        payload = {"payload": {"data": base64.b64encode(content.encode()).decode()}}
        answer = self._call("POST", f"{self._secret}:addVersion", payload, role=role)
        return str(answer["name"].rpartition("/")[2])

    def _call(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, role: str
    ) -> dict[str, Any]:
        role = f"{role} on the secret {self._name}"
        content = self._api.call(method, path, body, role=role)
        if content is None:
            raise CannotDo(
                f"There is no secret {self._name} in project {self._project}; name it by --secret."
            )
        return content
