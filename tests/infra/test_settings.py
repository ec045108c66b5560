"""
Terraform tells each function exactly what that function's settings ask for.
"""

import importlib
from typing import Any

import pytest

from tests.infra.conftest import Deployed

# The framework's own: it adds the execution id to every log line.
NOT_OURS = {"LOG_EXECUTION_ID"}

FUNCTIONS = ("sign", "count", "share-link", "withdraw")


def told(deployed: Deployed, function: str) -> dict[str, str]:
    """
    Return a function's variables; those that are secret have their secret's version as value.
    """
    service = deployed.resource(f'google_cloudfunctions2_function.this["{function}"]')
    config: dict[str, Any] = service["service_config"][0]
    secrets = {one["key"]: one["version"] for one in config["secret_environment_variables"]}
    return {**config["environment_variables"], **secrets}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_is_told_every_setting_it_has_and_no_other(
    deployed: Deployed, function: str
) -> None:
    model = importlib.import_module("petition.settings")
    settings = model.SETTINGS[function.replace("-", "_")]

    wanted = {name.upper() for name in settings.model_fields}
    assert set(told(deployed, function)) - NOT_OURS == wanted
