"""
Trying again: as long as there is time, only after what may be repeated, and
honest at the end.
"""

import asyncio

import pytest
from petition import retry
from petition.firestore import Conflict
from petition.problems import Unavailable
from petition.retry import until_certain


class Attempt:
    """Fails in the given ways, one after the other, and then succeeds."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.made = 0

    async def __call__(self) -> str:
        self.made += 1
        if self.failures:
            raise self.failures.pop(0)
        return "done"


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pause is no part of what is tested, but for its growth."""
    monkeypatch.setattr(retry, "FIRST_PAUSE_SECONDS", 0)


def now() -> float:
    """Return the time by the clock that deadlines are told by."""
    return asyncio.get_running_loop().time()


async def test_success_is_returned_whatever_failed_before_it() -> None:
    attempt = Attempt(Conflict(), Unavailable(), Conflict())

    assert await until_certain(attempt) == "done"
    assert attempt.made == 4


async def test_no_attempt_begins_after_the_deadline() -> None:
    attempt = Attempt()

    with pytest.raises(Unavailable):
        await until_certain(attempt, deadline=now() - 1)

    assert attempt.made == 0


@pytest.mark.parametrize("failure", [Conflict, Unavailable])
async def test_failing_until_the_deadline_ends_in_unavailable(
    failure: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The first pause would already end after the deadline, so it is not made.
    monkeypatch.setattr(retry, "FIRST_PAUSE_SECONDS", 7200)
    attempt = Attempt(failure(), failure())

    with pytest.raises(Unavailable):
        await until_certain(attempt, deadline=now() + 3600)

    assert attempt.made == 1


async def test_fault_of_ours_is_not_repeated() -> None:
    attempt = Attempt(ZeroDivisionError())

    with pytest.raises(ZeroDivisionError):
        await until_certain(attempt)

    assert attempt.made == 1


async def test_pauses_grow_to_a_limit_with_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(retry, "FIRST_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr("petition.retry.asyncio.sleep", sleep)
    await until_certain(Attempt(*(Unavailable() for _ in range(8))), deadline=now() + 3600)

    longest = [0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0, 1.0]
    assert all(most / 2 <= pause <= most for pause, most in zip(pauses, longest, strict=True))
    assert len(set(pauses)) == len(pauses)


async def test_whoever_gives_up_is_not_tried_for_any_longer() -> None:
    attempt = Attempt(*(Unavailable() for _ in range(1000)))
    trying = asyncio.create_task(until_certain(attempt))
    await asyncio.sleep(0)
    trying.cancel()

    with pytest.raises(asyncio.CancelledError):
        await trying
    made = attempt.made
    await asyncio.sleep(0)

    assert attempt.made == made
