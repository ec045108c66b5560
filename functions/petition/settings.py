"""What a function is told by its environment; the only module that reads it."""

import os
from typing import Annotated, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)

# A +1 that is taken back stays a day at least, and at most two more, drawn at random each time.
LEAVE_AFTER_SECONDS = 24 * 3600  # ours: no probe of the public numbers can be repeated sooner
LEAVE_WITHIN_SECONDS = 48 * 3600  # ours: it leaves among others, who knows when


def _origins(value: object) -> object:
    return frozenset(value.replace(" ", "").split(",")) if isinstance(value, str) else value


def _check_public_key(text: str) -> str:
    # Only sign has a key to check, and only sign pays for importing what checks it.
    from petition.seal import decode_public_key

    decode_public_key(text)
    return text


def _check_private_key(text: SecretStr) -> SecretStr:
    from petition.seal import decode_private_key

    decode_private_key(text.get_secret_value())
    return text


Url = Annotated[str, Field(pattern=r"^https?://[^\s?#]+$"), AfterValidator(lambda u: u.rstrip("/"))]
Origin = Annotated[str, Field(pattern=r"^https?://[^\s/?#]+$")]


class Settings(BaseModel):
    """
    What every function needs; each field is the variable of its name in capitals.

    Args:
        allowed_origins: Comma separated; whose pages may call (CORS).
        site_url: The page's address.
    """

    model_config = ConfigDict(
        frozen=True,
        alias_generator=str.upper,
        hide_input_in_errors=True,
    )

    google_cloud_project: Annotated[str, Field(min_length=1)]
    firestore_database: Annotated[str, Field(min_length=1)] = "(default)"
    firestore_emulator_host: str | None = None
    allowed_origins: Annotated[frozenset[Origin], BeforeValidator(_origins)]
    site_url: Url


class GridSettings(Settings):
    """
    What functions need besides whose answers must not tell by their time.

    Args:
        answer_grid_ms: Answers leave at multiples of so many milliseconds; 0 at once.
    """

    answer_grid_ms: Annotated[int, Field(ge=0, le=2000)] = 250


class SignSettings(GridSettings):
    """
    What sign needs besides.

    Args:
        pepper: Secret; what makes document ids meaningless to whoever lacks it.
        seal_public_key: The organizers' key; base64url of an uncompressed P-256 point.
        envelope_private_key: Secret; what opens envelopes, base64url of a P-256 scalar.
        open_form: Whether claims in clear are taken and sealed at the door.
    """

    pepper: Annotated[SecretStr, Field(min_length=32)]
    seal_public_key: Annotated[str, AfterValidator(_check_public_key)]
    envelope_private_key: Annotated[SecretStr, AfterValidator(_check_private_key)]
    open_form: bool = False


class WithdrawSettings(GridSettings):
    """
    What withdraw needs besides.

    Args:
        leave_after_seconds: How long a +1 that is taken back stays at least.
        leave_within_seconds: How much longer at most; drawn at random each time.
    """

    leave_after_seconds: Annotated[int, Field(ge=0)] = LEAVE_AFTER_SECONDS
    leave_within_seconds: Annotated[int, Field(ge=0)] = LEAVE_WITHIN_SECONDS


class CountSettings(Settings):
    """
    What count needs besides.

    Args:
        publish_seconds: How often the lanes are added up.
        blur: Whether the public numbers are blurred; a campaign may ask for exact ones.
    """

    publish_seconds: Annotated[int, Field(ge=1, le=3600)] = 60
    blur: bool = True


class ShareLinkSettings(Settings):
    """
    What share-link needs besides.

    Args:
        share_link_url: This function's own public address, which its links begin with.
    """

    share_link_url: Url


S = TypeVar("S", bound=Settings)


def load_settings(model: type[S]) -> S:
    """
    Read a function's settings.

    Raises:
        SystemExit: Some are missing or invalid; one message names them all, and no value.
    """
    try:
        return model.model_validate(dict(os.environ))
    except ValidationError as error:
        missing = sorted({str(e["loc"][0]) for e in error.errors() if e["type"] == "missing"})
        invalid = sorted({str(e["loc"][0]) for e in error.errors()} - set(missing))
        faults = [f"missing: {', '.join(missing)}"] if missing else []
        faults += [f"not valid: {', '.join(invalid)}"] if invalid else []
        raise SystemExit(f"Set the environment variables ({'; '.join(faults)}).") from None
