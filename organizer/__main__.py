"""Where `organizer` starts."""

import sys


def main() -> int:
    """Run the command line that the program was called with, and return its exit code."""
    # The processes that open boxes load this file again, and must not load all the others with it.
    from organizer.command_line import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
