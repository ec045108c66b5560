"""
The grid on which answers leave, and the time that a body is given, by a clock that moves when told.

All else that web does is seen from outside, in tests/functions.
"""

import asyncio
from collections.abc import Awaitable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from petition import web
from petition.firestore import Conflict
from petition.problems import RequestTimeout, Unavailable
from petition.retry import until_certain
from petition.web import on_grid, read_json
from starlette.requests import Request

from tests.unit.clock import run

GRID = 250  # ms


async def work(seconds: float, failure: Exception | None = None) -> str:
    """Take some time, and then return or raise."""
    await asyncio.sleep(seconds)
    if failure:
        raise failure
    return "done"


def leaves_at(work: Awaitable[object], milliseconds: int = GRID) -> float:
    """Return how many seconds after it was begun an answer leaves, whatever it is."""

    async def measure() -> float:
        clock = asyncio.get_running_loop().time
        await asyncio.sleep(0.1)  # Not on a grid of the clock's own.
        begun = clock()
        await asyncio.gather(on_grid(work, milliseconds), return_exceptions=True)
        return round(clock() - begun, 9)

    return run(measure())


def retrying(failures: list[Exception], seconds: float) -> Awaitable[object]:
    """Fail and begin anew, as a group does that meets another."""

    async def attempt() -> str:
        return await work(seconds, failures.pop() if failures else None)

    return until_certain(attempt)


@given(st.floats(0, 9), st.sampled_from([None, Unavailable(), ZeroDivisionError()]))
@example(0.0, None)
@example(0.2499, None)
@example(0.2501, Unavailable())
def test_answer_leaves_at_the_first_point_of_the_grid_at_which_it_is_known(
    seconds: float, failure: Exception | None
) -> None:
    left = leaves_at(work(seconds, failure))

    points = left / 0.25
    assert points == pytest.approx(round(points), abs=1e-6)
    assert round(points) >= 1
    assert seconds - 1e-6 <= left <= seconds + 0.25 + 1e-6


@given(st.lists(st.sampled_from([Conflict(), Unavailable()]), max_size=3), st.floats(0, 0.2))
def test_whatever_was_tried_again_leaves_on_the_grid_too(
    failures: list[Exception], seconds: float
) -> None:
    points = leaves_at(retrying(failures, seconds)) / 0.25

    assert points == pytest.approx(round(points), abs=1e-6)


def test_first_and_repeat_that_differ_by_less_leave_together() -> None:
    assert leaves_at(work(0.0031)) == leaves_at(work(0.0036)) == leaves_at(work(0.2))


def test_refusal_at_once_leaves_no_sooner_than_a_success() -> None:
    """As when too many wait already."""
    assert leaves_at(work(0, Unavailable())) == leaves_at(work(0.01)) == 0.25


def test_what_came_of_it_is_handed_on() -> None:
    assert run(on_grid(work(0.1), GRID)) == "done"
    with pytest.raises(Unavailable):
        run(on_grid(work(0.1, Unavailable()), GRID))


def test_without_a_grid_nothing_waits() -> None:
    assert leaves_at(work(0), 0) == 0
    assert leaves_at(work(0.123), 0) == pytest.approx(0.123)


def request(*chunks: bytes, seconds: float) -> Request:
    """Return a request whose body arrives in pieces, each after so many seconds."""
    left = list(chunks)

    async def receive() -> dict[str, object]:
        await asyncio.sleep(seconds)
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    headers = [(b"content-type", b"application/json")]
    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


@pytest.mark.parametrize("seconds", [0.01, 2.9, 100.0])
def test_body_is_given_three_seconds_however_it_trickles(seconds: float) -> None:
    async def measure() -> float:
        clock = asyncio.get_running_loop().time
        begun = clock()
        with pytest.raises(RequestTimeout):
            await read_json(request(*[b" "] * 5000, seconds=seconds))
        return clock() - begun

    assert run(measure()) == pytest.approx(3)


def test_body_that_comes_in_time_is_read() -> None:
    assert run(read_json(request(b'{"a"', b":1}", seconds=1.4))) == {"a": 1}


def test_bodies_on_their_way_are_bounded_and_room_is_made_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(web, "MAX_BODIES", 3)

    async def crowd() -> tuple[list[object], object]:
        slow = [read_json(request(b" ", b"{}", seconds=5)) for _ in range(3)]
        slow_ones = asyncio.gather(*slow, return_exceptions=True)
        await asyncio.sleep(1)
        with pytest.raises(Unavailable):
            await read_json(request(b"{}", seconds=0))
        return await slow_ones, await read_json(request(b"{}", seconds=0))

    slow, later = run(crowd())

    assert [type(outcome) for outcome in slow] == [RequestTimeout] * 3
    assert later == {}
