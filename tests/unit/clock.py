"""
An event loop whose clock moves only when everybody waits, and then at once.

So what is said about seconds is tested to the last digit, however busy the machine is.
"""

import asyncio
import selectors
from collections.abc import Awaitable
from typing import Any, TypeVar

T = TypeVar("T")


class _Selector(selectors.SelectSelector):
    """Waits for no time at all, and says how long it would have waited."""

    waited = 0.0

    def select(self, timeout: float | None = None) -> Any:
        """Return what is ready; let the time pass that nobody needs to wait for."""
        self.waited += timeout or 0
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._selected = _Selector()
        super().__init__(self._selected)

    def time(self) -> float:
        return self._selected.waited


def run(work: Awaitable[T]) -> T:
    """Do work from the beginning of a time of its own."""

    async def main() -> T:
        return await work

    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(main())
