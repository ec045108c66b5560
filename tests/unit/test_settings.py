"""Settings: everything that is missing or wrong is named at once, and no value is ever shown."""

from collections.abc import Callable

import pytest
from petition.settings import (
    CountSettings,
    Settings,
    ShareLinkSettings,
    SignSettings,
    WithdrawSettings,
    load_settings,
)
from pydantic import ValidationError

from tests.unit.vectors import vectors

KEY = vectors("seal")["public_key"]
ENVELOPE_KEY = "A" * 42 + "E"  # The number 1, as base64url of 32 octets.
PEPPER = "a pepper of the tests, of 32 characters and more"

Tell = Callable[..., None]

EVERYTHING = {
    "GOOGLE_CLOUD_PROJECT": "demo-test",
    "ALLOWED_ORIGINS": "https://example.org, http://localhost:8000",
    "SITE_URL": "https://example.org/page/",
    "PEPPER": PEPPER,
    "SEAL_PUBLIC_KEY": KEY,
    "ENVELOPE_PRIVATE_KEY": ENVELOPE_KEY,
    "SHARE_LINK_URL": "https://example.org/api/share-link/",
}
# What has a value of its own where nobody names another.
OPTIONAL = {
    *("FIRESTORE_DATABASE", "FIRESTORE_EMULATOR_HOST", "OPEN_FORM", "ANSWER_GRID_MS", "BLUR"),
    *("PUBLISH_SECONDS", "LEAVE_AFTER_SECONDS", "LEAVE_WITHIN_SECONDS"),
}


@pytest.fixture
def tell(monkeypatch: pytest.MonkeyPatch) -> Tell:
    """Put exactly these variables into the environment; None leaves one out."""

    def change(**variables: str | None) -> None:
        for name in {*EVERYTHING, *OPTIONAL}:
            monkeypatch.delenv(name, raising=False)
        for name, value in (EVERYTHING | variables).items():
            if value is not None:
                monkeypatch.setenv(name, value)

    change()
    return change


def said(model: type[Settings]) -> str:
    """Return the one sentence that stops a function."""
    with pytest.raises(SystemExit) as caught:
        load_settings(model)
    assert caught.value.__suppress_context__
    return str(caught.value.code)


@pytest.mark.usefixtures("tell")
def test_settings_are_read_from_the_environment() -> None:
    settings = load_settings(SignSettings)

    assert settings.google_cloud_project == "demo-test"
    assert settings.firestore_database == "(default)"
    assert settings.firestore_emulator_host is None
    assert settings.allowed_origins == {"https://example.org", "http://localhost:8000"}
    assert settings.pepper.get_secret_value() == PEPPER
    assert settings.seal_public_key == KEY
    assert settings.envelope_private_key.get_secret_value() == ENVELOPE_KEY


@pytest.mark.usefixtures("tell")
def test_what_nobody_names_is_what_protects_signers() -> None:
    sign, count = load_settings(SignSettings), load_settings(CountSettings)
    withdraw = load_settings(WithdrawSettings)

    assert sign.open_form is False
    assert (sign.answer_grid_ms, withdraw.answer_grid_ms) == (250, 250)
    assert (count.blur, count.publish_seconds) == (True, 60)
    # A +1 leaves between one day and three after it was withdrawn.
    assert withdraw.leave_after_seconds == 24 * 3600
    assert withdraw.leave_after_seconds + withdraw.leave_within_seconds == 72 * 3600


@pytest.mark.usefixtures("tell")
def test_addresses_lose_their_trailing_slash() -> None:
    settings = load_settings(ShareLinkSettings)

    assert settings.site_url == "https://example.org/page"
    assert settings.share_link_url == "https://example.org/api/share-link"


@pytest.mark.parametrize(("text", "value"), [("true", True), ("false", False), ("0", False)])
def test_open_form_can_be_switched_on(tell: Tell, text: str, value: bool) -> None:
    tell(OPEN_FORM=text)

    assert load_settings(SignSettings).open_form is value


@pytest.mark.parametrize("model", [Settings, CountSettings, WithdrawSettings, ShareLinkSettings])
def test_function_asks_for_no_secret_that_it_does_not_need(
    tell: Tell, model: type[Settings]
) -> None:
    tell(PEPPER=None, SEAL_PUBLIC_KEY=None, ENVELOPE_PRIVATE_KEY=None)

    settings = load_settings(model)

    assert settings.model_dump().keys().isdisjoint({"pepper", "envelope_private_key"})


