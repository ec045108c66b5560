"""The functions, each started as the deployed ones are: by functions-framework, on its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dev import HOST, ROOT
from dev.keys import DevelopmentKeys
from dev.process import Process

# What every function is told, and what only one of them is.
COMMON = ("GOOGLE_CLOUD_PROJECT", "FIRESTORE_EMULATOR_HOST", "ALLOWED_ORIGINS", "SITE_URL")
OWN: dict[str, tuple[str, ...]] = {
    "sign": ("PEPPER", "SEAL_PUBLIC_KEY", "ENVELOPE_PRIVATE_KEY", "OPEN_FORM", "ANSWER_GRID_MS"),
    "count": ("BLUR", "PUBLISH_SECONDS"),
    "share-link": ("SHARE_LINK_URL",),
    "withdraw": ("ANSWER_GRID_MS", "LEAVE_AFTER_SECONDS", "LEAVE_WITHIN_SECONDS"),
    "sweep": (),
}
FUNCTIONS = tuple(OWN)

# Where this machine's own run differs from a deployed one, so that whoever tries the product sees
# their own +1 come and go: the open form is taken, numbers are exact and seconds old, and nothing
# waits in order to hide when it was done.
LOCAL = {
    "OPEN_FORM": "true",
    "BLUR": "false",
    "PUBLISH_SECONDS": "5",
    "ANSWER_GRID_MS": "0",
    "LEAVE_AFTER_SECONDS": "0",
    "LEAVE_WITHIN_SECONDS": "0",
}

# Of this machine's own environment, what programs need in order to run at all.
MACHINE = ("PATH", "HOME", "LANG", "TMPDIR")

START_SECONDS = 60  # It takes one second; a busy machine may need many.


@dataclass(frozen=True)
class Running:
    """A function's process and the address where it answers, without a trailing slash."""

    name: str
    url: str
    program: Process

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """Return the framework's own process, to be signalled and waited for."""
        return self.program.popen

    def log(self) -> str:
        """Return everything that the function has written so far."""
        return self.program.log()

    def wait(self) -> None:
        """
        Return when the function answers.

        The address asked is one that the framework answers itself, so no function counts it.

        Raises:
            CannotRun: It ended, or took too long.
        """
        self.program.wait_until_it_answers(f"{self.url}/robots.txt", seconds=START_SECONDS)

    def stop(self) -> None:
        """End the function as the platform does, by SIGTERM."""
        self.program.stop()

    def kill(self) -> None:
        """End the framework and its worker at once, as a crash of the machine would."""
        self.program.kill()


def settings(
    *, project: str, emulator: str, site: str, share_link: str, keys: DevelopmentKeys
) -> dict[str, str]:
    """
    Return every variable that some function reads.

    Args:
        emulator: HOST:PORT.
        site: The page's address; under both names of this machine it may call the functions.
        share_link: The share-link function's address.
    """
    origins = {site, site.replace("localhost", HOST), site.replace(HOST, "localhost")}
    return {
        "GOOGLE_CLOUD_PROJECT": project,
        "FIRESTORE_EMULATOR_HOST": emulator,
        "ALLOWED_ORIGINS": ",".join(sorted(origins)),
        "SITE_URL": site,
        "SHARE_LINK_URL": share_link,
        "PEPPER": keys.pepper,
        "SEAL_PUBLIC_KEY": keys.seal_public_key,
        "ENVELOPE_PRIVATE_KEY": keys.envelope_private_key,
        **LOCAL,
    }


def launch(
    name: str,
    port: int,
    variables: Mapping[str, str],
    log_path: Path,
    *,
    extra: Mapping[str, str | None] | None = None,
) -> Running:
    """
    Start a function without waiting for it.

    Args:
        name: As deployed, for example share-link.
        variables: Made by `settings`; the function is told only what it needs.
        extra: More variables, or other values; None takes one away.
    """
    target = name.replace("-", "_")
    command: list[str | Path] = [
        # The script beside this Python; `python -m` would put the working folder on sys.path.
        Path(sys.executable).with_name("functions-framework"),
        *("--source", ROOT / "functions" / f"{target}.py", "--target", target),
        *("--host", HOST, "--port", str(port)),
    ]
    env = environment(name, variables, extra or {})
    return Running(name, f"http://{HOST}:{port}", Process(name, command, env, log_path))


def environment(
    name: str, variables: Mapping[str, str], extra: Mapping[str, str | None]
) -> dict[str, str]:
    """Return the whole environment of a function's process; arguments as for `launch`."""
    env: dict[str, str | None] = {key: os.environ[key] for key in MACHINE if key in os.environ}
    env |= {key: variables[key] for key in (*COMMON, *OWN[name])}
    # As on the platform: a line is in the log as soon as it is written.
    env |= {"PYTHONUNBUFFERED": "TRUE"}
    # The folder that is run and no other, also where this one is installed for development.
    env |= {"PYTHONPATH": str(ROOT / "functions"), **extra}
    return {key: value for key, value in env.items() if value is not None}
