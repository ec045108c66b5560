"""Google's REST APIs, called with a person's own credentials and answered in sentences."""

import re
from typing import Any

import google.auth
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import AuthorizedSession
from google.oauth2.credentials import Credentials
from requests import RequestException, Response

from organizer import UNREACHABLE, CannotDo

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
SECONDS = 10.0  # ours: none of what is called takes longer than a few

# How an API that is not enabled in the project says so; the older ones in the older way.
# Source: cloud.google.com/apis/design/errors, ErrorInfo
NOT_ENABLED = ("SERVICE_DISABLED", "accessNotConfigured")


class GoogleApi:
    """
    One of Google's services.

    Args:
        address: Its root, such as https://secretmanager.googleapis.com; one on this machine, which
            stands in for it, is called without credentials.
        quota_project: Whose quota is taken; some services refuse a person who does not say.
        token: An access token that is used instead of the person's credentials.
    """

    def __init__(
        self, address: str, *, quota_project: str | None = None, token: str | None = None
    ) -> None:
        self._address = address
        self._name = address.rpartition("/")[2]
        self._credentials = Credentials(token) if token else _credentials(address, quota_project)  # type: ignore[no-untyped-call]

    def call(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, role: str
    ) -> dict[str, Any] | None:
        """
        Return what is answered; None if there is no such thing, or the service is not enabled.

        Args:
            path: From the root on, with its query.
            role: Which role is needed, and on what, for the sentence that asks for it.

        Raises:
            CannotDo: It is refused, fails, or does not answer.
        """
        answer = self.request(method, path, body)
        if answer.status_code == 404 or any(reason in answer.text for reason in NOT_ENABLED):
            return None
        if answer.status_code in (401, 403):
            raise CannotDo(f"You may not do this: {role} is needed.", UNREACHABLE)
        if not answer.ok:
            raise CannotDo(f"{self._name} answers {answer.status_code}.", UNREACHABLE)
        try:
            content: dict[str, Any] = answer.json()
        except ValueError:
            raise CannotDo(f"{self._name} does not answer.", UNREACHABLE) from None
        return content

    def request(self, method: str, path: str, body: dict[str, Any] | None = None) -> Response:
        """
        Return the answer, whatever its status.

        Raises:
            CannotDo: There is none.
        """
        url = f"{self._address}{path}"
        try:
            with AuthorizedSession(self._credentials) as session:  # type: ignore[no-untyped-call]
                answer: Response = session.request(  # type: ignore[no-untyped-call]
                    method, url, json=body, timeout=SECONDS
                )
        except (RequestException, GoogleAuthError):
            raise CannotDo(f"{self._name} does not answer.", UNREACHABLE) from None
        return answer


def is_on_this_machine(address: str) -> bool:
    """Say whether an address is one that stands in for Google's, as in tests."""
    return re.match(r"http://(127\.0\.0\.1|localhost)[:/]", address) is not None


def _credentials(address: str, quota_project: str | None) -> Any:
    if is_on_this_machine(address):
        return AnonymousCredentials()  # type: ignore[no-untyped-call]
    try:
        return google.auth.default(scopes=[SCOPE], quota_project_id=quota_project)[0]
    except GoogleAuthError:
        advice = "Log in first: gcloud auth application-default login."
        raise CannotDo(f"There are no valid credentials. {advice}", UNREACHABLE) from None
