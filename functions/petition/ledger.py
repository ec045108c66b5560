"""
Recording signatures, each exactly once, many in one commit.

Signatures that arrive while a group is on its way wait for the next one, which takes all of
them: at a low rate each goes at once, at a high rate groups grow by themselves. A second group
sets out beside the first when it is worth a commit of its own, or the first is late. For each group
first *look* which are already stored, then *commit* the others together with their count, always
both, so that a repeat takes as long as a first.

The invariant: a commit adds to a lane exactly as many as it creates. So whatever was lost on
the way, looking again and committing the rest can neither lose nor double a signature.

Source: docs/decisions/2026-11-exactly-once.md
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from functools import partial

from petition import log
from petition.problems import Unavailable
from petition.retry import BUDGET_SECONDS, until_certain
from petition.signature import Signature
from petition.store import Store

MAX_GROUP = 100  # ours: beyond, a commit gets no cheaper per signature (docs/performance.md)
FLIGHTS = 2  # ours: one group is prepared while another is on its way
WORTH_A_FLIGHT = 25  # ours: with as many a commit is nearly as cheap per signature as it gets
LATE_SECONDS = 0.2  # ours: a healthy look and commit together take less
MAX_WAITING = 2000  # ours: several seconds of one instance; more would wait in vain


@dataclass(eq=False, slots=True)
class _Waiting:
    signature: Signature
    answer: asyncio.Future[None]
    deadline: float


class Ledger:
    """
    The signatures of one petition, as far as this process writes them.

    It must be used from one event loop.
    """

    def __init__(self, store: Store, petition: str) -> None:
        self._store = store
        self._petition = petition
        self._waiting: deque[_Waiting] = deque()
        self._flights: set[asyncio.Task[None]] = set()
        self._boarding = False
        self._late = 0.0  # when the last flight that set out is late, by the loop's clock

    async def record(self, signature: Signature) -> None:
        """
        Return when the signature is stored and counted, now or before.

        Raises:
            Unavailable: That is not certain; recording it again is safe.
        """
        if len(self._waiting) >= MAX_WAITING:
            raise Unavailable
        loop = asyncio.get_running_loop()
        waiting = _Waiting(signature, loop.create_future(), loop.time() + BUDGET_SECONDS)
        self._waiting.append(waiting)
        self._depart()
        await waiting.answer

    def _depart(self) -> None:
        if self._boarding or not self._waiting or len(self._flights) == FLIGHTS:
            return
        now = asyncio.get_running_loop().time()
        if self._flights and len(self._waiting) < WORTH_A_FLIGHT and now < self._late:
            return
        self._late = now + LATE_SECONDS
        self._boarding = True
        flight = asyncio.create_task(self._fly())
        self._flights.add(flight)
        flight.add_done_callback(self._land)

    async def _fly(self) -> None:
        # Whoever arrived in the same turn of the loop comes along.
        self._boarding = False
        size = min(MAX_GROUP, len(self._waiting))
        group = [self._waiting.popleft() for _ in range(size)]
        self._depart()
        await self._settle(group)

    def _land(self, flight: asyncio.Task[None]) -> None:
        self._flights.discard(flight)
        self._depart()

    async def _settle(self, group: list[_Waiting]) -> None:
        twins = {waiting.signature.id: waiting.signature for waiting in reversed(group)}
        error: Exception | None = None
        accepted = retries = 0
        try:
            accepted, retries = await until_certain(
                partial(self._look_and_commit, twins), deadline=group[0].deadline
            )
        except Exception as unexpected:  # Whatever it is, every one of the group is answered.
            error = unexpected
        for waiting in group:
            if waiting.answer.done():  # The request was given up.
                continue
            if error is None:
                waiting.answer.set_result(None)
            else:
                waiting.answer.set_exception(error)
        self._tell(len(group), accepted, retries, refused=len(group) if error else 0)

    async def _look_and_commit(self, twins: dict[str, Signature]) -> int:
        known = await self._store.existing(self._petition, list(twins))
        new = [signature for id, signature in twins.items() if id not in known]
        await self._store.add(self._petition, new)
        return len(new)

    def _tell(self, size: int, accepted: int, retries: int, *, refused: int) -> None:
        log.add(
            "minute",
            {"function": "sign", "petition": self._petition},
            accepted=accepted,
            repeats=size - accepted - refused,
            groups=1,
            largest_group=size,
            retries=retries,
            refused=refused,
        )
