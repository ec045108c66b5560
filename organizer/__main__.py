"""Where `organizer` starts, and how Ctrl-C ends it."""

import os
import signal
import sys
from threading import Timer
from types import FrameType

from organizer import INTERRUPTED

GRACE_SECONDS = 5.0  # ours: a page is written by then, and every run can be killed without harm


def main() -> int:
    """Run the command line that the program was called with, and return its exit code."""
    signal.signal(signal.SIGINT, _interrupt)
    # google-auth looks three times for a machine in the cloud, each time for three seconds, before
    # it says that nobody has logged in.
    os.environ.setdefault("GCE_METADATA_TIMEOUT", "1")
    try:
        # The processes that open boxes load this file again, and must not load all the others
        # with it.
        from organizer.command_line import run

        return run(sys.argv[1:])
    except KeyboardInterrupt:
        return INTERRUPTED


def _interrupt(number: int, frame: FrameType | None) -> None:
    os.write(2, b"Interrupted.\n")  # print() may be at work already
    # gRPC, interrupted at a wrong moment, waits for itself for ever when its channel goes.
    end = Timer(GRACE_SECONDS, os._exit, [INTERRUPTED])
    end.daemon = True
    end.start()
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
