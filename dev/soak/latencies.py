"""How long people waited, kept in few numbers however many they are."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Self

STEP = math.log(1.02)  # ours: a bucket is 2 % wide, so a quantile is right to 2 %


class Latencies:
    """
    Waits in seconds, as a histogram whose buckets grow with the wait.

    Args:
        buckets: How many waits are in each, as `buckets` of another one.
    """

    def __init__(self, buckets: Mapping[int, int] | None = None) -> None:
        self.buckets = Counter(buckets)

    def add(self, seconds: float) -> None:
        """Note one wait; less than a microsecond is one."""
        self.buckets[math.ceil(math.log(max(seconds, 1e-6)) / STEP)] += 1

    def __len__(self) -> int:
        return self.buckets.total()

    def quantile(self, share: float) -> float:
        """
        Return the wait that a share of all did not exceed, in seconds; 0 when there was none.

        Args:
            share: From 0 to 1, which is the longest.
        """
        left = math.ceil(share * len(self))
        for bucket in sorted(self.buckets):
            left -= self.buckets[bucket]
            if left <= 0:
                return math.exp(bucket * STEP)
        return 0.0

    @classmethod
    def sum(cls, parts: Iterable[Self]) -> Self:
        """Put several together."""
        total = cls()
        for part in parts:
            total.buckets.update(part.buckets)
        return total

    def packed(self) -> dict[str, int]:
        """Return the buckets as JSON can hold them."""
        return {str(bucket): number for bucket, number in sorted(self.buckets.items())}

    @classmethod
    def unpack(cls, packed: Mapping[str, int]) -> Self:
        """Take what `packed` returned."""
        return cls({int(bucket): number for bucket, number in packed.items()})
