"""
Whatever meets whatever: what is counted is who has signed and has not left.

A model of the rules (model.py) goes through any order of groups that look and commit, withdrawals,
sweeps, answers that are lost and commits that arrive late. tests/chaos/test_model.py asks the
same of the real store.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)

from tests.unit.model import (
    GUARDS,
    Commit,
    Database,
    Refused,
    adding,
    commit,
    look,
    sweeping,
    withdrawing,
)

RECEIPTS = [f"receipt {number}" for number in range(8)]
SIGNERS = "ab"

groups = st.lists(
    st.tuples(st.sampled_from(RECEIPTS), st.sampled_from(SIGNERS)),
    min_size=1,
    max_size=3,
    unique_by=lambda claim: claim[0],
)
# What becomes of a commit: it is applied and said to be, applied and its answer lost, or held up.
fates = st.sampled_from(["told", "told", "lost", "late"])
places = st.integers(0, 99)


@dataclass
class Group:
    """Claims on their way, and what the last look told of them; None when they must look again."""

    claims: list[tuple[str, str]]
    known: tuple[frozenset[str], ...] | None


class Meeting(RuleBasedStateMachine):
    """Everything that can meet, one step at a time."""

    without = ""

    def __init__(self) -> None:
        super().__init__()
        self.database = Database(without=self.without)
        self.groups: list[Group] = []
        self.withdrawals: list[tuple[str, Commit]] = []
        self.sweeps: list[Commit] = []
        self.late: list[Commit] = []
        self.acknowledged: set[str] = set()
        self.withdrawn: set[str] = set()

    def send(self, change: Commit, fate: str) -> bool:
        """Commit, and tell whether it is known to be applied."""
        if fate == "late":
            self.late.append(change)
            return False
        try:
            commit(self.database, change)
        except Refused:
            return False
        return fate == "told"

    @rule(claims=groups)
    def group_looks(self, claims: list[tuple[str, str]]) -> None:
        """At first it looks for signers alone."""
        signers, _ = look(self.database, claims)
        self.groups.append(Group(claims, (signers, frozenset())))

    @precondition(lambda self: self.groups)
    @rule(place=places, fate=fates)
    def group_goes_on(self, place: int, fate: str) -> None:
        """It commits, or after a failure looks again, at its claims too."""
        group = self.groups[place % len(self.groups)]
        if group.known is None:
            group.known = look(self.database, group.claims)
            return
        signers, stored = group.known
        group.known = None
        left = [claim for claim in group.claims if claim[0] not in stored]
        if self.send(adding(left, signers), fate):
            self.groups.remove(group)
            self.acknowledged |= {receipt for receipt, _ in group.claims}

    @rule(receipt=st.sampled_from(RECEIPTS), keep=st.booleans())
    def withdrawal_reads(self, receipt: str, keep: bool) -> None:
        """Somebody hands in a receipt."""
        change = withdrawing(self.database, receipt, keep=keep)
        self.withdrawals.append((receipt, change))

    @precondition(lambda self: self.withdrawals)
    @rule(place=places, fate=fates)
    def withdrawal_commits(self, place: int, fate: str) -> None:
        """If it is not known to be done, whoever withdraws tries again from the beginning."""
        receipt, change = self.withdrawals.pop(place % len(self.withdrawals))
        if self.send(change, fate):
            self.withdrawn.add(receipt)

    @rule(receipt=st.sampled_from(RECEIPTS), keep=st.booleans())
    def withdrawal_meets_nobody(self, receipt: str, keep: bool) -> None:
        """As nearly always."""
        self.withdrawal_reads(receipt, keep)
        self.withdrawal_commits(len(self.withdrawals) - 1, "told")

    @rule()
    def sweep_meets_nobody(self) -> None:
        """As nearly always."""
        self.send(sweeping(self.database), "told")

    @rule()
    def sweep_reads(self) -> None:
        """The scheduler calls, perhaps twice."""
        self.sweeps.append(sweeping(self.database))

    @precondition(lambda self: self.sweeps)
    @rule(place=places, fate=fates)
    def sweep_commits(self, place: int, fate: str) -> None:
        """What is not done is done by the next one."""
        self.send(self.sweeps.pop(place % len(self.sweeps)), fate)

    @precondition(lambda self: self.late)
    @rule(place=places)
    def late_commit_arrives(self, place: int) -> None:
        """Nobody waits for it any more."""
        self.send(self.late.pop(place % len(self.late)), "lost")

    @invariant()
    def every_signer_is_counted_once(self) -> None:
        """So the lanes need never be compared with anything."""
        assert self.database.tally == len(self.database.signers)

    @invariant()
    def every_signer_knows_how_many_claims_stand(self) -> None:
        """And no claim stands without its signer."""
        standing = Counter(signer for signer, _ in self.database.claims.values() if signer)
        counted = {id: signer.claims for id, (signer, _) in self.database.signers.items()}
        assert standing == Counter(counted)
        assert standing.keys() <= self.database.signers.keys()

    @invariant()
    def nothing_withdrawn_stands(self) -> None:
        """It was said to be gone."""
        assert all(not self.database.claims.get(receipt, ("",))[0] for receipt in self.withdrawn)

    @invariant()
    def everything_acknowledged_is_stored(self) -> None:
        """Standing, or emptied by its own receipt."""
        if self.without != "emptied claims stay":
            assert self.acknowledged <= self.database.claims.keys()

    def teardown(self) -> None:
        """When all has come to rest, one sweep leaves exactly those who have a reason to stay."""
        commit(self.database, sweeping(self.database))
        assert all(signer.stays for signer, _ in self.database.signers.values())
        self.every_signer_is_counted_once()


TestMeeting = Meeting.TestCase
TestMeeting.settings = settings(max_examples=200, stateful_step_count=50)


# What each guard is for: steps that end well with it and badly without it.
SIGN = [("group_looks", [("r1", "ann")]), ("group_goes_on", 0, "told")]
HELD_UP = [
    ("group_looks", [("r1", "ann")]),
    ("group_goes_on", 0, "late"),
    ("group_goes_on", 0, "told"),  # It looks again,
    ("group_goes_on", 0, "told"),  # and commits.
]
WITHDRAW = [("withdrawal_meets_nobody", "r1", False)]
SWEEP = [("sweep_meets_nobody",)]
ARRIVES = [("late_commit_arrives", 0)]
AGAIN = ("group_looks", [("r2", "ann")])
STORIES: dict[str, list[tuple[Any, ...]]] = {
    "claim is new": [*HELD_UP, *WITHDRAW, *SWEEP, *ARRIVES],
    "signer is new": [
        ("group_looks", [("r1", "ann")]),
        AGAIN,
        ("group_goes_on", 0, "told"),
        ("group_goes_on", 0, "told"),
    ],
    "signer is there": [*SIGN, AGAIN, *WITHDRAW, *SWEEP, ("group_goes_on", 0, "told")],
    "claim is unchanged": [
        *SIGN,
        ("withdrawal_reads", "r1", False),
        ("withdrawal_reads", "r1", False),
        ("withdrawal_commits", 0, "told"),
        ("withdrawal_commits", 0, "told"),
    ],
    "claim is still missing": [
        ("withdrawal_reads", "r1", False),
        *SIGN,
        ("withdrawal_commits", 0, "told"),
    ],
    "signer is unchanged": [
        *SIGN,
        *WITHDRAW,
        ("sweep_reads",),
        AGAIN,
        ("group_goes_on", 0, "told"),
        ("sweep_commits", 0, "told"),
    ],
    "emptied claims stay": [*HELD_UP, *WITHDRAW, *SWEEP, *ARRIVES],
}


def tell(story: list[tuple[Any, ...]], meeting: Meeting) -> None:
    """Take the steps of a story, and hold it to the invariants after each."""
    for step, *arguments in story:
        getattr(meeting, step)(*arguments)
        meeting.every_signer_is_counted_once()
        meeting.every_signer_knows_how_many_claims_stand()
        meeting.nothing_withdrawn_stands()
        meeting.everything_acknowledged_is_stored()


@pytest.mark.parametrize("guard", GUARDS)
def test_every_guard_is_needed(guard: str) -> None:
    """And the invariants would notice that one is gone."""

    class Unguarded(Meeting):
        without = guard

    tell(STORIES[guard], Meeting())
    with pytest.raises(AssertionError):
        tell(STORIES[guard], Unguarded())
