"""Terraform tells each function exactly what that function's settings ask for."""

from typing import Any

import pytest
from petition.settings import Settings, ShareLinkSettings, SignSettings

from tests.infra.conftest import Deployed

MODELS = {
    "sign": SignSettings,
    "count": Settings,
    "share-link": ShareLinkSettings,
    "withdraw": Settings,
}

# The framework's own: it adds the execution id to every log line.
OF_THE_FRAMEWORK = {"LOG_EXECUTION_ID"}

# For one machine alone: the client would look for an emulator.
NEVER_DEPLOYED = {"FIRESTORE_EMULATOR_HOST"}


def told(deployed: Deployed, function: str) -> dict[str, str]:
    """Return a function's variables; those that are secret have their secret's name as value."""
    service = deployed.resource(f'google_cloudfunctions2_function.this["{function}"]')
    config: dict[str, Any] = service["service_config"][0]
    secrets = {one["key"]: one["secret"] for one in config["secret_environment_variables"]}
    return {**config["environment_variables"], **secrets}


@pytest.mark.parametrize("function", MODELS)
def test_function_is_told_every_setting_it_has_and_no_other(
    deployed: Deployed, function: str
) -> None:
    wanted = {name.upper() for name in MODELS[function].model_fields} - NEVER_DEPLOYED

    assert set(told(deployed, function)) - OF_THE_FRAMEWORK == wanted


@pytest.mark.parametrize("function", MODELS)
def test_function_can_read_what_it_is_told(deployed: Deployed, function: str, keys: Any) -> None:
    variables = told(deployed, function)
    if function == "sign":
        # What Terraform was given has the form of a key only, and the pepper it never sees.
        variables |= {"SEAL_PUBLIC_KEY": keys.seal_public_key, "PEPPER": keys.pepper}

    settings = MODELS[function].model_validate(variables)

    assert settings.site_url == "https://petition-test-site.storage.googleapis.com/page"
    assert settings.allowed_origins == {"https://petition-test-site.storage.googleapis.com"}
    assert settings.firestore_emulator_host is None


def test_pepper_is_told_to_sign_as_a_secret_alone(deployed: Deployed) -> None:
    assert told(deployed, "sign")["PEPPER"] == "pepper"
    assert (
        "PEPPER"
        not in deployed.resource('google_cloudfunctions2_function.this["sign"]')["service_config"][
            0
        ]["environment_variables"]
    )
