"""The local run: `python -m dev`, which `make run` calls."""

import argparse
import contextlib
import os
import shlex
import signal
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from petition.campaign import load_campaigns
from rich.console import Console
from rich.table import Table

from dev import RUN_FOLDER, CannotRun
from dev.emulator import Emulator, start_emulator
from dev.keys import keep_keys
from dev.local import announced
from dev.ports import is_free
from dev.process import Process
from dev.site import PETITION
from dev.stack import Stack, running_stack

PROJECT = "demo-savemyfriend"  # "demo-" is the emulator's sign for a project that does not exist.
DEFAULT_PORTS = {
    "site": 8000,
    "sign": 8081,
    "count": 8082,
    "share-link": 8083,
    "withdraw": 8084,
    "emulator": 8085,
    "sweep": 8086,
}
FIRST_SIGNATURE = (
    '{"email": "friend@example.org", "name": "A friend", "country": "KR", "language": "ko"}'
)
# This machine alone, whatever proxy the environment names.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
LOOK_SECONDS = 0.5
SWEEP_SECONDS = 5  # An hour where it is deployed.


def main() -> int:
    """Run until Ctrl-C; return 1 when something is missing or ends by itself."""
    read_arguments()
    console = Console()
    listen_for_the_end()
    try:
        run(console, Path(os.environ.get("RUN_FOLDER") or RUN_FOLDER))
    except CannotRun as problem:
        Console(stderr=True).print(str(problem), style="red", markup=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped; what was signed is kept for the next run.")
    return 0


def listen_for_the_end() -> None:
    """Take a `kill` and a closed terminal for Ctrl-C."""
    # Ctrl-C too: a shell starts what is in the background of a script deaf to it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    # But `nohup` means what it says.
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.default_int_handler)


def read_arguments() -> None:
    """Take no arguments but --help, which names the variables."""
    lines = [f"  {variable(name):16} {port}" for name, port in DEFAULT_PORTS.items()]
    argparse.ArgumentParser(
        prog="python -m dev",
        description="Run the emulator, the functions and the page on this machine.\n"
        "Data, keys and logs are kept in .run/; remove it to start afresh.",
        epilog="ports, and the variables that change them:\n"
        + "\n".join(lines)
        + "\n\nRUN_FOLDER=FOLDER keeps data, keys and logs elsewhere.\n"
        "FIRESTORE_EMULATOR_HOST=HOST:PORT uses an emulator that is already running.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args()


def run(console: Console, folder: Path) -> None:
    """
    Start everything, say where it is, and wait.

    Raises:
        CannotRun: A port is taken, something is missing, or a part ended by itself.
        KeyboardInterrupt: Somebody asked for the end; everything is stopped.
    """
    ports = read_ports(os.environ)
    check_ports(ports)
    logs = folder / "logs"
    console.print("Starting …")
    with (
        kept_emulator(folder, ports.pop("emulator")) as emulator,
        running_stack(emulator, PROJECT, keep_keys(folder), logs, ports=ports) as stack,
        announced(folder, PROJECT, stack),
        undisturbed_stop(),
    ):
        console.print(addresses(stack))
        # Not wrapped: the line is to be copied.
        console.print(f"Sign:  {curl_line(stack)}", soft_wrap=True, markup=False, highlight=False)
        console.print("Ctrl-C stops everything.")
        watch(stack)


def variable(name: str) -> str:
    """Name the environment variable of a part's port: SHARE_LINK_PORT for share-link."""
    return f"{name.replace('-', '_').upper()}_PORT"


def read_ports(env: Mapping[str, str]) -> dict[str, int]:
    """
    Read every part's port.

    Raises:
        CannotRun: One is no port, or two are one.
    """
    ports: dict[str, int] = {}
    for name, default in DEFAULT_PORTS.items():
        text = env.get(variable(name)) or str(default)
        if not text.isdecimal() or not 0 < int(text) < 1 << 16:
            raise CannotRun(f"{variable(name)} must be a port from 1 to 65535, not {text!r}.")
        if int(text) in ports.values():
            raise CannotRun(f"{variable(name)} is {text}, but another part has that port.")
        ports[name] = int(text)
    return ports


def check_ports(ports: Mapping[str, int]) -> None:
    """
    Look for ports that are taken before anything is started.

    Raises:
        CannotRun: With the names of all that are.
    """
    if os.environ.get("FIRESTORE_EMULATOR_HOST"):
        ports = {name: port for name, port in ports.items() if name != "emulator"}
    taken = [f"{port} ({variable(name)})" for name, port in ports.items() if not is_free(port)]
    if taken:
        raise CannotRun(
            f"Taken by another program: port {', '.join(taken)}. Stop it, or choose another "
            f"port, as in make run {variable('site')}=9000."
        )


@contextlib.contextmanager
def kept_emulator(folder: Path, port: int) -> Iterator[Emulator]:
    """Run the emulator with the data of the last run, and save it at the end."""
    saved = folder / "firestore"
    emulator = start_emulator(folder / "logs" / "emulator.log", port=port, seed=saved)
    try:
        yield emulator
    finally:
        try:
            if emulator.process and emulator.process.is_running():
                emulator.save(PROJECT, saved)
        finally:
            emulator.stop()


@contextlib.contextmanager
def undisturbed_stop() -> Iterator[None]:
    """Let a second Ctrl-C not interrupt what the first began: the data is being saved."""
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)


def addresses(stack: Stack) -> Table:
    """Make the table of what runs where."""
    table = Table("Part", "Address")
    table.add_row("page", f"{stack.site}/")
    for name, function in stack.functions.items():
        table.add_row(name, f"{function.url}/{PETITION}")
    table.add_row("Firestore emulator", stack.emulator.host)
    return table


def curl_line(stack: Stack) -> str:
    """Make the command that signs the petition."""
    url = f"{stack.sign}/{PETITION}"
    header = "content-type: application/json"
    return shlex.join(["curl", url, "-H", header, "-d", FIRST_SIGNATURE])


def watch(stack: Stack) -> None:
    """
    Call the sweep now and then, as the scheduler does, until a part ends by itself.

    Raises:
        CannotRun: Always in the end, with the part's name and the end of its log.
    """
    parts = [function.program for function in stack.functions.values()]
    if stack.emulator.process:
        parts.append(stack.emulator.process)
    due = 0.0
    while all(part.is_running() for part in parts):
        if time.monotonic() >= due:
            due = time.monotonic() + SWEEP_SECONDS
            sweep(stack)
        time.sleep(LOOK_SECONDS)
    ended = next(part for part in parts if not part.is_running())
    raise CannotRun(f"{obituary(ended)}\nEverything else is stopped.")


def sweep(stack: Stack) -> None:
    """Have those counted off who have withdrawn, from every petition."""
    for petition in load_campaigns():
        request = urllib.request.Request(f"{stack.sweep}/{petition}", method="POST")
        # One that fails is repeated soon; if the function has ended, `watch` says so.
        with contextlib.suppress(OSError), OPENER.open(request, timeout=SWEEP_SECONDS):
            pass


def obituary(part: Process) -> str:
    """Say how a part ended, and what it said last."""
    code = part.popen.returncode
    how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    return f"{part.name} ended by itself ({how}). {part.last_words()}"


if __name__ == "__main__":
    sys.exit(main())
