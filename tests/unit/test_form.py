"""
Reading a body: every fault is told at once, at its place, in a sentence,
without what was sent.
"""

from typing import Annotated

import pytest
from petition.form import DETAILS, MAX_FAULTS, Form, Language, fault, fault_at, read_form
from petition.problems import Fault, InvalidRequest
from pydantic import AfterValidator, Field, ValidationError


def refuse(text: str) -> str:
    raise fault("Choose something else.")


class Inner(Form):
    """A form in a form."""

    sure: bool


class Example(Form):
    """One field of each kind."""

    name: Annotated[str, Field(min_length=1, max_length=5)]
    code: Annotated[str, Field(pattern="^[a-z]$")] = "a"
    other: Annotated[str, AfterValidator(refuse)] | None = None
    language: Language = "en"
    inner: Inner | None = None


def faults(body: object) -> tuple[Fault, ...]:
    """Return what is wrong with a body."""
    with pytest.raises(InvalidRequest) as caught:
        read_form(Example, body, {"languages": ("en", "ko")})
    return caught.value.faults


@pytest.mark.parametrize("body", [None, True, 1, 1.5, "name", [], [{"name": "a"}]])
def test_body_that_is_no_object_with_names_has_a_fault(body: object) -> None:
    assert {fault.pointer for fault in faults(body)} <= {"#", "#/name"}


@pytest.mark.parametrize(
    ("field", "value", "detail"),
    [
        ("name", 1, "This must be text."),
        ("name", None, "This must be text."),
        ("name", "", "This must not be empty."),
        ("name", "abcdef", "This must have at most 5 characters."),
        ("name", "a\ud800", "This must be valid Unicode."),
        ("code", "A", "This does not have the documented form."),
        ("code", "a\nb", "This does not have the documented form."),
        ("other", "x", "Choose something else."),
        ("language", "fr", "The petition does not exist in this language."),
        ("inner", [], "This must be an object."),
    ],
)
def test_fault_is_a_sentence_at_its_field(field: str, value: object, detail: str) -> None:
    assert faults({"name": "a", field: value}) == (Fault(f"#/{field}", detail),)


def test_fault_in_a_form_within_has_its_whole_path() -> None:
    assert faults({"name": "a", "inner": {"sure": "yes"}}) == (
        Fault("#/inner/sure", "This must be true or false."),
    )


def test_missing_fields_are_named() -> None:
    assert faults({"inner": {}}) == (
        Fault("#/name", "This field is required."),
        Fault("#/inner/sure", "This field is required."),
    )


UNKNOWN = "Leave out the fields that are not known here."


@pytest.mark.parametrize(
    "name",
    ["ann@example.org", "Ann", "alice", "안", "a~b", "a/b", "a b", "", "0171", "x" * 31, "__a1"],
)
def test_unknown_field_is_not_repeated_because_its_name_may_be_somebodys(name: str) -> None:
    """It also leaves nothing in a pointer that RFC 6901 would have to escape."""
    assert faults({"name": "a", name: 1}) == (Fault("#", UNKNOWN),)


def test_unknown_field_of_a_form_within_is_told_at_that_form() -> None:
    assert faults({"name": "a", "inner": {"sure": True, "alice": 1}}) == (
        Fault("#/inner", UNKNOWN),
    )


def test_hostile_body_does_not_come_back_many_times_its_size() -> None:
    class Wide(Form):
        """A form of many fields."""

        many: list[bool]

    with pytest.raises(InvalidRequest) as caught:
        read_form(Wide, {"many": [0] * 1000})

    assert len(caught.value.faults) == MAX_FAULTS


def test_same_fault_at_the_same_place_is_told_once() -> None:
    assert len(faults({"name": "a", "ann@a.org": 1, "bob@b.org": 2})) == 1


def test_white_space_around_a_text_is_dropped() -> None:
    assert read_form(Example, {"name": " \u3000ann\n"}, {"languages": ("en",)}).name == "ann"


def test_form_cannot_be_changed() -> None:
    form = read_form(Example, {"name": "ann"}, {"languages": ("en",)})

    with pytest.raises(ValidationError):
        form.name = "bob"  # type: ignore[misc]


def test_problem_holds_no_trace_of_the_body() -> None:
    with pytest.raises(InvalidRequest) as caught:
        read_form(Example, {"name": "SECRET and more"}, {"languages": ("en",)})

    assert "SECRET" not in repr(caught.value) + repr(caught.value.faults)
    assert caught.value.__suppress_context__


def test_fault_that_no_validator_could_see_is_told_like_all_others() -> None:
    assert fault_at("#/code", "Choose another.").faults == (Fault("#/code", "Choose another."),)


@pytest.mark.parametrize("kind", DETAILS)
def test_detail_is_a_full_sentence(kind: str) -> None:
    assert DETAILS[kind][0].isupper()
    assert DETAILS[kind].endswith(".")
