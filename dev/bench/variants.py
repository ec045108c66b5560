"""What is measured under load, each compared with another in the same round."""

from dataclasses import dataclass
from typing import Literal

# The same form again, or one with the same address under a receipt of its own.
Repeat = Literal["same", "new"]


@dataclass(frozen=True)
class Variant:
    """
    One thing to measure.

    Args:
        label: As the table says it.
        server: A function of ours, one of this folder, or how the FastAPI service counts.
        processes: How many of it share the load.
        repeats: The share of requests that sign once more for an earlier signer.
        repeat: How they do.
        base: What its rate and CPU are divided by.
        reads: Whether it only GETs.
        alone: Whether its database is a stand-in that answers at once and stores nothing.
    """

    label: str
    server: str
    processes: int = 1
    repeats: float = 0.0
    repeat: Repeat = "same"
    base: str = "bare"
    reads: bool = False
    alone: bool = False


VARIANTS = {
    "bare": Variant("bare function, POST", "bare"),
    "sign": Variant("sign", "sign"),
    "same5": Variant("sign, 5 % the same form again", "sign", repeats=0.05),
    "same50": Variant("sign, 50 % the same form again", "sign", repeats=0.5),
    "same95": Variant("sign, 95 % the same form again", "sign", repeats=0.95),
    "new5": Variant("sign, 5 % again, new receipts", "sign", repeats=0.05, repeat="new"),
    "new50": Variant("sign, 50 % again, new receipts", "sign", repeats=0.5, repeat="new"),
    "new95": Variant("sign, 95 % again, new receipts", "sign", repeats=0.95, repeat="new"),
    "sign2": Variant("sign, 2 processes", "sign", processes=2),
    "sign4": Variant("sign, 4 processes", "sign", processes=4),
    "alone": Variant("sign", "sign", alone=True),
    "alone2": Variant("sign, 2 processes", "sign", processes=2, alone=True),
    "counter": Variant("Firestore's distributed counter", "counter"),
    "insert": Variant("FastAPI, PostgreSQL, insert", "insert"),
    "exact": Variant("FastAPI, PostgreSQL, insert and counter", "exact"),
    "get": Variant("bare function, GET", "bare", base="get", reads=True),
    "count": Variant("count", "count", base="get", reads=True),
}
