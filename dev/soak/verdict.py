"""Whether others were served beside clients that mean harm, and whether memory stayed bounded."""

from collections.abc import Iterable, Sequence

from petition.server import MAX_HEAD_BYTES
from petition.web import MAX_BODY_BYTES

from dev.bench.scaling import table
from dev.soak.journal import Journal, Line

SLOWER = 2.0  # at most, the p99 of others: what was promised
SLACK_KIB = 32 * 1024  # ours: what serving others makes a process grow by, measured without attack
# Of each connection: its buffers and objects in Python (ours: measured, with some to spare) …
CONNECTION_KIB = 24
# … what the server takes of a message before it refuses it, and what it keeps of answers that
# nobody reads (asyncio: 64 KiB, then it waits).
MESSAGE_KIB = (MAX_HEAD_BYTES + MAX_BODY_BYTES) // 1024
UNREAD_KIB = 64
HELD_KIB = {
    "slow-heads": MESSAGE_KIB,
    "slow-bodies": MESSAGE_KIB,
    "half-closed": MESSAGE_KIB,
    "header-flood": MESSAGE_KIB,
    "never-reading": MESSAGE_KIB + UNREAD_KIB,
    "idle-connections": 0,
}
HEAD = (
    *("scenario", "connections", "p99 s alone", "beside", "others are served"),
    *("MiB more", "at most", "memory is bounded"),
)


def are_served(end: Line) -> bool:
    """Tell whether others waited at most twice as long, by the p99."""
    more = end["more"]
    return bool(more["meanwhile_p99"] <= SLOWER * more["calm_p99"])


def bound_kib(name: str, end: Line) -> int:
    """Return by how much a process may grow beside such an attack."""
    return int(SLACK_KIB + end["more"]["attackers"] * (CONNECTION_KIB + HELD_KIB[name]))


def grown_kib(end: Line) -> int:
    """Return by how much it grew."""
    return int(end["more"]["meanwhile_kib"] - end["more"]["calm_kib"])


def verdicts(journal: Journal, names: Iterable[str]) -> str:
    """Return the table of what held beside an attack, of the last runs."""
    rows = [row(name, journal.lines("end", name)[-1]) for name in names if name in HELD_KIB]
    return table(HEAD, rows) if rows else ""


def row(name: str, end: Line) -> Sequence[str]:
    """Put both numbers beside each verdict."""
    more, bound, grown = end["more"], bound_kib(name, end), grown_kib(end)
    return (
        name,
        f"{more['attackers']:,}",
        f"{more['calm_p99']:.2f}",
        f"{more['meanwhile_p99']:.2f}",
        "held" if are_served(end) else "NOT HELD",
        f"{grown / 1024:.0f}",
        f"{bound / 1024:.0f}",
        "held" if grown <= bound else "NOT HELD",
    )
