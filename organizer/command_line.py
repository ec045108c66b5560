"""The command line: its commands, and the options before them."""

from collections.abc import Callable, Sequence
from importlib import metadata
from typing import Annotated

import typer

from organizer import FAILURES, INTERRUPTED, MISUNDERSTOOD, UNREACHABLE, WRONG, CannotDo
from organizer.commands.burn import burn
from organizer.commands.count import count
from organizer.commands.deliver import deliver
from organizer.commands.doctor import doctor
from organizer.commands.export import export
from organizer.commands.forget import forget
from organizer.commands.invalidate import invalidate
from organizer.commands.keys import keys
from organizer.commands.news import news
from organizer.commands.petition import petition
from organizer.commands.recount import recount
from organizer.commands.report import report
from organizer.commands.stats import stats
from organizer.commands.status import close_petition, open_petition, set_outcome
from organizer.commands.use import use
from organizer.commands.watch import watch
from organizer.commands.withdraw import withdraw
from organizer.profiles import read_profiles
from organizer.signatures.faults import Conflict
from organizer.terminal import emit, say, show

EPILOG = (
    "Exit codes: 0 done, or all is well; 1 something is wrong; 2 the command was not understood; "
    "3 not confirmed, nothing changed; 4 a service does not answer or refuses; 130 interrupted."
)

app = typer.Typer(
    name="organizer",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    # A traceback with its values could show a name; Python's own shows lines of code only.
    pretty_exceptions_enable=False,
    epilog=EPILOG,
)


def show_version(wanted: bool) -> None:
    """Print the version, which is the date of the newest change, and end."""
    if wanted:
        show(f"organizer {metadata.version('savemyfriend')}")
        raise typer.Exit


@app.callback()
def settings(
    context: typer.Context,
    project: Annotated[
        str | None,
        typer.Option(
            envvar="GOOGLE_CLOUD_PROJECT",
            help="The Google Cloud project. Left out, GOOGLE_CLOUD_PROJECT is used, and without "
            "that the local run of `make run`.",
        ),
    ] = None,
    database: Annotated[
        str, typer.Option(envvar="FIRESTORE_DATABASE", help="The Firestore database.")
    ] = "(default)",
    petition: Annotated[
        str, typer.Option(envvar="PETITION", help="The petition's id.")
    ] = "savemyfriend",
    version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Say which this is."),
    ] = False,
) -> None:
    """
    Run a petition: keys, count, status, delivery and the duties to those who signed.

    Every command says first which database it talks to.
    FIRESTORE_EMULATOR_HOST=HOST:PORT makes that an emulator.
    """
    context.obj = {"project": project, "database": database, "petition": petition}


app.add_typer(petition, name="petition")
app.add_typer(keys, name="keys")
app.command("count")(count)
app.command("watch")(watch)
app.command("stats")(stats)
app.command("recount")(recount)
app.command("open")(open_petition)
app.command("close")(close_petition)
app.command("outcome")(set_outcome)
app.command("deliver")(deliver)
app.command("export")(export)
app.command("report")(report)
app.add_typer(news, name="news")
app.command("withdraw")(withdraw)
app.command("invalidate")(invalidate)
app.command("forget")(forget)
app.command("burn")(burn)
app.command("doctor")(doctor)
app.command("use")(use)


def run(arguments: Sequence[str]) -> int:
    """
    Run one command line, and return its exit code.

    With `--json`, a failure is a line of JSON too; see `FAILURES`.
    """
    tell = _tell_script if "--json" in arguments else _tell
    try:
        app(list(arguments), prog_name="organizer", default_map=read_profiles().options)
    except CannotDo as problem:
        return tell(str(problem), problem.exit_code)
    except Conflict:
        message = "Somebody else changed the same, or nobody knows: run it again."
        return tell(message, UNREACHABLE)
    except OSError as fault:
        if not fault.strerror:
            raise
        return tell(": ".join(filter(None, (fault.filename, fault.strerror))) + ".", WRONG)
    except SystemExit as end:
        if isinstance(end.code, str):  # What a function would not start with, in sentences.
            return tell(end.code, WRONG)
        return _end(end.code or 0, tell)
    return 0


def _end(code: int, tell: Callable[[str, int], int]) -> int:
    # What was not understood has been said already, for a person.
    if code == MISUNDERSTOOD and tell is _tell_script:
        return tell("The command was not understood; stderr says why.", code)
    return tell("Interrupted.", code) if code == INTERRUPTED else code


def _tell(message: str, code: int) -> int:
    say(message, style="red")
    return code


def _tell_script(message: str, code: int) -> int:
    emit({"error": FAILURES[code], "exit_code": code, "message": message})
    return _tell(message, code)
