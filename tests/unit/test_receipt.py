"""A receipt: written for people, read as people type, hashed as it is stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from petition.receipt import DIGITS, hash_receipt, make_receipt, read_receipt, write_receipt

from tests.unit.vectors import vectors

VECTORS = vectors("receipts")
octets = st.binary(min_size=16, max_size=16)


@pytest.mark.parametrize("vector", VECTORS["written"], ids=lambda vector: vector["written"])
def test_receipt_is_written_as_documented(vector: dict[str, str]) -> None:
    assert write_receipt(bytes.fromhex(vector["receipt"])) == vector["written"]


@pytest.mark.parametrize("vector", VECTORS["read"], ids=lambda vector: vector["how"])
def test_receipt_is_read_however_it_is_typed(vector: dict[str, str]) -> None:
    assert read_receipt(vector["typed"]).hex() == vector["receipt"]


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["fault"])
def test_what_is_no_receipt_is_refused(vector: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="^not a receipt$"):
        read_receipt(vector["typed"])


@pytest.mark.parametrize("vector", VECTORS["hashes"], ids=lambda vector: vector["receipt_hash"])
def test_hash_of_a_receipt_is_the_documented_one(vector: dict[str, str]) -> None:
    hashed = hash_receipt(bytes.fromhex(vector["receipt"]), vector["petition"])

    assert hashed == vector["receipt_hash"]


@given(octets)
def test_receipt_comes_back(receipt: bytes) -> None:
    assert read_receipt(write_receipt(receipt)) == receipt


@given(octets, st.data())
def test_receipt_survives_a_careless_hand(receipt: bytes, data: st.DataObject) -> None:
    taken_for = {"0": "0oO", "1": "1iIlL"}
    written = write_receipt(receipt).replace("-", data.draw(st.sampled_from(["", " ", "-", " - "])))
    typed = "".join(data.draw(st.sampled_from(taken_for.get(c, c + c.lower()))) for c in written)

    assert read_receipt(typed) == receipt


@given(st.text(st.characters(), max_size=40) | st.text(DIGITS + "OIL-", max_size=34))
def test_reading_gives_sixteen_octets_or_refuses(text: str) -> None:
    try:
        receipt = read_receipt(text)
    except ValueError as error:
        assert str(error) == "not a receipt"
    else:
        assert len(receipt) == 16


@given(octets, st.integers(0, 127))
def test_one_bit_makes_another_receipt_and_another_hash(receipt: bytes, bit: int) -> None:
    other = (int.from_bytes(receipt, "big") ^ 1 << bit).to_bytes(16, "big")

    assert write_receipt(other) != write_receipt(receipt)
    assert hash_receipt(other, "savemyfriend") != hash_receipt(receipt, "savemyfriend")


def test_receipts_are_never_alike() -> None:
    receipts = {make_receipt() for _ in range(1000)}

    assert len(receipts) == 1000
    assert {len(receipt) for receipt in receipts} == {16}
