"""
A petition that is open, closed, or over.
"""

from collections.abc import Callable

import httpx
import pytest

from dev.functions import Running
from tests.organizer.conftest import PETITION, Command, Signers


def test_a_closed_petition_takes_no_signature_and_an_open_one_does(
    organizer: Command, start_function: Callable[..., Running], signers: Signers
) -> None:
    organizer("close")
    organizer("outcome", "free")
    count = start_function("count")
    answer = httpx.get(f"{count.url}/{PETITION}").json()
    assert (answer["status"], answer["outcome"]) == ("closed", "free")
    with pytest.raises(httpx.HTTPStatusError, match="409"):
        signers.sign("Ada")

    organizer("open")

    assert httpx.get(f"{start_function('count').url}/{PETITION}").json()["status"] == "open"
    sign = start_function("sign")
    Signers(sign.url, signers.keys).sign("Ada")


def test_outcome_knows_only_what_the_petition_has_words_for(organizer: Command) -> None:
    assert organizer("outcome", "perhaps").code == 2


def test_an_outcome_before_the_end_is_told_to_wait_for_it(organizer: Command) -> None:
    assert "once you `close` it" in organizer("outcome", "returned").err
