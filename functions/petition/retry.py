"""Trying again until it is certain; only for what may be applied twice without harm."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from petition.firestore import Conflict
from petition.problems import Unavailable

BUDGET_SECONDS = 8.0  # ours: nobody waits longer for an answer
FIRST_PAUSE_SECONDS = 0.05
MAX_PAUSE_SECONDS = 1.0

T = TypeVar("T")


def draw_pause(longest: float = FIRST_PAUSE_SECONDS) -> float:
    """Return how long to wait before trying again, in seconds: about the longest, with jitter."""
    return random.uniform(0.5, 1.0) * longest  # noqa: S311 – jitter is no secret


async def until_certain(attempt: Callable[[], Awaitable[T]], *, deadline: float | None = None) -> T:
    """
    Make attempts, with growing pauses and jitter, until one succeeds; return what it returns.

    Args:
        attempt: Looks and acts on what it sees, from the beginning each time.
        deadline: By the loop's clock; BUDGET_SECONDS from now when left out. After it no attempt
            begins: in an outage, whoever waited in a queue would wait for one more in vain.

    Raises:
        Unavailable: It is not certain at the deadline.
    """
    clock = asyncio.get_running_loop().time
    deadline = clock() + BUDGET_SECONDS if deadline is None else deadline
    pause = FIRST_PAUSE_SECONDS
    while clock() < deadline:
        try:
            return await attempt()
        except (Conflict, Unavailable):
            wait = draw_pause(pause)
        if clock() + wait >= deadline:
            break
        await asyncio.sleep(wait)
        pause = min(2 * pause, MAX_PAUSE_SECONDS)
    raise Unavailable
