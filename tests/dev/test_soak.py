"""A soak waits for nobody, plays everything exact to the end, and goes on where it was stopped."""

import asyncio
import contextlib
import json
import os
import shutil
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from petition.blur import ONE_IN, is_drawn

from dev.bench.scaling import allowed, level
from dev.soak import Missing, contention, scenarios
from dev.soak.__main__ import main as soak
from dev.soak.__main__ import play
from dev.soak.__main__ import read_options as read_soak_options
from dev.soak.arrivals import Connections, arrive
from dev.soak.audit import find_faults
from dev.soak.crowd import Crowd
from dev.soak.journal import Journal
from dev.soak.latencies import Latencies
from dev.soak.play import Options
from dev.soak.plot import Panel, ceiling, draw
from dev.soak.readers import BY_OURSELVES, Readers, affordable
from dev.soak.report import write_report
from dev.soak.rules import ABORTED, EXHAUSTED, Rules
from dev.soak.scenarios import SCENARIOS
from dev.soak.steady import Arrivals, logging, ramp, take
from dev.soak.verdict import HELD_KIB, bound_kib, grown_kib, row
from dev.soak.wire import Cable
from tests.conftest import do_without

STALL_SECONDS = 1.0
# Ids of ten signers whom no lot fell on.
UNDRAWN = set([id for id in map(str, range(100)) if not is_drawn(id)][:10])


