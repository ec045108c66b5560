"""
A cached value: fetched by one reader at a time, served to all, and kept when its source fails.

Nothing here waits for time to pass: a source answers when the test says so, and what is fresh for
no time at all is stale at once.
"""

import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from petition import cache
from petition.cache import Cached, CachedByKey
from petition.problems import Unavailable

FOREVER = 3600.0
NOT_AT_ALL = 0.0


class Source:
    """Answers with 1, 2, 3 … as soon as it may, or fails with what it is given."""

    def __init__(self) -> None:
        self.asked = 0
        self.failure: Exception | None = None
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def __call__(self) -> int:
        self.asked += 1
        number = self.asked
        await self.may_answer.wait()
        if self.failure:
            raise self.failure
        return number


@pytest.fixture
def source() -> Source:
    """A source that answers at once."""
    return Source()


async def turn() -> None:
    """Let every task go on until it waits."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_fresh_value_is_fetched_once(source: Source) -> None:
    cached = Cached(source, fresh_seconds=FOREVER)

    assert [await cached.read() for _ in range(5)] == [1] * 5


async def test_stale_value_is_fetched_anew(source: Source) -> None:
    cached = Cached(source, fresh_seconds=NOT_AT_ALL)

    assert [await cached.read() for _ in range(3)] == [1, 2, 3]


async def test_crowd_without_a_value_asks_once_and_shares_the_answer(source: Source) -> None:
    cached = Cached(source, fresh_seconds=FOREVER)
    source.may_answer.clear()
    crowd = [asyncio.create_task(cached.read()) for _ in range(100)]
    await turn()

    source.may_answer.set()

    assert await asyncio.gather(*crowd) == [1] * 100
    assert source.asked == 1


async def test_crowd_without_a_value_is_told_of_the_failure_after_one_question(
    source: Source,
) -> None:
    cached = Cached(source, fresh_seconds=FOREVER)
    source.failure = Unavailable()
    source.may_answer.clear()
    crowd = [asyncio.create_task(cached.read()) for _ in range(100)]
    await turn()

    source.may_answer.set()
    answers = await asyncio.gather(*crowd, return_exceptions=True)

    assert {type(answer) for answer in answers} == {Unavailable}
    assert source.asked == 1


async def test_readers_get_the_last_value_while_one_refreshes(source: Source) -> None:
    cached = Cached(source, fresh_seconds=NOT_AT_ALL)
    await cached.read()
    source.may_answer.clear()
    refreshing = asyncio.create_task(cached.read())
    await turn()

    others = [await cached.read() for _ in range(5)]
    source.may_answer.set()

    assert others == [1] * 5
    assert await refreshing == 2


async def test_readers_after_a_long_sleep_wait_for_the_value(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody asked for an hour: what was known then tells nothing any more."""
    now = 1000.0
    monkeypatch.setattr("petition.cache.time.monotonic", lambda: now)
    cached = Cached(source, fresh_seconds=2)
    await cached.read()
    now += 3600
    source.may_answer.clear()
    crowd = [asyncio.create_task(cached.read()) for _ in range(5)]
    await turn()

    source.may_answer.set()

    assert await asyncio.gather(*crowd) == [2] * 5
    assert source.asked == 2


async def test_value_outlives_the_failure_of_its_source(source: Source) -> None:
    cached = Cached(source, fresh_seconds=NOT_AT_ALL)
    await cached.read()
    source.failure = Unavailable()

    assert [await cached.read() for _ in range(5)] == [1] * 5


async def test_failing_source_is_left_in_peace_for_a_while(source: Source) -> None:
    cached = Cached(source, fresh_seconds=NOT_AT_ALL)
    await cached.read()
    source.failure = Unavailable()

    for _ in range(5):
        await cached.read()

    assert source.asked == 2


async def test_reader_does_not_wait_for_a_source_that_hangs(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "PATIENCE_SECONDS", 0)
    cached = Cached(source, fresh_seconds=NOT_AT_ALL)
    await cached.read()
    source.may_answer.clear()

    assert await cached.read() == 1


async def test_failure_that_nobody_foresaw_is_not_swallowed(source: Source) -> None:
    cached = Cached(source, fresh_seconds=NOT_AT_ALL)
    source.failure = ZeroDivisionError()

    with pytest.raises(ZeroDivisionError):
        await cached.read()
    source.failure = None

    assert await cached.read() == 2


async def test_reader_who_goes_away_while_refreshing_leaves_the_others_served(
    source: Source,
) -> None:
    cached = Cached(source, fresh_seconds=FOREVER)
    source.may_answer.clear()
    gone, waiting = (asyncio.create_task(cached.read()) for _ in range(2))
    await turn()

    gone.cancel()
    source.may_answer.set()

    assert await waiting == 2


@pytest.mark.parametrize("nothing", [None, 0, ""])
async def test_nothing_is_a_value_too(nothing: object) -> None:
    asked = []

    async def fetch() -> object:
        asked.append(1)
        return nothing

    cached = Cached(fetch, fresh_seconds=FOREVER)

    assert [await cached.read(), await cached.read()] == [nothing, nothing]
    assert len(asked) == 1


class Keys:
    """A source by key that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    async def __call__(self, key: str) -> str:
        self.asked[key] += 1
        return key.upper()


async def test_every_key_has_its_own_value() -> None:
    keys = Keys()
    cached = CachedByKey(keys, fresh_seconds=FOREVER, size=10)

    assert [await cached.read((key,)) for key in "abab"] == ["A", "B", "A", "B"]
    assert keys.asked == {"a": 1, "b": 1}


async def test_least_recently_read_key_is_forgotten_first() -> None:
    keys = Keys()
    cached = CachedByKey(keys, fresh_seconds=FOREVER, size=2)

    for key in "abacab":
        await cached.read((key,))

    # c took the place of b, because a had just been read.
    assert keys.asked == {"a": 1, "b": 2, "c": 1}


@given(st.text("abcdef", max_size=40), st.integers(1, 4))
def test_no_more_keys_are_kept_than_allowed_and_none_is_mistaken(reads: str, size: int) -> None:
    cached = CachedByKey(Keys(), fresh_seconds=FOREVER, size=size)

    async def read_all() -> None:
        for key in reads:
            assert await cached.read((key,)) == key.upper()
            assert len(cached._kept) <= size

    asyncio.run(read_all())
