"""Terraform tells each function what that function's settings ask for, and nothing else."""

import json
from typing import Any

import pytest
from petition.settings import (
    CountSettings,
    Settings,
    ShareLinkSettings,
    SignSettings,
    WithdrawSettings,
)

from dev.keys import DevelopmentKeys
from tests.infra.conftest import Deployed

MODELS: dict[str, type[Settings]] = {
    "sign": SignSettings,
    "count": CountSettings,
    "share-link": ShareLinkSettings,
    "sweep": Settings,
    "withdraw": WithdrawSettings,
}

SECRETS = {"ENVELOPE_PRIVATE_KEY": "envelope", "PEPPER": "pepper"}

# The framework's own: whether it adds what a request calls itself to log lines.
OF_THE_FRAMEWORK = {"LOG_EXECUTION_ID"}

# What counts when deployed is the functions' own value; only the local run and tests have another.
OWN_VALUE = {
    "sign": {"ANSWER_GRID_MS"},
    "count": {"BLUR", "PUBLISH_SECONDS"},
    "withdraw": {"ANSWER_GRID_MS", "LEAVE_AFTER_SECONDS", "LEAVE_WITHIN_SECONDS"},
}

# For one machine alone: the client would look for an emulator.
NEVER_DEPLOYED = {"FIRESTORE_EMULATOR_HOST"}


def service(deployed: Deployed, function: str) -> dict[str, Any]:
    """Return what a function is deployed with."""
    found = deployed.resource(f'google_cloudfunctions2_function.this["{function}"]')
    config: dict[str, Any] = found["service_config"][0]
    return config


def told(deployed: Deployed, function: str) -> dict[str, str]:
    """Return a function's variables; those that are secret have their secret's name as value."""
    config = service(deployed, function)
    secrets = {one["key"]: one["secret"] for one in config["secret_environment_variables"]}
    return {**config["environment_variables"], **secrets}


@pytest.mark.parametrize("function", MODELS)
def test_function_is_told_every_setting_it_has_and_no_other(
    deployed: Deployed, function: str
) -> None:
    known = {name.upper() for name in MODELS[function].model_fields} - NEVER_DEPLOYED

    assert set(told(deployed, function)) - OF_THE_FRAMEWORK == known - OWN_VALUE.get(
        function, set()
    )


@pytest.mark.parametrize("function", MODELS)
def test_framework_is_told_to_add_nothing_to_the_log(deployed: Deployed, function: str) -> None:
    """Where nothing is told, the platform has it add."""
    assert told(deployed, function)["LOG_EXECUTION_ID"] == "false"


@pytest.mark.parametrize("function", MODELS)
def test_function_can_read_what_it_is_told(
    deployed: Deployed, function: str, keys: DevelopmentKeys
) -> None:
    variables = told(deployed, function)
    if function == "sign":
        # What Terraform was given has the form of a key only, and the secrets it never sees.
        variables |= {"SEAL_PUBLIC_KEY": keys.seal_public_key, "PEPPER": keys.pepper}
        variables |= {"ENVELOPE_PRIVATE_KEY": keys.envelope_private_key}

    settings = MODELS[function].model_validate(variables)

    assert settings.site_url == "https://petition-test-site.storage.googleapis.com/page"
    assert settings.allowed_origins == {"https://petition-test-site.storage.googleapis.com"}
    assert settings.firestore_emulator_host is None


def test_secrets_are_told_to_sign_alone_and_never_in_clear(deployed: Deployed) -> None:
    clear = service(deployed, "sign")["environment_variables"]

    assert {name: told(deployed, "sign")[name] for name in SECRETS} == SECRETS
    assert clear.keys().isdisjoint(SECRETS)
    for function in MODELS.keys() - {"sign"}:
        assert told(deployed, function).keys().isdisjoint(SECRETS)


def test_page_is_told_the_functions_and_keys(deployed: Deployed) -> None:
    config = deployed.resource('google_storage_bucket_object.data["config.json"]')

    assert json.loads(config["content"]).keys() == {
        "petition",
        "functions",
        "seal_public_key",
        "envelope_public_key",
    }