@given(st.lists(st.floats(1e-6, 1e3), min_size=1), st.integers(1, 100))
def test_a_quantile_is_right_to_two_percent(waits: list[float], percent: int) -> None:
    latencies = Latencies()
    for wait in waits:
        latencies.add(wait)
    exact = sorted(waits)[-(-percent * len(waits) // 100) - 1]

    assert exact * 0.999 <= latencies.quantile(percent / 100) <= exact * 1.021
    assert Latencies.unpack(latencies.packed()).buckets == latencies.buckets


@contextlib.asynccontextmanager
async def stalling_server(seconds: float, *, calm: float = 0.0) -> AsyncIterator[str]:
    """
    Answer everything at once, but nothing for so long.

    Args:
        calm: Seconds from the first request until then.
    """
    loop = asyncio.get_running_loop()
    closed_from: list[float] = []

    answering = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answering.add(asyncio.current_task())
        with contextlib.suppress(EOFError, OSError):
            while await reader.readuntil(b"\r\n\r\n"):
                closed_from[:] = closed_from or [loop.time() + calm]
                if closed_from[0] <= loop.time():
                    await asyncio.sleep(closed_from[0] + seconds - loop.time())
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    await asyncio.gather(*(task for task in answering if task))


async def test_nobody_waits_for_those_before_and_a_stall_is_felt_by_all_who_come() -> None:
    """A closed loop would feel it once: that is how averages lie."""
    waits = Latencies()
    loop = asyncio.get_running_loop()
    async with stalling_server(STALL_SECONDS) as url:
        connections = Connections(url)

        async def ask(arrived: float) -> None:
            assert await connections.ask(b"GET / HTTP/1.1\r\n\r\n") == 200
            waits.add(loop.time() - arrived)

        await arrive(100, 2 * STALL_SECONDS, ask)
        await connections.close()

    assert 120 < len(waits) < 300
    # Those who came in the first half waited half a second on average, each of them.
    assert waits.quantile(0.7) > STALL_SECONDS / 4


def log_lines(sent: Sequence[float], taken: Sequence[float]) -> list[bytes]:
    """Write lines as h2load does, in the order in which answers came; times in seconds."""
    rows = sorted(zip(sent, taken, strict=True), key=sum)
    return [f"{1e6 * (7 + at):.0f}\t200\t{1e6 * took:.0f}".encode() for at, took in rows]


def test_who_is_sent_late_has_waited_since_they_were_due() -> None:
    """As h2load sends: nobody while the server stands still for a second, then all who are due."""
    due = [n / 1000 for n in range(4000)]
    sent = [3.0 if 2 <= at < 3 else at for at in due]
    arrivals = Arrivals(1000)
    for line in log_lines(sent, [0.001] * len(sent)):
        arrivals.add(line)

    told = [*arrivals.told(), *arrivals.told(held=0.0)]

    assert {status for status, _ in told} == {200}
    counted = due[len(due) - len(told) :]
    assert counted[0] == pytest.approx(ramp(1000), abs=0.002)
    for at, (_, wait) in zip(counted, told, strict=True):
        assert wait == pytest.approx(0.001 + (3 - at if 2 <= at < 3 else 0), abs=0.0001)


@pytest.mark.parametrize("late", [0.5, 1.5], ids=["waited for", "given up"])
def test_who_is_overtaken_makes_nobody_else_late(late: float) -> None:
    due = [n / 1000 for n in range(6000)]
    taken = [late if n == 2000 else 0.001 for n in range(6000)]
    arrivals = Arrivals(1000)
    told = []
    for number, line in enumerate(log_lines(due, taken)):
        arrivals.add(line)
        if number % 100 == 0:
            told += list(arrivals.told())
    told += list(arrivals.told(held=0.0))

    slow = [wait for _, wait in told if wait > 0.0025]
    assert slow == [pytest.approx(late, abs=0.0001)]


async def test_readers_at_a_steady_rate_feel_a_stall_each() -> None:
    if not shutil.which("h2load"):
        do_without("There is no h2load: install it, on Debian with apt install nghttp2-client.")
    rate, seconds = 200, 3 * STALL_SECONDS
    arrivals = Arrivals(rate)
    async with stalling_server(STALL_SECONDS, calm=STALL_SECONDS) as url:
        async with logging(url, rate, 60) as log:
            taking = asyncio.create_task(take(log, arrivals))
            await asyncio.sleep(seconds)
        await taking
    told = list(arrivals.told(held=0.0))

    assert {status for status, _ in told} == {200}
    assert len(told) <= 1.1 * rate * seconds
    # A third of them came during the stall, and waited half of it on average.
    waits = sorted(wait for _, wait in told)
    assert waits[int(0.9 * len(waits))] > STALL_SECONDS / 4


async def test_a_rate_that_is_too_much_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stalling_server(0) as url:
        assert await affordable(20, url) == 20
        most = await affordable(1e9, url)
        monkeypatch.setattr(shutil, "which", lambda program: None)
        without_a_generator = await affordable(1e9, url, processes=2)

    assert 0 < most < 1e6
    assert without_a_generator == 2 * BY_OURSELVES


async def test_readers_who_cannot_go_on_say_so() -> None:
    if not shutil.which("h2load"):
        do_without("There is no h2load: install it, on Debian with apt install nghttp2-client.")
    async with stalling_server(0) as url:
        pass

    readers = Readers()
    with pytest.raises(RuntimeError, match="Readers ended"):
        async with readers.reading(url, 2 * BY_OURSELVES, 60):
            await readers.programs[0].wait()


async def test_a_server_that_is_not_there_is_no_answer() -> None:
    async with stalling_server(0) as url:
        pass

    assert await Connections(url).ask(b"GET / HTTP/1.1\r\n\r\n") == 0


def test_a_document_is_written_once_a_second_and_another_whenever() -> None:
    rules = Rules()

    assert rules.refuse(["lanes/1", "claims/a"], 10.0) is None
    assert rules.refuse(["lanes/1", "claims/b"], 10.9) == ABORTED
    assert rules.refuse(["lanes/2", "claims/b"], 10.9) is None
    assert rules.refuse(["lanes/1", "claims/c"], 11.0) is None


def test_a_burst_is_paid_back() -> None:
    rules = Rules(burst=3)

    assert [rules.refuse(["lanes/1"], 0.0) for _ in range(4)] == [None, None, None, ABORTED]
    assert [rules.refuse(["lanes/1"], 1.0) for _ in range(2)] == [None, ABORTED]


def test_the_ramp_is_firestores() -> None:
    rules = Rules(seconds_between=0, ramp=True)

    def taken(begin: int, seconds: int) -> int:
        steps = range(100 * begin, 100 * (begin + seconds))
        groups = ([f"/claims/{n}-{i}" for i in range(100)] for n in steps)
        moments = (step / 100 for step in steps)
        refused = [rules.refuse(g, m) for g, m in zip(groups, moments, strict=True)]
        assert set(refused) <= {None, EXHAUSTED}
        return 100 * refused.count(None)

    assert taken(0, 10) == pytest.approx(10 * allowed(0), rel=0.11)  # and a second's worth
    assert taken(301, 10) == pytest.approx(10 * allowed(301), rel=0.11)


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


@pytest.mark.parametrize(
    ("p99", "mib", "told"),
    [
        (0.9, 40, ["held", "held"]),
        (1.1, 40, ["NOT HELD", "held"]),
        (0.9, 200, ["held", "NOT HELD"]),
    ],
)
def test_others_are_served_at_most_twice_as_late_and_memory_has_a_bound(
    p99: float, mib: int, told: list[str]
) -> None:
    more = {"attackers": 5000, "calm_p99": 0.5, "meanwhile_p99": p99}
    end = {"more": {**more, "calm_kib": 100_000, "meanwhile_kib": 100_000 + 1024 * mib}}

    assert [cell for cell in row("idle-connections", end) if "eld" in cell.lower()] == told


async def test_a_cable_delays_breaks_and_leads_nowhere() -> None:
    request = b"GET / HTTP/1.1\r\n\r\n"
    loop = asyncio.get_running_loop()
    async with stalling_server(0) as url, Cable(url.removeprefix("http://")).laid() as cable:
        cable.delay, begun = 0.2, loop.time()
        connections = Connections(f"http://{cable.host}")
        assert await connections.ask(request) == 200
        assert loop.time() - begun >= 0.4  # there and back
        cable.mend()
        cable.rate, begun = 100, loop.time()
        assert await connections.ask(request) == 200
        assert loop.time() - begun >= 0.5  # 18 octets there, 40 back
        cable.mend()
        cable.resets = 1.0
        assert await connections.ask(request) == 0
        cable.mend()
        cable.silent = 1.0
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await connections.ask(request)
        assert (cable.cuts, cable.swallowed) == (1, 1)
    await asyncio.sleep(0.1)  # Who was hung up on notices.


def test_a_report_says_what_took_the_machine_and_how_readers_fared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    journal = Journal(tmp_path / "journal.jsonl")
    reads = Latencies()
    for _ in range(900):
        reads.add(0.004)
    met: dict[str, Any] = {"waits": {}, "statuses": {}}
    still: dict[str, Any] = {"memory_kib": {}, "files": {}, "cpu": {}}
    for seconds, readers in ((10.0, 0.2), (30.0, 0.6)):
        cores = {"sign-0": 0.1, "sign-1": 0.1, "readers": readers}
        journal.add("interval", "record", seconds=seconds, cores=cores, machine=0.5)
    journal.add(
        "end",
        "record",
        seconds=40,
        played={"signs": 100, "pace": 1.0},
        signing=met,
        reading={"waits": reads.packed(), "statuses": {"200": 890, "503": 10}},
        before=still,
        after=still,
        refused=None,
        billed=None,
        audit={"faults": [], "claims": 0},
        more={},
    )

    written = write_report(journal, tmp_path).read_text()

    # 900 in 40 s, ten of them without a count; a fifth of a core and half of one, of two cores.
    assert "100 claims a second, faults at pace 1." in written
    rows = [[cell.strip() for cell in line.split("|")[2:-1]] for line in written.splitlines()]
    assert ["900", "22", "4.1", "4.1", "4.1", "4.1", "10"] in rows
    assert ["10", "0", "0", "0", "25", "15"] in rows
    assert "Measured on a busy machine: other programs took 15% of it." in written


def test_a_report_is_written_to_the_documents_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FIRESTORE_EMULATOR_HOST", raising=False)  # The soak takes it away.
    monkeypatch.setattr("dev.soak.__main__.SCENARIOS", {})
    monkeypatch.setattr("dev.soak.__main__.DOCS", tmp_path / "docs" / "soak")
    monkeypatch.setattr("sys.argv", ["soak", "--docs", "--folder", str(tmp_path / "own")])

    soak()

    report = (tmp_path / "docs" / "soak" / "report.md").read_text()
    assert report == (tmp_path / "own" / "report.md").read_text()
    assert str(tmp_path) not in report


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


def test_a_plot_is_drawn_from_what_was_measured() -> None:
    panels = [Panel("a < b", {"up": [0, 5, 10], "down": [10, 0, 0]})]

    root = ET.fromstring(draw("title", [0, 30, 60], panels))  # noqa: S314 – our own

    named = [node for node in root if node.attrib.get("id") in ("title", "desc")]
    assert [node.text for node in named] == [
        "title",
        "1.0 minutes. a < b: up from 0 to 10, at most 10; down from 10 to 0, at most 10.",
    ]
    lines = [node.attrib["points"].split() for node in root.iter() if "points" in node.attrib]
    heights = [[float(point.partition(",")[2]) for point in line] for line in lines]
    assert heights[0][0] > heights[0][1] > heights[0][2]
    assert heights[1][0] == heights[0][2]


@pytest.mark.parametrize(
    ("value", "top"), [(0, 1), (0.3, 0.5), (1, 1), (1.1, 2), (900, 1000), (5, 5)]
)
def test_an_axis_ends_at_a_round_number(value: float, top: float) -> None:
    assert ceiling(value) == pytest.approx(top)


def test_json_of_the_journal_is_one_line_each(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "a" / "journal.jsonl")
    journal.add("interval", "record", at=1.5)
    journal.add("end", "record", seconds=2)

    lines = (tmp_path / "a" / "journal.jsonl").read_text().splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["interval", "end"]
    assert journal.seconds("record") == 2


def test_the_simulation_of_scaling_says_what_the_ledger_does() -> None:
    """Groups, commits and waits of docs/scaling.md, by the write path itself in virtual time."""
    expected = level(1000, contention.SIGN)

    seen = contention.contend(1000, 3, Rules(seconds_between=0))

    assert seen.database
    group = seen.numbers["claims"] / seen.numbers["groups"]
    assert group == pytest.approx(expected.group, rel=0.25)
    assert seen.database.commits / seen.seconds == pytest.approx(expected.commits, rel=0.3)
    assert seen.waits.quantile(0.5) == pytest.approx(expected.wait, rel=0.03)
    assert (seen.turned_away, seen.database.refused.total()) == (0, 0)


def test_a_ledger_whose_lanes_are_refused_gets_through_by_trying_again() -> None:
    seen = contention.contend(500, 3, Rules())

    assert seen.database
    assert seen.database.refused["ABORTED"] > 0
    assert seen.numbers["retries"] > 0
    assert seen.turned_away == 0


def test_a_ledger_answers_honestly_above_the_ramp() -> None:
    seen = contention.contend(2000, 3, Rules(seconds_between=0, ramp=True))

    assert seen.database
    assert seen.turned_away > 0
    # Whoever was told that they have signed is stored; who was told 503 may be.
    assert seen.database.claims() >= len(seen.waits) > 0
