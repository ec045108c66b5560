"""
What is played, by name; each must be exact in the end.

A scenario goes on for as long as one likes; what happens in it keeps a pace of its own, which a
test makes faster.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from dev.soak.faults import faults
from dev.soak.hostile import CLIENTS, attacking
from dev.soak.journal import Journal
from dev.soak.play import Options, Play
from dev.soak.readers import affordable
from dev.soak.rules import Rules
from dev.soak.stage import set_stage, standing_still

BURST_SECONDS = 10
IDLE_SECONDS = 60
WIRED = ("delayed", "lost-1", "lost-10", "restarted")  # faults of calls
CABLED = ("cut", "forgotten", "slow-network", "resets", "silence")  # faults of octets
P99 = 0.99

Playing = Callable[[str, Options, Journal], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Scenario:
    """
    Something that may happen.

    Args:
        says: What happens, as a table says it.
        share: Of the whole time, to that of the others.
        once: Whether it ends by itself.
        reads: Of the count, a second.
    """

    says: str
    play: Playing
    share: float = 1.0
    once: bool = False
    reads: float = 1000


@asynccontextmanager
async def playing(
    name: str,
    options: Options,
    journal: Journal,
    *,
    signs: int = 1,
    wired: bool = False,
    cabled: bool = False,
    waits: bool = False,
) -> AsyncIterator[Play]:
    """Set the stage; arguments as for `set_stage` and `Play`."""
    async with set_stage(
        options.folder / name,
        signs=signs,
        wired=wired,
        cabled=cabled,
        clocked=name == "clocks",
        on_disk=name == "disk-full",
        warm=options.pace,
    ) as stage:
        yield Play(name, stage, journal, options, waits=waits)


async def play_record(name: str, options: Options, journal: Journal) -> None:
    """Let a hundred people a second sign, and ten thousand read, or what the machine gives."""
    async with playing(name, options, journal, wired=True) as play:
        count = play.stage.functions["count-0"].url
        reads = await affordable(options.reads, count, options.reading_processes)
        play.options = replace(options, reads=reads)
        await play.go_on()
        await play.end(reads_asked_for=options.reads, reads_offered=round(reads))


async def play_fault(name: str, options: Options, journal: Journal) -> None:
    """Let people sign at two processes, and let one fault happen again and again."""
    async with playing(
        name, options, journal, signs=2, wired=name in WIRED, cabled=name in CABLED
    ) as play:
        await play.go_on(faults(options.pace)[name])
        await play.end()


async def play_cold_burst(name: str, options: Options, journal: Journal) -> None:
    """Let a burst arrive while no process of `sign` runs yet."""
    async with playing(name, replace(options, reads=0), journal, waits=True) as play:
        await asyncio.to_thread(play.stage.functions["sign-0"].stop)
        play.stage.restart("sign-0")
        await burst(play)


async def play_idle_burst(name: str, options: Options, journal: Journal) -> None:
    """Let a burst arrive at a process that had no CPU for a minute."""
    async with playing(name, replace(options, reads=0), journal) as play:
        begun = time.monotonic()
        with standing_still(play.stage.functions["sign-0"].program):
            await asyncio.sleep(IDLE_SECONDS * options.pace)
        await burst(play, idle_seconds=round(time.monotonic() - begun, 1))


async def burst(play: Play, **more: float) -> None:
    """Let a burst arrive, and tell when the first and the last of it were answered."""
    begun, seconds = time.monotonic(), BURST_SECONDS * play.options.pace
    await play.go_on(seconds=seconds, signs=play.options.burst)
    crowd = play.crowd
    await play.end(
        **more,
        burst_seconds=seconds,
        first_seconds=round(crowd.first - begun, 2),
        last_seconds=round(crowd.last - begun, 2),
    )


async def play_stampede(name: str, options: Options, journal: Journal) -> None:
    """Let a thousand send one claim, or claim one address, at once, beside others."""
    async with playing(name, options, journal, signs=2) as play:
        calm = await play.go_on(seconds=options.seconds / 2)
        rush = play.crowd.repeat if name == "one-claim" else play.crowd.share_an_address
        rushing = asyncio.create_task(rush(options.stampede))
        meanwhile = await play.go_on(seconds=options.seconds / 2)
        await rushing
        await play.end(
            calm_p99=round(calm.quantile(P99), 4), meanwhile_p99=round(meanwhile.quantile(P99), 4)
        )


async def play_hostile(name: str, options: Options, journal: Journal) -> None:
    """Let people sign, first alone and then beside clients that mean harm."""
    client, connections = CLIENTS[name]
    async with playing(name, options, journal) as play:
        calm = await play.go_on(seconds=options.seconds / 2)
        before = play.stage.vitals().memory_kib["sign-0"]
        number = max(5, round(connections * options.pace))
        async with attacking(play.stage.signs[0], client, number):
            meanwhile = await play.go_on(seconds=options.seconds / 2)
            after = play.stage.vitals()
        await play.end(
            attackers=number,
            calm_p99=round(calm.quantile(P99), 4),
            meanwhile_p99=round(meanwhile.quantile(P99), 4),
            calm_kib=before,
            meanwhile_kib=after.memory_kib["sign-0"],
            files=after.files["sign-0"],
        )


async def play_contention(name: str, options: Options, journal: Journal) -> None:
    """Let a wire refuse what Firestore would: each document once a second, and the ramp."""
    async with playing(name, options, journal, signs=2, wired=True) as play:
        assert play.stage.wire  # noqa: S101 – as asked for
        play.stage.wire.rules = Rules(ramp=True)
        await play.go_on()
        await play.end()


SCENARIOS = {
    "record": Scenario(
        "a hundred people a second sign, others read", play_record, 10, reads=10_000
    ),
    "cold": Scenario("a burst, while no process runs yet", play_cold_burst, once=True),
    "idle": Scenario("a burst, after a minute without CPU", play_idle_burst, once=True),
    "one-claim": Scenario("a thousand clients send one claim", play_stampede),
    "one-address": Scenario("a thousand claims of one address", play_stampede),
    "stopped-5": Scenario("the database stands still for 5 s", play_fault, 2),
    "stopped-60": Scenario("the database stands still for a minute", play_fault, 4),
    "delayed": Scenario("its answers come 0.2 s late", play_fault),
    "lost-1": Scenario("1 % of its answers get lost", play_fault),
    "lost-10": Scenario("10 % of its answers get lost", play_fault),
    "cut": Scenario("connections to it are cut", play_fault, 2),
    "forgotten": Scenario("connections to it die without a word", play_fault, 2),
    "restarted": Scenario("it is killed, and started from its export", play_fault, 2),
    "killed": Scenario("one of two processes of `sign` is killed", play_fault, 2),
    "drained": Scenario("one of them is drained", play_fault, 2),
    "frozen": Scenario("one of them is frozen for 5 s", play_fault, 2),
    "clocks": Scenario("the clock of one of them, and of `count`, jumps", play_fault, 2),
    "disk-full": Scenario("the database's disk is full for 10 s", play_fault),
    "slow-network": Scenario("50 to 100 ms to it, and 2 Mbit/s", play_fault),
    "resets": Scenario("connections to it break at random", play_fault),
    "silence": Scenario("half of the connections to it lead nowhere", play_fault),
    "slow-heads": Scenario("heads that never end, octet by octet", play_hostile),
    "slow-bodies": Scenario("bodies, octet by octet", play_hostile),
    "half-closed": Scenario("half a body, and the way there closed", play_hostile),
    "header-flood": Scenario("headers without end", play_hostile),
    "never-reading": Scenario("clients that take no answer", play_hostile),
    "idle-connections": Scenario("5,000 connections that say nothing", play_hostile),
    "contention": Scenario("what Firestore refuses, and the emulator does not", play_contention, 2),
}