@pytest.mark.parametrize(
    ("model", "names"),
    [
        (Settings, "ALLOWED_ORIGINS, GOOGLE_CLOUD_PROJECT, SITE_URL"),
        (CountSettings, "ALLOWED_ORIGINS, GOOGLE_CLOUD_PROJECT, SITE_URL"),
        (WithdrawSettings, "ALLOWED_ORIGINS, GOOGLE_CLOUD_PROJECT, SITE_URL"),
        (ShareLinkSettings, "ALLOWED_ORIGINS, GOOGLE_CLOUD_PROJECT, SHARE_LINK_URL, SITE_URL"),
        (
            SignSettings,
            "ALLOWED_ORIGINS, ENVELOPE_PRIVATE_KEY, GOOGLE_CLOUD_PROJECT, PEPPER, "
            "SEAL_PUBLIC_KEY, SITE_URL",
        ),
    ],
)
def test_everything_that_is_missing_is_named_at_once(
    tell: Callable[..., None], model: type[Settings], names: str
) -> None:
    tell(**dict.fromkeys(EVERYTHING))

    assert said(model) == f"Set the environment variables (missing: {names})."


def test_missing_and_wrong_ones_are_told_apart(tell: Tell) -> None:
    tell(PEPPER="short", SITE_URL=None, SEAL_PUBLIC_KEY="nonsense")

    assert said(SignSettings) == (
        "Set the environment variables (missing: SITE_URL; not valid: PEPPER, SEAL_PUBLIC_KEY)."
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GOOGLE_CLOUD_PROJECT", ""),
        ("FIRESTORE_DATABASE", ""),
        ("ALLOWED_ORIGINS", ""),
        ("ALLOWED_ORIGINS", "*"),
        ("ALLOWED_ORIGINS", "example.org"),
        ("ALLOWED_ORIGINS", "https://example.org/"),
        ("ALLOWED_ORIGINS", "https://example.org,"),
        ("ALLOWED_ORIGINS", "null"),
        ("SITE_URL", ""),
        ("SITE_URL", "example.org"),
        ("SITE_URL", "https://exa mple.org"),
        ("SITE_URL", "https://example.org/?a=b"),
        ("SITE_URL", "https://example.org/#a"),
        ("SITE_URL", "javascript:alert(1)"),
        ("PEPPER", ""),
        ("PEPPER", "p" * 31),
        ("SEAL_PUBLIC_KEY", ""),
        ("SEAL_PUBLIC_KEY", KEY[:-1]),
        ("SEAL_PUBLIC_KEY", KEY + "="),
        ("SEAL_PUBLIC_KEY", KEY[:-4] + "AAAA"),
        ("ENVELOPE_PRIVATE_KEY", ""),
        ("ENVELOPE_PRIVATE_KEY", "A" * 43),  # Zero is no key.
        ("ENVELOPE_PRIVATE_KEY", "_" * 42 + "8"),  # More than the curve's order.
        ("ENVELOPE_PRIVATE_KEY", ENVELOPE_KEY + "="),
        ("ENVELOPE_PRIVATE_KEY", KEY),
        ("OPEN_FORM", "perhaps"),
        ("OPEN_FORM", ""),
        ("ANSWER_GRID_MS", "-1"),
        ("ANSWER_GRID_MS", "2001"),
        ("ANSWER_GRID_MS", "soon"),
    ],
)
def test_wrong_value_is_named_by_its_variable_alone(tell: Tell, name: str, value: str) -> None:
    tell(**{name: value})

    assert said(SignSettings) == f"Set the environment variables (not valid: {name})."


@pytest.mark.parametrize(
    ("model", "name", "value"),
    [
        (CountSettings, "PUBLISH_SECONDS", "0"),
        (CountSettings, "PUBLISH_SECONDS", "3601"),
        (CountSettings, "BLUR", "perhaps"),
        (WithdrawSettings, "LEAVE_AFTER_SECONDS", "-1"),
        (WithdrawSettings, "LEAVE_WITHIN_SECONDS", "a day"),
    ],
)
def test_wrong_value_of_another_function_is_named_too(
    tell: Tell, model: type[Settings], name: str, value: str
) -> None:
    tell(**{name: value})

    assert said(model) == f"Set the environment variables (not valid: {name})."


@pytest.mark.usefixtures("tell")
def test_secrets_are_never_shown() -> None:
    settings = load_settings(SignSettings)

    shown = f"{settings!r} {settings} {settings.model_dump_json()}"
    assert PEPPER not in shown
    assert ENVELOPE_KEY not in shown


def test_wrong_secret_is_shown_by_no_error_of_the_model_either() -> None:
    secret = {"PEPPER": "SECRET", "ENVELOPE_PRIVATE_KEY": "SECRET", "SITE_URL": "SECRET"}
    with pytest.raises(ValidationError) as caught:
        SignSettings.model_validate(EVERYTHING | secret)

    assert "SECRET" not in str(caught.value)
