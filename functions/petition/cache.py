"""A value that is read often and fetched seldom; it outlives the failure of its source."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar, TypeVarTuple

from petition.problems import Unavailable

T = TypeVar("T")
Keys = TypeVarTuple("Keys")

RETRY_SECONDS = 1.0  # ours: after a failure, so that not every reader asks a source in trouble
SLEPT = 5  # ours: times as long as it is fresh; a source in trouble is asked far more often
PATIENCE_SECONDS = 1.5  # ours: whoever refreshes is a reader too, and the last value is at hand


class Cached(Generic[T]):
    """
    The last value of a source, refreshed by at most one reader at a time.

    While one reader refreshes it, all others are answered with the last value; unless nobody has
    read it for so long that it tells nothing any more, as in a process that slept.

    Args:
        fetch: Gets the value; raises Unavailable when the source does not answer in time.
        fresh_seconds: How long a value is served without asking again.
    """

    def __init__(self, fetch: Callable[[], Awaitable[T]], *, fresh_seconds: float) -> None:
        self._fetch = fetch
        self._fresh_seconds = fresh_seconds
        self._values: list[T] = []  # Empty until the first fetch; a value may itself be None.
        self._due = self._asked = 0.0
        self._refreshing = asyncio.Lock()

    async def read(self) -> T:
        """
        Return the value, at most `fresh_seconds` old while its source answers.

        Raises:
            Unavailable: There has been no value yet, and the source does not answer.
        """
        awake = time.monotonic() - self._asked < SLEPT * max(self._fresh_seconds, RETRY_SECONDS)
        if self._values and (self._is_fresh() or (awake and self._refreshing.locked())):
            return self._values[0]
        async with self._refreshing:
            if not self._is_fresh():
                await self._refresh()
        if not self._values:
            raise Unavailable
        return self._values[0]

    def _is_fresh(self) -> bool:
        return time.monotonic() < self._due

    async def _refresh(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS if self._values else None):
                self._values = [await self._fetch()]
            self._due = time.monotonic() + self._fresh_seconds
        except (Unavailable, TimeoutError):
            self._due = time.monotonic() + RETRY_SECONDS
        self._asked = time.monotonic()


class CachedByKey(Generic[T, *Keys]):
    """
    A `Cached` for each of many keys; the least recently read are forgotten.

    Args:
        fetch: Gets the value of a key.
        size: How many keys are kept.
    """

    def __init__(
        self, fetch: Callable[[*Keys], Awaitable[T]], *, fresh_seconds: float, size: int
    ) -> None:
        self._fetch = fetch
        self._fresh_seconds = fresh_seconds
        self._size = size
        self._kept: OrderedDict[tuple[*Keys], Cached[T]] = OrderedDict()

    async def read(self, key: tuple[*Keys]) -> T:
        """Return the value of a key; see `Cached.read`."""
        cached = self._kept.get(key)
        if cached is None:
            cached = Cached(lambda: self._fetch(*key), fresh_seconds=self._fresh_seconds)
            self._kept[key] = cached
        self._kept.move_to_end(key)
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)
        return await cached.read()
