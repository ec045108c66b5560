"""
The organizers' command line: `python -m organizer`.

What an organizer does has a module each: `keys`, `count`, `watch`, `recount`, `status`, `export`,
`report`, `withdrawal`, `invalidation`, `burn`, `doctor`. They share

- `connection`, which knows whether it is production or the local run, and says so;
- `database`, the only module that talks to Firestore;
- `shares`, `private_key` and `sealed`: words of trustees, the key that they make, what it opens;
- `terminal` and `plots`: what a person sees.

Nothing here is deployed. Exit codes: 0 it is done, or all is well; 1 something is wrong; 2 the
command was not understood; 3 it was not confirmed, and nothing was changed; 4 the database or
another service does not answer, or refuses; 130 it was interrupted.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FUNCTIONS = ROOT / "functions"

# What the functions mean by an address, a receipt, a box or a tally is said once, in their folder.
if str(FUNCTIONS) not in sys.path:
    sys.path.insert(0, str(FUNCTIONS))

WRONG = 1
MISUNDERSTOOD = 2
NOT_CONFIRMED = 3
UNREACHABLE = 4


class CannotDo(Exception):
    """
    Something keeps a command from its work; the message says in sentences what to do.

    Args:
        exit_code: WRONG, NOT_CONFIRMED or UNREACHABLE.
    """

    def __init__(self, message: str, exit_code: int = WRONG) -> None:
        super().__init__(message)
        self.exit_code = exit_code
