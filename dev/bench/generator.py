"""Connections that each ask as soon as they are answered, by wrk or by our own requester."""

import asyncio
import json
import secrets
import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from dev.bench.load import Answers, Load, together
from dev.bench.requester import send

PATH = "/savemyfriend"
SCRIPT = Path(__file__).with_name("signers.lua")

# A box of the right version and size (seal.BOX_BYTES in base64url); nobody opens it here.
BOX = "AQ" + secrets.token_urlsafe(3000)[:2838]


def generator() -> str:
    """Name the load generator that this machine has."""
    return "wrk" if shutil.which("wrk") else "the built-in generator (asyncio)"


def put_load(urls: Sequence[str], load: Load) -> Answers:
    """Send a load to all processes of a service, an equal share to each, and wait for its end."""
    share = replace(load, signers=-(-load.signers // len(urls)), rate=load.rate / len(urls))
    connections = load.connections // len(urls)
    with ThreadPoolExecutor(len(urls)) as threads:
        return together(list(threads.map(lambda url: put_share(url, share, connections), urls)))


def put_share(url: str, load: Load, connections: int) -> Answers:
    """Send a load to one process, by wrk unless the rate is given or there is none."""
    prefix = secrets.token_hex(5)
    if load.rate or not shutil.which("wrk"):
        return Answers(**asyncio.run(send(url + PATH, load, connections, prefix, BOX)))
    arguments = [prefix, str(load.repeats), load.repeat, str(load.signers), BOX]
    command: list[str | Path] = ["wrk", "--threads", "1", "--connections", str(connections)]
    command += ["--duration", f"{load.seconds:.0f}s", "--script", SCRIPT, url + PATH, "--"]
    command += arguments if load.signers else []
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Answers(**json.loads(done.stdout.splitlines()[-1]))
