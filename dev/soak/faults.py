"""
What goes wrong while people sign: each a coroutine that does harm once, undoes it, and rests.

Whoever is cancelled in the middle undoes it too.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from dev.soak.stage import PROJECT, Stage, standing_still

HOUR = 3600
SLOW = {"delay": 0.05, "jitter": 0.05, "rate": 250_000}  # ours: another continent, 2 Mbit/s


async def stop_emulator(stage: Stage, *, seconds: float, rest: float) -> None:
    """Let the database stand still: it applies later what it was sent before."""
    await asyncio.sleep(rest)
    with standing_still(stage.processes()["emulator"]):
        await asyncio.sleep(seconds)


async def freeze_sign(stage: Stage, *, seconds: float, rest: float) -> None:
    """Take a process's CPU away, as the platform does with who idles; but it did not idle."""
    await asyncio.sleep(rest)
    with standing_still(stage.functions["sign-0"].program):
        await asyncio.sleep(seconds)


async def delay_answers(stage: Stage, *, seconds: float, rest: float) -> None:
    """Let every answer of the database come so much later."""
    with changed(stage, "delay", seconds):
        await asyncio.sleep(rest)


async def lose_answers(stage: Stage, *, share: float, rest: float) -> None:
    """Apply every call, and lose a share of the answers."""
    with changed(stage, "lost", share):
        await asyncio.sleep(rest)


async def cut_connections(stage: Stage, *, rest: float) -> None:
    """Cut every connection to the database in the middle of what it carries."""
    await asyncio.sleep(rest)
    assert stage.cable  # noqa: S101 – as the scenario asked for
    stage.cable.cut()


async def forget_connections(stage: Stage, *, rest: float) -> None:
    """Let nothing more through the connections that there are, as a router that restarted."""
    await asyncio.sleep(rest)
    assert stage.cable  # noqa: S101 – as the scenario asked for
    stage.cable.forget()


async def restart_emulator(stage: Stage, *, rest: float) -> None:
    """Kill the database, and start it from its export."""
    await asyncio.sleep(rest)
    await stage.save_and_restart_emulator()


async def kill_sign(stage: Stage, *, rest: float) -> None:
    """Kill a process with all that is on its way, and start another in its place."""
    await asyncio.sleep(rest)
    stage.functions["sign-0"].kill()
    await asyncio.to_thread(stage.restart("sign-0").wait)


async def drain_sign(stage: Stage, *, rest: float) -> None:
    """End a process by SIGTERM, as every deployment does, and start another in its place."""
    await asyncio.sleep(rest)
    await asyncio.to_thread(stage.functions["sign-0"].stop)
    await asyncio.to_thread(stage.restart("sign-0").wait)


async def move_clock(stage: Stage, *, rest: float) -> None:
    """Let the first processes' clock jump, an hour ahead and behind, a day, and back."""
    assert stage.clock  # noqa: S101 – as the scenario asked for
    try:
        for seconds in (HOUR, -HOUR, 0, 24 * HOUR, -24 * HOUR):
            stage.clock.move(seconds)
            await asyncio.sleep(rest)
    finally:
        stage.clock.move(0)


async def fill_disk(stage: Stage, *, seconds: float, rest: float) -> None:
    """
    Let the database have no room for its log and its export.

    Raises:
        RuntimeError: An export went wrong and did not say so, or went wrong with room enough.
    """
    await asyncio.sleep(rest)
    assert stage.disk  # noqa: S101 – as the scenario asked for
    saved = stage.disk.path / "saved"
    with stage.disk.full():
        await asyncio.sleep(seconds)
        if await asyncio.to_thread(exports, stage, saved):
            raise RuntimeError("An export onto a full disk said that it was written.")
    if not await asyncio.to_thread(exports, stage, saved):
        raise RuntimeError("No export could be written once there was room again.")


def exports(stage: Stage, folder: Path) -> bool:
    """Tell whether the database says that it has exported itself."""
    try:
        stage.emulator.save(PROJECT, folder)
    except OSError:
        return False
    return True


async def roughen_cable(stage: Stage, worse: Mapping[str, float], *, rest: float) -> None:
    """Let the cable to the database be worse for a while, with its connections made anew."""
    assert stage.cable  # noqa: S101 – as the scenario asked for
    for name, value in worse.items():
        setattr(stage.cable, name, value)
    stage.cable.cut()
    try:
        await asyncio.sleep(rest)
    finally:
        stage.cable.mend()
        stage.cable.cut()


@contextlib.contextmanager
def changed(stage: Stage, name: str, value: float) -> Iterator[None]:
    """Let the wire be worse for as long as a block lasts."""
    assert stage.wire  # noqa: S101 – as the scenario asked for
    setattr(stage.wire, name, value)
    try:
        yield
    finally:
        setattr(stage.wire, name, 0.0)


Once = Callable[[Stage], Awaitable[None]]


def faults(pace: float = 1.0) -> dict[str, Once]:
    """
    Return every fault by the name of its scenario.

    Args:
        pace: How long they last and rest, 1 as in an hour's soak; less in a test.
    """
    return {
        "stopped-5": partial(stop_emulator, seconds=5 * pace, rest=25 * pace),
        "stopped-60": partial(stop_emulator, seconds=60 * pace, rest=60 * pace),
        "delayed": partial(delay_answers, seconds=0.2, rest=60 * pace),
        "lost-1": partial(lose_answers, share=0.01, rest=60 * pace),
        "lost-10": partial(lose_answers, share=0.1, rest=60 * pace),
        "cut": partial(cut_connections, rest=10 * pace),
        "forgotten": partial(forget_connections, rest=10 * pace),
        "restarted": partial(restart_emulator, rest=60 * pace),
        "killed": partial(kill_sign, rest=20 * pace),
        "drained": partial(drain_sign, rest=20 * pace),
        "clocks": partial(move_clock, rest=10 * pace),
        "disk-full": partial(fill_disk, seconds=10 * pace, rest=20 * pace),
        "slow-network": partial(roughen_cable, worse=SLOW, rest=60 * pace),
        "resets": partial(roughen_cable, worse={"resets": 0.01}, rest=30 * pace),
        "silence": partial(roughen_cable, worse={"silent": 0.5}, rest=30 * pace),
        "frozen": partial(freeze_sign, seconds=5 * pace, rest=15 * pace),
    }
