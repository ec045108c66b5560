"""An equal load for every service, and what came back of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from dev.bench.variants import Repeat

CONNECTIONS = 64


@dataclass(frozen=True)
class Load:
    """
    What is sent.

    Args:
        seconds: When it ends.
        signers: When it ends too: the most unique signers; 0 for readers that GET.
        repeats: The share of requests that sign once more for an earlier signer.
        repeat: Whether those send the same form again, or one under a receipt of its own.
        rate: Requests a second; 0 for as many as are answered.
        connections: That ask at the same time, over all processes.
    """

    seconds: float
    signers: int = 0
    repeats: float = 0.0
    repeat: Repeat = "same"
    rate: float = 0.0
    connections: int = CONNECTIONS


@dataclass(frozen=True)
class Answers:
    """
    What came back.

    Args:
        answers: Those with a status below 400.
        failed: All others, and broken connections.
        p50: Seconds from request to answer, the median; p99 alike.
        signers: How many different ones were made, those without an answer at the end included.
        receipts: How many different receipts, alike.
    """

    answers: int
    failed: int
    seconds: float
    p50: float
    p99: float
    signers: int
    receipts: int

    @property
    def rate(self) -> float:
        """Return answers per second."""
        return self.answers / self.seconds


def together(shares: Sequence[Answers]) -> Answers:
    """Add up what went on at the same time; of the times, take the worst share's."""
    return Answers(
        answers=sum(share.answers for share in shares),
        failed=sum(share.failed for share in shares),
        seconds=max(share.seconds for share in shares),
        p50=max(share.p50 for share in shares),
        p99=max(share.p99 for share in shares),
        signers=sum(share.signers for share in shares),
        receipts=sum(share.receipts for share in shares),
    )
