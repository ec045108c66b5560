"""The command line: its commands, and the options before them."""

from collections.abc import Sequence
from importlib import metadata
from typing import Annotated

import typer

from organizer import UNREACHABLE, WRONG, CannotDo
from organizer.commands.burn import burn
from organizer.commands.count import count
from organizer.commands.deliver import deliver
from organizer.commands.doctor import doctor
from organizer.commands.export import export
from organizer.commands.invalidate import invalidate
from organizer.commands.keys import keys
from organizer.commands.news import news
from organizer.commands.petition import petition
from organizer.commands.recount import recount
from organizer.commands.report import report
from organizer.commands.stats import stats
from organizer.commands.status import close_petition, open_petition, set_outcome
from organizer.commands.watch import watch
from organizer.commands.withdraw import withdraw
from organizer.signatures.faults import Conflict
from organizer.terminal import say, show

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
            help="The Google Cloud project. Left out, GOOGLE_CLOUD_PROJECT is used, and without "
            "that the local run of `make run`."
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
app.command("burn")(burn)
app.command("doctor")(doctor)


def run(arguments: Sequence[str]) -> int:
    """Run one command line, and return its exit code."""
    try:
        app(list(arguments), prog_name="organizer")
    except CannotDo as problem:
        say(str(problem), style="red")
        return problem.exit_code
    except Conflict:
        say("Somebody else changed the same, or nobody knows: run it again.", style="red")
        return UNREACHABLE
    except SystemExit as end:
        if isinstance(end.code, str):  # What a function would not start with, in sentences.
            say(end.code, style="red")
        return end.code if isinstance(end.code, int) else WRONG
    return 0
