"""
Recording claims, each exactly once, many in one commit.

Claims that arrive while a group is on its way wait for the next one, which takes all of them: at
a low rate each goes soon, at a high rate groups grow by themselves. For each group first *look*
which signers are counted already, then *commit* all claims together with the signers that are
new, always both, so that a repeat takes as long as a first.

The invariant: a commit adds to a lane exactly as many as the signers that it creates. So whatever
was lost on the way, looking again and committing the rest can neither lose nor double anybody.

Source: docs/decisions/2026-11-exactly-once.md
"""

import asyncio
import itertools
import random
from collections import deque
from dataclasses import dataclass

from petition import log
from petition.documents import Claim
from petition.firestore import Conflict
from petition.problems import Unavailable
from petition.retry import BUDGET_SECONDS, draw_pause, until_certain
from petition.store import Known, Store

MAX_GROUP = 100  # ours: beyond, a commit gets no cheaper per claim (docs/performance.md)
MAX_UNDERWAY = 2  # ours: one group is prepared while another is on its way
WORTH_A_COMMIT = 25  # ours: with as many a commit is nearly as cheap per claim as it gets
LATE_SECONDS = 0.2  # ours: a healthy look and commit together take less
MAX_WAITING = 2000  # ours: several seconds of one instance; more would wait in vain
WARY_SECONDS = 10.0  # ours: how long receipts are looked up at once after one was stored already
PARTS = 4  # ours: enough that a repeat seldom meets a crowded one twice, and few more commits


@dataclass(eq=False, slots=True)
class _Waiting:
    claim: Claim
    answer: asyncio.Future[None]
    since: float


class Ledger:
    """
    The claims of one petition, as far as this process writes them; of one event loop.

    Args:
        collect_seconds: How long a claim waits for others to share its commit, at no cost to the
            signer while answers leave on a grid (`web.on_grid`).
    """

    def __init__(self, store: Store, petition: str, *, collect_seconds: float = 0.0) -> None:
        self._store = store
        self._petition = petition
        self._collect_seconds = collect_seconds
        self._waiting: deque[_Waiting] = deque()
        self._underway: set[asyncio.Task[None]] = set()
        self._departure: asyncio.TimerHandle | None = None
        self._wary_until = 0.0  # by the loop's clock

    async def record(self, claim: Claim) -> None:
        """
        Return when the claim is stored and its signer counted, now or before.

        Raises:
            Unavailable: That is not certain; recording it again is safe.
        """
        if len(self._waiting) >= MAX_WAITING:
            raise Unavailable
        loop = asyncio.get_running_loop()
        waiting = _Waiting(claim, loop.create_future(), loop.time())
        self._waiting.append(waiting)
        if self._departure is None or len(self._waiting) == WORTH_A_COMMIT:
            self._schedule()
        await waiting.answer

    def _schedule(self) -> None:
        # The next group sets out when it is worth a commit of its own, or when its first claim
        # has waited: for others to come along, or for a group before it that is late.
        if self._departure:
            self._departure.cancel()
            self._departure = None
        if not self._waiting or len(self._underway) == MAX_UNDERWAY:
            return
        patience = LATE_SECONDS if self._underway else self._collect_seconds
        moment = self._waiting[0].since + patience
        if len(self._waiting) >= WORTH_A_COMMIT:
            moment = 0.0
        self._departure = asyncio.get_running_loop().call_at(moment, self._depart)

    def _depart(self) -> None:
        self._departure = None
        size = min(MAX_GROUP, len(self._waiting))
        group = [self._waiting.popleft() for _ in range(size)]
        task = asyncio.get_running_loop().create_task(self._record_group(group))
        self._underway.add(task)
        task.add_done_callback(self._arrive)
        self._schedule()

    def _arrive(self, task: asyncio.Task[None]) -> None:
        self._underway.discard(task)
        self._schedule()

    async def _record_group(self, group: list[_Waiting]) -> None:
        # The same receipt twice is one claim.
        claims = {waiting.claim.receipt_hash: waiting.claim for waiting in reversed(group)}
        clock = asyncio.get_running_loop().time
        attempts, begun = itertools.count(1), clock()
        error: Exception | None = None
        try:
            await until_certain(
                lambda: self._attempt(list(claims.values()), next(attempts)),
                deadline=group[0].since + BUDGET_SECONDS,
            )
        except Exception as unexpected:  # Whatever it is, every one of the group is answered.
            error = unexpected
        retries = next(attempts) - 2
        # Two claims of one new address collide where those of a known one do not. So with a grid
        # to hide in, who was not refused is answered as late as who was refused once.
        hidden = self._collect_seconds and retries == 0
        late = clock() - begun + draw_pause() if hidden else 0
        asyncio.get_running_loop().call_later(late, _answer, group, error)
        log.add(
            "minute",
            {"function": "sign", "petition": self._petition},
            claims=len(group),
            groups=1,
            largest_group=len(group),
            retries=retries,
            refused=len(group) if error else 0,
        )

    async def _attempt(self, claims: list[Claim], number: int) -> None:
        clock = asyncio.get_running_loop().time
        receipts = number > 1 or clock() < self._wary_until
        known = await self._store.look(self._petition, claims, receipts=receipts)
        left = [claim for claim in claims if claim.receipt_hash not in known.receipts]
        try:
            if number > 2:
                await self._add_apart(left, known)
            else:
                await self._store.add(self._petition, left, known)
        except Conflict:
            self._wary_until = clock() + WARY_SECONDS
            raise

    async def _add_apart(self, claims: list[Claim], known: Known) -> None:
        # Somebody may claim one address again and again, from many instances at once. Whoever
        # signs for the first time must not fail with them, nor anybody else twice.
        parts: dict[int, list[Claim]] = {}
        for claim in claims:
            repeat = claim.signer in known.signers
            part = random.randrange(PARTS) if repeat else PARTS  # noqa: S311 – no secret
            parts.setdefault(part, []).append(claim)
        added = [self._store.add(self._petition, part, known) for part in parts.values()]
        for result in await asyncio.gather(*added, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result


def _answer(group: list[_Waiting], error: Exception | None) -> None:
    for waiting in group:
        if waiting.answer.done():  # The request was given up.
            continue
        if error is None:
            waiting.answer.set_result(None)
        else:
            waiting.answer.set_exception(error)
