"""A project in Google Cloud, as far as its REST APIs tell of it."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import requests

from organizer import UNREACHABLE, CannotDo
from organizer.checkup.site import SECONDS
from organizer.google_api import GoogleApi
from organizer.vault import Vault

# Which role may look, by service; Source: cloud.google.com/iam/docs/roles-permissions
ROLES = {
    "cloudfunctions": "roles/cloudfunctions.viewer",
    "cloudquotas": "roles/cloudquotas.viewer",
    "compute": "roles/compute.viewer",
    "firebaserules": "roles/firebaserules.viewer",
    "logging": "roles/logging.viewer",
    "monitoring": "roles/monitoring.viewer",
    "serviceusage": "roles/serviceusage.serviceUsageViewer",
}


@dataclass(frozen=True)
class Project:
    """
    A petition's project.

    Args:
        id: The project's.
        database: Id of its Firestore database.
        address: What stands in for all of the internet, as in tests: https://HOST/PATH is then
            ADDRESS/HOST/PATH.
    """

    id: str
    database: str
    petition: str
    address: str | None = None

    def ask(self, service: str, path: str, **query: str) -> dict[str, Any] | None:
        """
        Read from a service; None if there is no such thing, or the service is not enabled.

        Args:
            service: A key of ROLES.

        Raises:
            CannotDo: It is refused, and which role is needed; or there is no answer.
        """
        return self._call("GET", service, f"{path}?{urlencode(query)}" if query else path)

    def search(self, service: str, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """Read what is asked for by a body; as `ask` otherwise."""
        return self._call("POST", service, path, body)

    def api(self, service: str, token: str | None = None) -> GoogleApi:
        """Open a service, with the person's own credentials or another's token."""
        address = self.reach(f"https://{service}.googleapis.com")
        return GoogleApi(address, quota_project=None if token else self.id, token=token)

    def look(self, url: str) -> requests.Response:
        """
        Ask an address as a stranger does, without credentials; nothing is followed.

        Raises:
            CannotDo: There is no answer.
        """
        try:
            return requests.get(self.reach(url), timeout=SECONDS, allow_redirects=False)
        except requests.RequestException:
            raise CannotDo(f"{url} does not answer.", UNREACHABLE) from None

    def reach(self, url: str) -> str:
        """Return where an address is really asked."""
        return f"{self.address}/{url.removeprefix('https://')}" if self.address else url

    def versions(self, secret: str) -> list[str]:
        """Return the versions of a secret that are not destroyed."""
        return Vault(self.id, secret, self.reach("https://secretmanager.googleapis.com")).versions()

    @cached_property
    def functions(self) -> dict[str, dict[str, Any]]:
        """
        What is deployed, by name.

        Source: cloud.google.com/functions/docs/reference/rest/v2/projects.locations.functions
        """
        path = f"/v2/projects/{self.id}/locations/-/functions"
        listed = (self.ask("cloudfunctions", path) or {}).get("functions", [])
        return {function["name"].rpartition("/")[2]: function for function in listed}

    @cached_property
    def region(self) -> str:
        """
        Where the functions run.

        Raises:
            CannotDo: There are none.
        """
        for function in self.functions.values():
            if found := re.search(r"/locations/([^/]+)/", function["name"]):
                return found[1]
        raise CannotDo("there are no functions; `make deploy` has not come to its end.")

    @cached_property
    def domain(self) -> str | None:
        """
        The domain that leads to the edge; None without an edge.

        Source: cloud.google.com/compute/docs/reference/rest/v1/urlMaps
        """
        edge = self.ask("compute", f"/compute/v1/projects/{self.id}/global/urlMaps/edge")
        hosts = [host for rule in (edge or {}).get("hostRules", []) for host in rule["hosts"]]
        return hosts[0] if hosts else None

    @cached_property
    def site(self) -> str:
        """The page's address, without a last slash."""
        if self.domain:
            return f"https://{self.domain}"
        return f"https://{self.id}-site.storage.googleapis.com/page"

    def _call(
        self, method: str, service: str, path: str, body: dict[str, Any] | None = None
    ) -> dict[str, Any] | None:
        role = f"{ROLES[service]} on the project {self.id}"
        return self.api(service).call(method, path, body, role=role)
