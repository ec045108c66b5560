"""A soak plays everything exact to the end, and goes on where it was stopped."""

import os
from pathlib import Path

import pytest
from petition.blur import ONE_IN, is_drawn

from dev.soak import Missing, scenarios
from dev.soak.__main__ import play
from dev.soak.__main__ import read_options as read_soak_options
from dev.soak.audit import find_faults
from dev.soak.crowd import Crowd
from dev.soak.journal import Journal
from dev.soak.play import Options
from dev.soak.report import write_report
from dev.soak.scenarios import SCENARIOS
from dev.soak.verdict import HELD_KIB, bound_kib, grown_kib
from tests.conftest import do_without

# Ids of ten signers whom no lot fell on.
UNDRAWN = set([id for id in map(str, range(100)) if not is_drawn(id)][:10])


def crowd_of(claims: int, acknowledged: int) -> Crowd:
    """Return people of whom so many were told that they have signed."""
    crowd = Crowd(["http://127.0.0.1:1"])
    for _ in range(claims):
        crowd.claim()
    crowd.acknowledged.update(range(acknowledged))
    return crowd


@pytest.mark.parametrize(
    ("lost", "more", "counted", "tally", "shown", "fault"),
    [
        (0, 0, 10, 10, 0, None),
        (1, 0, 10, 10, 0, "not stored"),
        (0, 1, 10, 10, 0, "nobody sent"),
        (0, 0, 11, 10, 0, "count()"),
        (0, 0, 10, 9, 0, "tally"),
        (0, 0, 10, 10, ONE_IN, "readers are told"),
    ],
)
def test_what_is_not_exact_is_found(
    lost: int, more: int, counted: int, tally: int, shown: int, fault: str | None
) -> None:
    crowd = crowd_of(10, acknowledged=10)
    claims = set(sorted(crowd.receipts())[lost:]) | {f"unknown {n}" for n in range(more)}
    faults = find_faults(crowd, claims, UNDRAWN, counted, tally, shown)

    assert len(faults) == (fault is not None)
    assert fault is None or fault in faults[0]


def test_a_claim_that_nobody_acknowledged_may_be_stored_but_is_told() -> None:
    crowd = crowd_of(10, acknowledged=9)

    faults = find_faults(crowd, crowd.receipts(), UNDRAWN, 10, 10, 0)

    assert faults == ["1 claims were never acknowledged"]


# One of each kind; SOAK=long plays all of them, which takes some minutes.
KINDS = (
    *("record", "cold", "one-address", "lost-10", "killed", "slow-bodies", "contention"),
    *("clocks", "disk-full", "resets"),
)


# Where a wire or a cable does the harm, and counts it.
HURT = ("cut", "forgotten", "lost-10", "resets", "silence")


@pytest.mark.parametrize("name", SCENARIOS if os.environ.get("SOAK") == "long" else KINDS)
async def test_a_scenario_ends_exact(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In seconds, and slowly; `make soak` plays the same for as long as one likes."""
    monkeypatch.delenv("FIRESTORE_EMULATOR_HOST", raising=False)  # One of its own.
    journal = Journal(tmp_path / "journal.jsonl")
    options = Options(
        tmp_path, seconds=4, signs=20, reads=20, burst=50, stampede=50, pace=0.05, every=1
    )

    try:
        await SCENARIOS[name].play(name, options, journal)
    except Missing as missing:
        do_without(str(missing))

    (end,) = journal.lines("end", name)
    assert end["audit"]["faults"] == []
    assert end["audit"]["signers"] > 10
    assert end["harm"] or name not in HURT
    if name in HELD_KIB:
        assert grown_kib(end) <= bound_kib(name, end)
    assert journal.lines("interval", name)
    report = write_report(journal, tmp_path).read_text()
    assert f"{name} |" in report
    assert " exact |" in report


async def test_what_a_machine_lacks_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def lack(name: str, options: Options, journal: Journal) -> None:
        raise Missing("there is no moon")

    monkeypatch.setattr("dev.soak.__main__.SCENARIOS", {"tide": scenarios.Scenario("", lack)})
    monkeypatch.setattr("sys.argv", ["soak", "--folder", str(tmp_path)])
    journal = Journal(tmp_path / "journal.jsonl")

    await play(read_soak_options(), journal)

    assert "tide is not played: there is no moon." in capsys.readouterr().out
    assert "- `tide`: there is no moon." in write_report(journal, tmp_path).read_text()


async def test_what_was_interrupted_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    played: list[tuple[str, float]] = []

    async def note(name: str, options: Options, journal: Journal) -> None:
        played.append((name, options.seconds))

    some = {"record": scenarios.Scenario("", note, 3), "cut": scenarios.Scenario("", note)}
    monkeypatch.setattr("dev.soak.__main__.SCENARIOS", some)
    monkeypatch.setattr("sys.argv", ["soak", "--minutes", "4", "--folder", str(tmp_path)])
    journal = Journal(tmp_path / "journal.jsonl")
    journal.add("end", "record", seconds=100)
    with (tmp_path / "journal.jsonl").open("a") as file:
        file.write('{"kind": "end", "scen')  # The machine went down.

    await play(read_soak_options(), journal)

    assert played == [("record", 80), ("cut", 60)]
