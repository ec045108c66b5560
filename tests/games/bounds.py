"""How much an attacker may win, how long a build plays, and the table of what was won."""

import os

from dev.advantage import Advantage

# GAMES=long plays an hour's games and not a minute's.
LONG = 10 if os.environ.get("GAMES") == "long" else 1

# What the threat model names: for total, countries and badge together, at rest and beside a crowd.
NUMBERS = 0.1
# By link, answer, bytes and time nothing may be won; the interval may reach as far as this.
BYTES = 0.1  # ours: of three hundred answers no more can be said
TIMES = 0.3 if LONG == 1 else 0.1  # ours: half a millisecond gave 0.26 before the grid
# Whoever sees exact numbers must win, or the game is lost on nobody.
KNOWLEDGE = 0.8


def tell(channel: str, regime: str, advantage: Advantage) -> None:
    """Add a row to the table, which pytest shows with -s or -rP."""
    print(f"{channel:34} {regime:26} {advantage}")  # noqa: T201


def assert_nothing_is_won(advantage: Advantage, resolution: float) -> None:
    """Hold a channel by which nothing may be learned to that, as far as so many trials can tell."""
    assert advantage.low <= 0 <= advantage.high
    assert max(-advantage.low, advantage.high) <= resolution, "Too few trials to tell."
