"""
What Firestore refuses and the emulator does not: documents that are written too often, and a
load that grows too fast.

Pure; time is passed in. Strict on purpose: the real database lets short bursts through, and
nobody has published how long ones.

Source: Firestore documentation, "Best practices": "Maximum write rate to a document" of one a
second, sustained, as it was planned for; "Ramping up traffic".
"""

from collections.abc import Sequence
from typing import Any

from dev.bench.scaling import allowed

ABORTED, EXHAUSTED = "ABORTED", "RESOURCE_EXHAUSTED"  # names of grpc.StatusCode


class Rules:
    """
    What is refused.

    Args:
        seconds_between: Two commits that write one document; 0 for any.
        burst: How many of them may come at once after a pause.
        ramp: Whether the recommended ramp is enforced; in claims a second, from the first commit.
    """

    def __init__(self, *, seconds_between: float = 1.0, burst: int = 1, ramp: bool = False) -> None:
        self._between = seconds_between
        self._burst = burst
        self._ramp = ramp
        self._free: dict[str, float] = {}  # when each document's bucket is full again
        self._began: float | None = None
        self._credit = 0.0
        self._asked = 0.0

    def refuse(self, names: Sequence[str], now: float) -> str | None:
        """
        Return why a commit is refused, or None and note that it was applied.

        Args:
            names: Of the documents that it writes.
            now: In seconds, of any clock that never goes back.
        """
        if self._ramp and not self._afford(sum("/claims/" in name for name in names), now):
            return EXHAUSTED
        latest = now + (self._burst - 1) * self._between
        if any(self._free.get(name, now) > latest for name in names):
            return ABORTED
        for name in names:
            self._free[name] = max(self._free.get(name, now), now) + self._between
        return None

    def forget(self, now: float) -> None:
        """Forget documents that may be written again, so that memory stays bounded."""
        self._free = {name: free for name, free in self._free.items() if free > now}

    def _afford(self, claims: int, now: float) -> bool:
        if self._began is None:
            self._began, self._asked, self._credit = now, now, allowed(0)
        rate = allowed(now - self._began)
        # A second's worth may come at once.
        self._credit = min(rate, self._credit + rate * (now - self._asked))
        self._asked = now
        if claims > self._credit:
            return False
        self._credit -= claims
        return True


def name_of(write: Any) -> str:
    """Return which document a write of the protocol is about."""
    return str(write.delete or write.update.name or write.transform.document)
