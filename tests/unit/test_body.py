"""Bodies, whatever is in them: read, or refused with one of the documented problems; never else."""

import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from petition.claim import EnvelopeForm, OpenForm, SealedForm
from petition.form import MAX_FAULTS, read_form
from petition.problems import InvalidRequest, PayloadTooLarge
from petition.seal import ENVELOPE_BYTES, SealError, open_envelope, seal_envelope
from petition.web import MAX_BODY_BYTES, read_json

from tests.unit.clock import run
from tests.unit.test_seal import KEY, PETITION
from tests.unit.test_web import request

CONTEXT = {"languages": ("en", "ko")}

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def read(body: bytes, pieces: int = 1) -> Any:
    """Read a body that arrives in some pieces."""
    size = max(1, -(-len(body) // pieces))
    chunks = [body[at : at + size] for at in range(0, max(1, len(body)), size)]
    return run(read_json(request(*chunks, seconds=0)))


@given(values, st.integers(1, 9), st.booleans())
def test_json_comes_back_in_however_many_pieces(value: object, pieces: int, escape: bool) -> None:
    body = json.dumps(value, ensure_ascii=escape).encode()

    if len(body) <= MAX_BODY_BYTES:
        assert read(body, pieces) == value


@example(b"NaN")
@given(st.binary(max_size=80) | st.text('{}[]",:0e-.\\u "tn', max_size=40).map(str.encode))
def test_octets_are_json_as_the_standard_has_it_or_refused(body: bytes) -> None:
    try:
        value = read(body)
    except InvalidRequest as refused:
        assert [fault.pointer for fault in refused.faults] == ["#"]
    else:
        assert json.loads(body.decode("utf-8"), parse_constant=refuse) == value


def refuse(constant: str) -> None:
    """Fail for what Python takes for JSON, and RFC 8259 does not."""
    raise AssertionError(constant)


@given(st.integers(-2, 40), st.integers(1, 9))
def test_a_body_ends_where_it_is_said_to(more: int, pieces: int) -> None:
    body = b"1".ljust(MAX_BODY_BYTES + more)
    try:
        assert read(body, pieces) == 1
    except PayloadTooLarge:
        assert more > 0
    else:
        assert more <= 0


@given(values, st.sampled_from([SealedForm, EnvelopeForm, OpenForm]))
def test_any_json_is_a_form_or_has_few_faults(body: object, form: type[SealedForm]) -> None:
    try:
        read_form(form, body, CONTEXT)
    except InvalidRequest as refused:
        assert 1 <= len(refused.faults) <= MAX_FAULTS
        assert all(fault.pointer.startswith("#") for fault in refused.faults)


@given(st.dictionaries(texts, values, max_size=4))
def test_a_form_comes_back_out_of_an_envelope_of_one_size(form: dict[str, object]) -> None:
    envelope = seal_envelope(form, PETITION, KEY.public_key())

    assert len(envelope) == ENVELOPE_BYTES
    assert open_envelope(envelope, PETITION, KEY) == form


@given(st.binary(max_size=200) | st.binary(min_size=ENVELOPE_BYTES, max_size=ENVELOPE_BYTES))
def test_what_is_no_envelope_is_refused(octets: bytes) -> None:
    try:
        open_envelope(b"\1" + octets[1:], PETITION, KEY)
    except SealError as refused:
        assert str(refused) in {"not a box of a known version", "does not open with this key"}
    else:
        raise AssertionError("Nobody sealed that.")
