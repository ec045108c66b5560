"""A function on this machine is told what the deployed one is told, and no more."""

import pytest

from dev.functions import COMMON, FUNCTIONS, OWN, environment, settings
from dev.keys import make_keys

VARIABLES = settings(
    project="demo-test",
    emulator="127.0.0.1:1",
    site="http://127.0.0.1:8000",
    share_link="http://127.0.0.1:8083",
    keys=make_keys(),
)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_told_its_own_variables_only(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "somebody's")

    told = environment(name, VARIABLES, {})

    assert {key for key in told if key in VARIABLES} == {*COMMON, *OWN[name]}
    assert "GOOGLE_APPLICATION_CREDENTIALS" not in told


def test_a_variable_can_be_changed_and_taken_away() -> None:
    told = environment("sign", VARIABLES, {"OPEN_FORM": "false", "PEPPER": None})

    assert told["OPEN_FORM"] == "false"
    assert "PEPPER" not in told


def test_the_page_may_call_the_functions_under_both_names_of_this_machine() -> None:
    origins = VARIABLES["ALLOWED_ORIGINS"].split(",")

    assert sorted(origins) == ["http://127.0.0.1:8000", "http://localhost:8000"]
