"""
The organizers' command line: `organizer COMMAND`.

- `commands/`: a module for each command; none imports another, and no room imports one.
- `trustees/`: the private key, the key shares that it is split into, and their printed sheets.
- `signatures/`: what the database holds: read, opened, filtered, audited, exported, taken back.
- `statistics/`: numbers to look at while people sign, and signs that want a look.
- `reporting/`: the report that is handed over.
- `checkup/`: what `doctor` looks at: the database, the page, the cloud.
- `news/`: the mail to those who asked for it.
- `campaigns/`: a petition's texts and settings: asked for, checked, read.
- `pages/`: what the page shows of a petition, written from its JSON.

Beside the rooms, for all of them:

- `command_line` puts the commands together; `__main__` starts it;
- `connection` knows which database is meant, production or the local run; `session` opens it;
- `pepper` finds it, and `vault` is Secret Manager, where it is kept, reached by `google_api`;
- `profiles` are petitions that have a name on this machine;
- `browser` finds a Chromium; `terminal` and `plots` are what a person sees.

Nothing here is deployed. Exit codes: 0 it is done, or all is well; 1 something is wrong; 2 the
command was not understood; 3 it was not confirmed, and nothing was changed; 4 the database or
another service does not answer, or refuses; 130 it was interrupted.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

WRONG = 1
MISUNDERSTOOD = 2
NOT_CONFIRMED = 3
UNREACHABLE = 4
INTERRUPTED = 130  # 128 and SIGINT, as shells have it

# How `--json` names what ended a command otherwise than well.
FAILURES = {
    WRONG: "wrong",
    MISUNDERSTOOD: "misunderstood",
    NOT_CONFIRMED: "not-confirmed",
    UNREACHABLE: "unreachable",
    INTERRUPTED: "interrupted",
}


class CannotDo(Exception):
    """
    Something keeps a command from its work; the message says in sentences what to do.

    Args:
        exit_code: WRONG, MISUNDERSTOOD, NOT_CONFIRMED or UNREACHABLE.
    """

    def __init__(self, message: str, exit_code: int = WRONG) -> None:
        super().__init__(message)
        self.exit_code = exit_code
