"""Reading a request's body into a model: all faults at once, none of them repeating a value."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, ValidationInfo
from pydantic_core import PydanticCustomError

from petition.problems import Fault, InvalidRequest

# What pydantic calls a fault, and what a person should read.
DETAILS = {
    "missing": "This field is required.",
    "extra_forbidden": "Leave out the fields that are not known here.",
    "string_type": "This must be text.",
    "bool_type": "This must be true or false.",
    "model_type": "This must be an object.",
    "string_too_short": "This must not be empty.",
    "string_too_long": "This must have at most {max_length} characters.",
    "string_pattern_mismatch": "This does not have the documented form.",
    "string_unicode": "This must be valid Unicode.",
}

# The type of what our own validators find; their message is a sentence for a person.
OWN = "own"

MAX_FAULTS = 20  # ours: a hostile body must not come back many times its size


def fault(sentence: str) -> PydanticCustomError:
    """Return what a validator raises; the sentence says what to do and repeats no value."""
    return PydanticCustomError(OWN, sentence)


def fault_at(pointer: str, sentence: str) -> InvalidRequest:
    """Return what is raised for one thing that no validator could see."""
    return InvalidRequest([Fault(pointer, sentence)])


def _check_language(language: str, info: ValidationInfo) -> str:
    if language not in (info.context or {})["languages"]:
        raise fault("The petition does not exist in this language.")
    return language


# One of the languages that the context of `read_form` names.
Language = Annotated[str, AfterValidator(_check_language)]


class Form(BaseModel):
    """A body: nothing is converted, nothing unknown is accepted, nothing is shown in an error."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        str_strip_whitespace=True,
        # What people typed must not stay in a cache, nor what they sent as the name of a field.
        cache_strings="none",
    )


F = TypeVar("F", bound=Form)


def read_form(model: type[F], body: object, context: Mapping[str, Any] | None = None) -> F:
    """
    Check a decoded JSON value against a form.

    Args:
        context: What validators need to know beyond the body, for example the languages.

    Raises:
        InvalidRequest: With one fault for everything that is wrong, MAX_FAULTS at the most.
    """
    try:
        return model.model_validate(body, context=context)
    except ValidationError as error:
        raise InvalidRequest(list(islice(_faults(error), MAX_FAULTS))) from None


def _faults(error: ValidationError) -> Iterator[Fault]:
    seen = set()
    for entry in error.errors(include_url=False, include_input=False):
        detail = entry["msg"] if entry["type"] == OWN else DETAILS.get(entry["type"], "")
        detail = (detail or "This value is not valid.").format(**entry.get("ctx", {}))
        # An unknown field's name can be somebody's ("alice": 1) and must not come back.
        location = entry["loc"][:-1] if entry["type"] == "extra_forbidden" else entry["loc"]
        fault = Fault("/".join(["#", *map(str, location)]), detail)
        if fault not in seen:
            seen.add(fault)
            yield fault
