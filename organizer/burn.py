"""`burn`: makes what is stored meaningless, and keeps the count."""

import json
import re
from typing import Annotated, Any

import google.auth
import typer
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import AuthorizedSession
from requests import RequestException

from organizer import UNREACHABLE, CannotDo
from organizer.connection import find_connection
from organizer.terminal import confirm, say, show

SECRET_MANAGER = "https://secretmanager.googleapis.com"  # noqa: S105 – an address, no secret
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
SECONDS = 30.0

SHARES = """\
What is left for you to do, because no command can:

1. Ask every trustee to burn the sheet with their words, and to tell you that they did. As soon as
   fewer are left than open a name, nobody can ever open one again.
2. Destroy every private key file, and every copy of it (`keys new --single` makes one).
3. Destroy exports and reports with names; burning cannot reach what was already opened.
4. Let the backups of the database run out, or delete them: they hold boxes, no keys.
"""


def burn(
    context: typer.Context,
    secret: Annotated[
        str, typer.Option(help="The secret that holds the pepper (Terraform's pepper_secret).")
    ] = "pepper",  # noqa: S107 – its name
    really: Annotated[
        bool, typer.Option("--really", help="Do it; left out, only what would happen is told.")
    ] = False,
    confirmed: Annotated[
        str | None, typer.Option("--confirm", help="The petition's id, instead of typing it.")
    ] = None,
    secret_manager: Annotated[
        str, typer.Option(envvar="SECRET_MANAGER_URL", hidden=True)
    ] = SECRET_MANAGER,
) -> None:
    """
    Destroy the pepper for ever, so that nobody can test an address against what is stored.

    The count stays. Nobody can sign afterwards, and `sign` no longer starts: close the petition,
    deliver it, then burn. Without --really nothing is changed.
    """
    connection = find_connection(**context.obj)
    say(connection.description, style="dim")
    if connection.run_folder:
        raise CannotDo(
            "The local run has no Secret Manager; its pepper is a file, and deleting "
            f"{connection.run_folder.name}/pepper burns it. Name a project to burn a real one."
        )
    vault = Vault(connection.project, secret, secret_manager)
    versions = vault.versions()
    if not versions:
        say("Every version of the pepper is destroyed already.", style="green")
        show(SHARES)
        return
    say(f"{len(versions)} version(s) of the pepper would be destroyed: {', '.join(versions)}.")
    if not really:
        say("Nothing was changed. To do it, add --really.")
        return
    word = connection.petition
    confirm("destroy the pepper for ever", word, given=confirmed == word)
    for version in versions:
        vault.destroy(version)
        say(f"Version {version} is destroyed.")
    show(SHARES)


class Vault:
    """
    One secret in Secret Manager, through its REST interface.

    Source: cloud.google.com/secret-manager/docs/reference/rest, v1
    """

    def __init__(self, project: str, secret: str, address: str) -> None:
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


def _credentials(address: str) -> Any:
    if re.match(r"http://(127\.0\.0\.1|localhost)[:/]", address):
        return AnonymousCredentials()  # type: ignore[no-untyped-call]
    try:
        return google.auth.default(scopes=[SCOPE])[0]
    except GoogleAuthError:
        advice = "Log in first: gcloud auth application-default login."
        raise CannotDo(f"There are no valid credentials. {advice}", UNREACHABLE) from None
