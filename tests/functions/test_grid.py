"""
No answer of sign or withdraw leaves before its point on the grid, whatever it is.

That each leaves on the first one is tried by a clock that waits for nobody, in tests/unit.
"""

import time
from collections.abc import Callable

import httpx

from dev.functions import Running
from dev.keys import DevelopmentKeys
from tests.functions.signers import PETITION, open_form, sealed_form

Start = Callable[..., Running]

GRID = 1500  # ms; longer than any of this takes by itself


def test_no_answer_comes_before_the_grid(
    http: httpx.Client, start_function: Start, keys: DevelopmentKeys
) -> None:
    url = {
        name: f"{start_function(name, ANSWER_GRID_MS=str(GRID)).url}/{PETITION}"
        for name in ("sign", "withdraw")
    }

    def seconds(name: str, body: dict[str, object], status: int) -> float:
        begun = time.monotonic()
        assert http.post(url[name], json=body).status_code == status
        return time.monotonic() - begun

    form, sealed = open_form(), sealed_form(keys.private_key.public_key())
    receipt = http.post(url["sign"], json=form).json()["receipt"]
    withdrawal = {"receipt": receipt, "keep_count": False}
    taken = [
        *(seconds("sign", body, 201) for body in (form, sealed, sealed)),
        *(seconds("withdraw", withdrawal, 204) for _ in range(2)),
        seconds("withdraw", {"receipt": "0" * 26, "keep_count": True}, 204),
    ]

    assert min(taken) >= GRID / 1000
