"""`watch`: the count as it rises."""

import datetime as dt
import time
from collections import deque
from contextlib import nullcontext
from typing import Annotated

import typer
from petition.campaign import Campaign
from rich.live import Live
from rich.text import Text

from organizer.plots import LONGEST_BAR, bar, sparkline
from organizer.session import connect
from organizer.terminal import JsonOption, emit, screen, show

RATE_SECONDS = 300.0  # ours: a rate over five minutes is calm enough to plan with

EveryOption = Annotated[float, typer.Option(min=0.2, help="Seconds between two looks.")]
TimesOption = Annotated[int, typer.Option(min=0, help="Stop after so many looks; 0 never stops.")]


def watch(
    context: typer.Context,
    every: EveryOption = 5.0,
    times: TimesOption = 0,
    as_json: JsonOption = False,
) -> None:
    """
    Watch the count rise, with its rate, the way to the next milestone, and when it will be reached.

    Each look reads the lanes, about 256 documents: an hour costs about six cents.
    Ctrl-C ends it. Into a pipe, and with --json, each look is a line.
    """
    connection, database = connect(context)
    pace = Pace(connection.read_campaign())
    drawn = screen().is_terminal and not as_json
    live = Live(console=screen(), auto_refresh=False) if drawn else None
    looks = 0
    with live or nullcontext():
        while True:
            pace.add(time.monotonic(), database.tally().signatures)
            now = dt.datetime.now(dt.UTC)
            if live:
                live.update(pace.picture(now, screen().width), refresh=True)
            elif as_json:
                emit(pace.describe(now))
            else:
                show(pace.line(now))
            looks += 1
            if looks == times:
                return
            time.sleep(every)


class Pace:
    """What a series of counts says about the next milestone."""

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign
        self._looks: deque[tuple[float, int]] = deque()
        self._steps: deque[int] = deque(maxlen=60)

    def add(self, second: float, signatures: int) -> None:
        """Note a count, at a second of a clock that never goes back."""
        if self._looks:
            self._steps.append(signatures - self._looks[-1][1])
        self._looks.append((second, signatures))
        while second - self._looks[0][0] > RATE_SECONDS and len(self._looks) > 2:
            self._looks.popleft()

    @property
    def signatures(self) -> int:
        """Return the last count."""
        return self._looks[-1][1]

    @property
    def per_minute(self) -> float:
        """Return the rate over the last RATE_SECONDS, or since the beginning."""
        (first, before), (last, after) = self._looks[0], self._looks[-1]
        return 60 * (after - before) / (last - first) if last > first else 0.0

    def reached(self, now: dt.datetime) -> dt.datetime | None:
        """Tell when the next milestone will be reached if it goes on like this, if ever."""
        missing = self._campaign.goal(self.signatures) - self.signatures
        if missing <= 0 or self.per_minute <= 0:
            return None
        minutes = missing / self.per_minute
        # Beyond a year it is no estimate.
        return now + dt.timedelta(minutes=minutes) if minutes < 366 * 24 * 60 else None

    def describe(self, now: dt.datetime) -> dict[str, object]:
        """Return a look as `--json` prints it."""
        reached = self.reached(now)
        return {
            "signatures": self.signatures,
            "per_minute": round(self.per_minute, 1),
            "goal": self._campaign.goal(self.signatures),
            "goal_reached_at": reached.strftime("%Y-%m-%dT%H:%MZ") if reached else None,
            "as_of": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def line(self, now: dt.datetime) -> str:
        """Write a look in one line, for a pipe."""
        return (
            f"{now:%Y-%m-%d %H:%M:%S} UTC  {self.signatures:,}  {self.per_minute:+,.1f} a minute  "
            f"{self._goal(now)}"
        )

    def picture(self, now: dt.datetime, width: int) -> Text:
        """Draw a look for a person, in `width` letters."""
        goal = self._campaign.goal(self.signatures)
        number, rate = f"{self.signatures:,}", f"  {self.per_minute:+,.1f} a minute  "
        steps = sparkline(self._steps, max(1, width - len(number) - len(rate)))
        way = bar(min(self.signatures, goal), goal, min(LONGEST_BAR, width))
        way = way.ljust(min(LONGEST_BAR, width), "·")
        return Text.assemble((number, "bold"), f"{rate}{steps}\n{way}\n{self._goal(now)}\n")

    def _goal(self, now: dt.datetime) -> str:
        reached = self.reached(now)
        when = f"about {reached:%d %B %H:%M} UTC" if reached else "not in sight"
        return f"{self._campaign.goal(self.signatures):,}: {when}"
