"""An equal load for every function: 64 connections that each ask as soon as they are answered."""

import asyncio
import json
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from dev.bench.requester import send

CONNECTIONS = 64
SCRIPT = Path(__file__).with_name("signers.lua")

# A box of the right version and size (seal.BOX_BYTES in base64url); nobody opens it here.
BOX = "AQ" + secrets.token_urlsafe(3000)[:2838]


@dataclass(frozen=True)
class Load:
    """
    What is sent.

    Args:
        path: For example /savemyfriend.
        seconds: When it ends.
        signers: When it ends too: the most unique signers; 0 for readers that GET.
        repeats: The share of requests that sign once more for an earlier signer.
    """

    path: str
    seconds: float
    signers: int = 0
    repeats: float = 0.0


@dataclass(frozen=True)
class Answers:
    """
    What came back.

    Args:
        answers: Those with a status below 400.
        failed: All others, and broken connections.
        p50: Seconds from request to answer, the median; p99 alike.
        signers: How many different ones were made, those without an answer at the end included.
    """

    answers: int
    failed: int
    seconds: float
    p50: float
    p99: float
    signers: int

    @property
    def rate(self) -> float:
        """Return answers per second."""
        return self.answers / self.seconds


def generator() -> str:
    """Name the load generator that this machine has."""
    return "wrk" if shutil.which("wrk") else "the built-in generator (asyncio)"


def put_load(url: str, load: Load) -> Answers:
    """Send a load to a function and wait for its end."""
    prefix = secrets.token_hex(5)
    if not shutil.which("wrk"):
        return Answers(**asyncio.run(send(url, load, CONNECTIONS, prefix, BOX)))
    arguments = [prefix, str(load.repeats), str(load.signers), BOX] if load.signers else []
    command: list[str | Path] = ["wrk", "--threads", "1", "--connections", str(CONNECTIONS)]
    command += ["--duration", f"{load.seconds:.0f}s", "--script", SCRIPT, url + load.path, "--"]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=True)
    return Answers(**json.loads(done.stdout.splitlines()[-1]))
