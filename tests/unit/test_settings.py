"""
Settings: everything that is missing or wrong is named at once, and no value is ever shown.
"""

from collections.abc import Callable

import pytest
from petition.settings import Settings, ShareLinkSettings, SignSettings, load_settings
from pydantic import ValidationError

from tests.unit.vectors import vectors

KEY = vectors("seal")["public_key"]
PEPPER = "a pepper of the tests, of 32 characters and more"

Tell = Callable[..., None]

EVERYTHING = {
    "GOOGLE_CLOUD_PROJECT": "demo-test",
    "ALLOWED_ORIGINS": "https://example.org, http://localhost:8000",
    "SITE_URL": "https://example.org/page/",
    "PEPPER": PEPPER,
    "SEAL_PUBLIC_KEY": KEY,
    "SHARE_LINK_URL": "https://example.org/api/share-link/",
}


@pytest.fixture
def tell(monkeypatch: pytest.MonkeyPatch) -> Tell:
    """
    Put exactly these variables into the environment; None leaves one out.
    """

    def change(**variables: str | None) -> None:
        for name in {*EVERYTHING, "FIRESTORE_DATABASE", "FIRESTORE_EMULATOR_HOST", "OPEN_FORM"}:
            monkeypatch.delenv(name, raising=False)
        for name, value in (EVERYTHING | variables).items():
            if value is not None:
                monkeypatch.setenv(name, value)

    change()
    return change


def said(model: type[Settings]) -> str:
    """
    Return the one sentence that stops a function.
    """
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
    assert settings.open_form is True


@pytest.mark.usefixtures("tell")
def test_addresses_lose_their_trailing_slash() -> None:
    settings = load_settings(ShareLinkSettings)

    assert settings.site_url == "https://example.org/page"
    assert settings.share_link_url == "https://example.org/api/share-link"


@pytest.mark.parametrize(("text", "value"), [("true", True), ("false", False), ("0", False)])
def test_open_form_can_be_switched_off(tell: Tell, text: str, value: bool) -> None:
    tell(OPEN_FORM=text)

    assert load_settings(SignSettings).open_form is value


def test_function_asks_for_no_secret_that_it_does_not_need(tell: Tell) -> None:
    tell(PEPPER=None, SEAL_PUBLIC_KEY=None, SHARE_LINK_URL=None)

    assert not hasattr(load_settings(Settings), "pepper")


@pytest.mark.parametrize(
    ("model", "names"),
    [
        (Settings, "ALLOWED_ORIGINS, GOOGLE_CLOUD_PROJECT, SITE_URL"),
        (ShareLinkSettings, "ALLOWED_ORIGINS, GOOGLE_CLOUD_PROJECT, SHARE_LINK_URL, SITE_URL"),
        (
            SignSettings,
            "ALLOWED_ORIGINS, GOOGLE_CLOUD_PROJECT, PEPPER, SEAL_PUBLIC_KEY, SITE_URL",
        ),
    ],
)
def test_everything_that_is_missing_is_named_at_once(
    tell, model: type[Settings], names: str
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
        ("OPEN_FORM", "perhaps"),
        ("OPEN_FORM", ""),
    ],
)
def test_wrong_value_is_named_by_its_variable_alone(tell: Tell, name: str, value: str) -> None:
    tell(**{name: value})

    assert said(SignSettings) == f"Set the environment variables (not valid: {name})."


@pytest.mark.usefixtures("tell")
def test_pepper_is_never_shown() -> None:
    settings = load_settings(SignSettings)

    assert PEPPER not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_wrong_pepper_is_shown_by_no_error_of_the_model_either() -> None:
    with pytest.raises(ValidationError) as caught:
        SignSettings.model_validate(EVERYTHING | {"PEPPER": "SECRET", "SITE_URL": "SECRET"})

    assert "SECRET" not in str(caught.value)
