"""
Burning destroys every version of the pepper, once it is really meant.
"""

from collections.abc import Callable

import pytest

from organizer.command_line import run
from tests.organizer.secret_manager import SecretManager

Burn = Callable[..., int]
STATES = {"1": "DESTROYED", "2": "DISABLED", "3": "ENABLED", "10": "ENABLED"}


@pytest.fixture
def burn(secrets: SecretManager) -> Burn:
    """
    Run the command against a Secret Manager in which the pepper has four versions.
    """
    secrets.states["pepper"] = STATES.copy()
    return lambda *arguments: run(["--project", "demo-burn", "burn", *arguments])


def test_without_really_nothing_is_destroyed(
    burn: Burn, secrets: SecretManager, capsys: pytest.CaptureFixture[str]
) -> None:

    assert burn() == 0

    assert secrets.states["pepper"] == STATES
    assert "2, 3, 10" in capsys.readouterr().err


def test_every_version_is_destroyed_when_the_petition_is_named(
    burn: Burn, secrets: SecretManager, capsys: pytest.CaptureFixture[str]
) -> None:
    assert burn("--really", "--confirm", "savemyfriend") == 0

    assert set(secrets.states["pepper"].values()) == {"DESTROYED"}
    assert "trustee" in capsys.readouterr().out
    assert burn("--really") == 0, "There is nothing left to confirm."


def test_another_word_destroys_nothing(
    burn: Burn, secrets: SecretManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builtins.input", lambda: "yes")

    assert burn("--really") == 3

    assert secrets.states["pepper"] == STATES


def test_a_refusal_is_told_in_a_sentence(
    burn: Burn, secrets: SecretManager, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets.status = 403

    assert burn("--really") == 4

    assert "roles/secretmanager.viewer" in capsys.readouterr().err


def test_the_secret_may_be_named_as_terraform_prints_it(
    burn: Burn, secrets: SecretManager, capsys: pytest.CaptureFixture[str]
) -> None:
    assert burn("--secret", "projects/demo-burn/secrets/pepper") == 0
    assert "2, 3, 10" in capsys.readouterr().err

    assert burn("--secret", "projects/demo-burn/secrets/salt") == 1
    assert "There is no secret salt in project demo-burn" in capsys.readouterr().err
