"""What a person sees and is asked; results go to stdout, everything else to stderr."""

import getpass
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from organizer import NOT_CONFIRMED, CannotDo

JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON, for a script.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask again.")]
ReallyOption = Annotated[
    bool, typer.Option("--really", help="Do it; left out, only what would happen is told.")
]
ConfirmOption = Annotated[
    str | None, typer.Option("--confirm", help="The petition's id, instead of typing it.")
]

# What is shown may come from strangers, so nothing of it is read as markup.
_out = Console(markup=False, highlight=False, emoji=False)
_err = Console(stderr=True, markup=False, highlight=False, emoji=False)


def say(sentence: str, *, style: str | None = None) -> None:
    """Tell the person something that is not the result."""
    _err.print(sentence, style=style, soft_wrap=True)


def show(result: RenderableType) -> None:
    """Print a result for a person."""
    _out.print(result, soft_wrap=isinstance(result, str))


def emit(result: object) -> None:
    """Print a result for a script: one line of JSON."""
    sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def screen() -> Console:
    """Return the console of stdout, for what redraws itself."""
    return _out


def ask(question: str) -> str:
    """
    Ask for a line; nothing typed here is left in the shell's history.

    Raises:
        CannotDo: The input has ended.
    """
    _err.print(question, end=" ", soft_wrap=True)
    try:
        return input().strip()
    except EOFError:
        raise CannotDo("Nothing was entered, and nothing was changed.", NOT_CONFIRMED) from None


def ask_secret(question: str) -> str:
    """
    Ask for a line that is not shown while it is typed.

    Raises:
        CannotDo: The input has ended.
    """
    try:
        return getpass.getpass(f"{question} ", stream=sys.stderr)
    except EOFError:
        raise CannotDo("Nothing was entered, and nothing was changed.", NOT_CONFIRMED) from None


def clear() -> None:
    """Wipe the screen, and what was scrolled off it; nothing is wiped where nobody looks."""
    if _err.is_terminal:
        # Home, the screen, and the lines behind it (xterm's 3J, which rich leaves out).
        _err.file.write("\x1b[H\x1b[2J\x1b[3J")
        _err.file.flush()


@contextmanager
def tidy_ending() -> Iterator[None]:
    """End as by Ctrl-C, with everything that this entails, also when the terminal is closed."""

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    ways = (signal.SIGHUP, signal.SIGTERM)
    before = [signal.signal(way, end) for way in ways]
    try:
        yield
    finally:
        for way, handler in zip(ways, before, strict=True):
            signal.signal(way, handler)


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """
    Wait for people so long at most, whatever they are asked.

    Raises:
        CannotDo: They were not back in time.
    """

    def give_up(*_: object) -> None:
        raise CannotDo(
            f"Nobody went on for {seconds / 60:.0f} minutes: what was opened is given up, and "
            "nothing was written. The trustees have to meet again.",
            NOT_CONFIRMED,
        )

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def confirm(deed: str, word: str, *, given: bool = False) -> None:
    """
    Go on only if the person types a word that shows they have read what will happen.

    Args:
        deed: What will happen, as in "delete 12 signatures".
        given: Whether a script has confirmed it already, by an option.

    Raises:
        CannotDo: They typed anything else.
    """
    if given:
        return
    if ask(f"To {deed}, type {word}:") != word:
        raise CannotDo("Not confirmed; nothing was changed.", NOT_CONFIRMED)


@dataclass
class Advance:
    """A progress bar's handle."""

    progress: Progress
    task: TaskID

    def by(self, number: int) -> None:
        """Move the bar on."""
        self.progress.advance(self.task, number)


@contextmanager
def progress(deed: str, total: int | None) -> Iterator[Advance]:
    """Show how far something has come; nothing is drawn where nobody looks."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=_err,
        transient=True,
        disable=not _err.is_terminal,
    )
    with bar:
        yield Advance(bar, bar.add_task(deed, total=total))
