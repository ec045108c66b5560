"""
Burning destroys every version of the pepper, once it is really meant.
"""

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from organizer.command_line import run

Burn = Callable[..., int]


class SecretManager(ThreadingHTTPServer):
    """
    The two calls of Secret Manager that burning makes, in the form of its REST reference.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Calls)
        self.states = {"1": "DESTROYED", "2": "DISABLED", "3": "ENABLED", "10": "ENABLED"}
        self.status = 200


class _Calls(BaseHTTPRequestHandler):
    server: SecretManager

    def do_GET(self) -> None:
        name = "projects/1/secrets/pepper/versions"
        # One to a page, so that whoever forgets the next page is found out.
        numbers = list(self.server.states)
        at = int(self.path.partition("pageToken=")[2] or 0)
        page = {"versions": [{"name": f"{name}/{numbers[at]}", "state": self._state(numbers[at])}]}
        if at + 1 < len(numbers):
            page["nextPageToken"] = str(at + 1)  # type: ignore[assignment]
        self._answer(page)

    def do_POST(self) -> None:
        version = self.path.rpartition("/")[2].removesuffix(":destroy")
        self.server.states[version] = "DESTROYED"
        self._answer({"name": version, "state": "DESTROYED"})

    def log_message(self, format: str, *args: object) -> None:
        """
        Write nothing.
        """

    def _state(self, version: str) -> str:
        return self.server.states[version]

    def _answer(self, content: object) -> None:
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())


@pytest.fixture
def secrets() -> Iterator[SecretManager]:
    """
    Answer as Secret Manager on this machine.
    """
    with SecretManager() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def burn(secrets: SecretManager, monkeypatch: pytest.MonkeyPatch) -> Burn:
    """
    Run the command against that Secret Manager.
    """
    address = f"http://127.0.0.1:{secrets.server_address[1]}"
    monkeypatch.setenv("SECRET_MANAGER_URL", address)
    return lambda *arguments: run(["--project", "demo-burn", "burn", *arguments])


def test_without_really_nothing_is_destroyed(
    burn: Burn, secrets: SecretManager, capsys: pytest.CaptureFixture[str]
) -> None:
    before = dict(secrets.states)

    assert burn() == 0

    assert secrets.states == before
    assert "2, 3, 10" in capsys.readouterr().err


def test_every_version_is_destroyed_when_the_petition_is_named(
    burn: Burn, secrets: SecretManager, capsys: pytest.CaptureFixture[str]
) -> None:
    assert burn("--really", "--confirm", "savemyfriend") == 0

    assert set(secrets.states.values()) == {"DESTROYED"}
    assert "trustee" in capsys.readouterr().out
    assert burn("--really") == 0, "There is nothing left to confirm."


def test_another_word_destroys_nothing(
    burn: Burn, secrets: SecretManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dict(secrets.states)
    monkeypatch.setattr("builtins.input", lambda: "yes")

    assert burn("--really") == 3

    assert secrets.states == before


def test_a_refusal_is_told_in_a_sentence(
    burn: Burn, secrets: SecretManager, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets.status = 403

    assert burn("--really") == 4

    assert "roles/secretmanager.admin" in capsys.readouterr().err
