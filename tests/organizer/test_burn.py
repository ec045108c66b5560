"""
Burning destroys every version of the pepper and of the envelope's key,
once it is really meant.
"""

from collections.abc import Callable

import pytest

from organizer import CannotDo
from organizer.connection import Connection
from organizer.vault import Vault
from tests.organizer.conftest import Command, Said
from tests.organizer.secret_manager import SecretManager

Burn = Callable[..., Said]
STATES = {
    "pepper": {"1": "DESTROYED", "2": "DISABLED", "3": "ENABLED", "10": "ENABLED"},
    "envelope": {"1": "ENABLED"},
}


@pytest.fixture
def burn(secrets: SecretManager, organizer: Command) -> Burn:
    """Run the command against a Secret Manager in which there are several versions."""
    secrets.states |= {secret: states.copy() for secret, states in STATES.items()}
    return lambda *arguments, **more: organizer("burn", *arguments, **more)


def test_without_really_nothing_is_destroyed(burn: Burn, secrets: SecretManager) -> None:
    said = burn()

    assert said.code == 0
    assert secrets.states == STATES
    assert "Versions of the pepper that would be destroyed: 2, 3, 10." in said.err
    assert "Versions of the envelope's key that would be destroyed: 1." in said.err


def test_every_version_is_destroyed_when_the_petition_is_named(
    burn: Burn, secrets: SecretManager
) -> None:
    said = burn("--really", typed=["savemyfriend"])

    assert said.code == 0 and "trustee" in said.out
    assert {s for states in secrets.states.values() for s in states.values()} == {"DESTROYED"}
    assert burn("--really").code == 0, "There is nothing left to confirm."


def test_what_was_burnt_by_half_is_burnt_to_the_end(burn: Burn, secrets: SecretManager) -> None:
    secrets.states["pepper"] = {"1": "DESTROYED"}

    assert burn("--really", "--confirm", "savemyfriend").code == 0

    assert secrets.states["envelope"] == {"1": "DESTROYED"}


def test_another_word_destroys_nothing(burn: Burn, secrets: SecretManager) -> None:
    assert burn("--really", typed=["yes"]).code == 3

    assert secrets.states == STATES


def test_a_refusal_is_told_in_a_sentence(burn: Burn, secrets: SecretManager) -> None:
    secrets.status = 403

    said = burn("--really")

    assert said.code == 4
    assert "roles/secretmanager.viewer on the secret pepper is needed" in said.err


def test_it_says_whether_the_petition_is_closed(burn: Burn, organizer: Command) -> None:
    assert "still open: `organizer close` first" in burn().err

    assert organizer("close", "--yes").code == 0

    assert "The petition is closed." in burn().err


def test_an_emulator_is_not_taken_for_production(
    burn: Burn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its address is one that answers nothing: were it asked, the code would be 4."""
    monkeypatch.setenv("SECRET_MANAGER_URL", "https://secretmanager.invalid")

    said = burn("--really", "--confirm", "savemyfriend")

    assert said.code == 2
    assert "unset FIRESTORE_EMULATOR_HOST" in said.err


@pytest.mark.parametrize(
    "path",
    [
        "projects/{}/secrets/pepper",
        "projects/{}/secrets/pepper/versions/3",
        "//secretmanager.googleapis.com/projects/{}/secrets/pepper",
    ],
)
def test_the_secret_may_be_named_as_terraform_prints_it(
    burn: Burn, connection: Connection, path: str
) -> None:
    said = burn("--secret", path.format(connection.project))

    assert said.code == 0 and "2, 3, 10" in said.err


def test_a_secret_that_is_not_there_is_named(burn: Burn, connection: Connection) -> None:
    said = burn("--secret", f"projects/{connection.project}/secrets/salt")

    assert said.code == 1
    assert f"There is no secret salt in project {connection.project}" in said.err


@pytest.mark.parametrize("secret", ["projects/production/secrets/pepper", "a/pepper", ""])
def test_another_projects_secret_is_refused(
    burn: Burn, secrets: SecretManager, secret: str
) -> None:
    said = burn("--really", "--confirm", "savemyfriend", "--secret", secret)

    assert said.code == 2 and "is no secret of project" in said.err
    assert secrets.states == STATES


def test_a_vault_without_a_secret_of_its_project_cannot_be_opened() -> None:
    with pytest.raises(CannotDo, match=r"name it alone, or as projects/mine/secrets/NAME\."):
        Vault("mine", "projects/yours/secrets/pepper", "http://127.0.0.1:9")
