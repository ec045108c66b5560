"""Signers and readers come when they are due, and what they wait is counted from then on."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dev.soak.arrivals import Connections, arrive
from dev.soak.latencies import Latencies
from dev.soak.readers import BY_OURSELVES, Readers, affordable
from dev.soak.steady import Arrivals, logging, ramp, take
from dev.soak.wire import Cable
from tests.conftest import do_without

STALL_SECONDS = 1.0


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


async def test_a_connection_that_was_hung_up_on_is_not_used_again() -> None:
    request = b"GET / HTTP/1.1\r\n\r\n"
    async with stalling_server(0) as url, Cable(url.removeprefix("http://")).laid() as cable:
        connections = Connections(f"http://{cable.host}")
        assert await connections.ask(request) == 200

        cable.cut()
        await asyncio.sleep(0.1)  # Who was hung up on notices.

        assert await connections.ask(request) == 200
        await connections.close()


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
        assert cable.harm == {"connections cut": 1, "connections that led nowhere": 1}
    await asyncio.sleep(0.1)  # Who was hung up on notices.
