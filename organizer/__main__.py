"""The command line: `python -m organizer COMMAND`."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from organizer import CannotDo
from organizer.burn import burn
from organizer.count import count
from organizer.doctor import doctor
from organizer.export import export
from organizer.invalidation import invalidate
from organizer.keys import keys
from organizer.recount import recount
from organizer.report import report
from organizer.status import close_petition, open_petition, set_outcome
from organizer.terminal import say
from organizer.watch import watch
from organizer.withdrawal import withdraw

EPILOG = (
    "Exit codes: 0 done, or all is well; 1 something is wrong; 2 the command was not understood; "
    "3 not confirmed, nothing changed; 4 a service does not answer or refuses; 130 interrupted."
)

app = typer.Typer(
    name="organizer",
    no_args_is_help=True,
    add_completion=False,
    # A traceback with its values could show a name; Python's own shows lines of code only.
    pretty_exceptions_enable=False,
    epilog=EPILOG,
)


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
) -> None:
    """
    Run a petition: keys, count, status, delivery and the duties to those who signed.

    Every command says first which database it talks to.
    FIRESTORE_EMULATOR_HOST=HOST:PORT makes that an emulator.
    """
    context.obj = {"project": project, "database": database, "petition": petition}


app.add_typer(keys, name="keys")
app.command("count")(count)
app.command("watch")(watch)
app.command("recount")(recount)
app.command("open")(open_petition)
app.command("close")(close_petition)
app.command("outcome")(set_outcome)
app.command("export")(export)
app.command("report")(report)
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
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except KeyboardInterrupt:
        say("Interrupted.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
