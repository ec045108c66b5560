"""A program that runs beside us, is stopped by us, and never outlives us."""

import contextlib
import http.client
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from dev import ROOT, CannotRun

# The leash waits for the end of its input, which comes when the process that holds the other end
# is gone, however it went, and then ends the group. PR_SET_PDEATHSIG would do this in the kernel,
# but only on Linux, and it fires already when the thread that started the program ends.
LEASH = 'read -r _; kill -s TERM -- "-$0"; sleep 2; kill -s KILL -- "-$0"'

QUOTED_LINES = 20

# What runs here is never behind a proxy, whatever the environment says.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Process:
    """
    One running program, in a process group of its own.

    Ctrl-C in the terminal does not reach it: whoever started it stops it, in the right order.
    """

    def __init__(
        self, name: str, command: Sequence[str | Path], env: Mapping[str, str], log_path: Path
    ) -> None:
        self.name = name
        self.log_path = log_path
        log_path.parent.mkdir(parents=True, exist_ok=True)
        with log_path.open("wb") as log_file:
            self.popen = subprocess.Popen(
                command,
                env=dict(env),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log_file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._leash = subprocess.Popen(
            ["/bin/sh", "-c", LEASH, str(self.popen.pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def log(self) -> str:
        """Return everything that the program has written so far."""
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def last_words(self) -> str:
        """Quote the end of the log, and say where the rest is."""
        lines = self.log().splitlines()[-QUOTED_LINES:]
        return "\n".join((f"The end of its log, {self.log_path}:", *lines))

    def is_running(self) -> bool:
        """Tell whether the program is still there."""
        return self.popen.poll() is None

    def wait_until_it_answers(self, url: str, *, seconds: float) -> None:
        """
        Return as soon as an HTTP request gets any answer.

        Raises:
            CannotRun: The program ended, or took too long; with the end of its log.
        """
        deadline = time.monotonic() + seconds
        while not answers(url):
            if not self.is_running():
                raise CannotRun(f"{self.name} ended while starting. {self.last_words()}")
            if time.monotonic() > deadline:
                raise CannotRun(
                    f"{self.name} did not answer within {seconds:.0f} s. {self.last_words()}"
                )
            time.sleep(0.02)

    def stop(self, *, seconds: float = 12) -> None:
        """
        Ask the program to end, and end it by force if it has not within some seconds.

        It may be called again, and after the program ended by itself.
        """
        if self.is_running():
            self.popen.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.popen.wait(seconds)
        self.kill()

    def kill(self) -> None:
        """End the program at once, as a crash would, and with it all that it started."""
        # macOS calls it a lack of permission when only the dead are left in a group.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()
        self._unleash()

    def _unleash(self) -> None:
        # First the leash, then its input: otherwise it would shoot at a number that may be
        # somebody else's by now.
        self._leash.kill()
        self._leash.wait()
        if self._leash.stdin:
            self._leash.stdin.close()


def answers(url: str) -> bool:
    """Tell whether somebody answers HTTP at an address, whatever the answer."""
    try:
        DIRECT.open(url, timeout=5).close()
    except urllib.error.HTTPError as answer:
        answer.close()
    except (OSError, http.client.HTTPException):
        return False
    return True
