"""The metrics read what the functions really log."""

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest
from petition import base64url, log
from petition.receipt import hash_receipt, read_receipt
from petition.seal import BOX_BYTES

from dev import ROOT
from dev.emulator import Emulator
from dev.functions import MACHINE, settings
from dev.keys import DevelopmentKeys
from tests.infra.conftest import Deployed

# Sends requests to a function through the framework's own router, and then writes the lines of a
# minute that is not over yet, as the server does when it is told to end.
ASK = """
import asyncio, json, sys
import httpx
from functions_framework.aio import create_asgi_app

async def ask(target, requests):
    app = create_asgi_app(target, f"functions/{target}.py")
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        for method, body in requests:
            await client.request(method, "/savemyfriend", json=body)

asyncio.run(ask(sys.argv[1], json.loads(sys.argv[2])))
from petition import log
log.flush()
"""

RECEIPT = "0" * 26
FORM = {
    "address_tag": base64url.encode(bytes(32)),
    "receipt_hash": hash_receipt(read_receipt(RECEIPT), "savemyfriend"),
    "sealed": base64url.encode(b"\x01" + bytes(BOX_BYTES - 1)),
    "country": "KR",
    "language": "ko",
}

# One claim and one that is none; one look at the count; one withdrawal that is due.
REQUESTS = {
    "sign": [("POST", FORM), ("POST", {})],
    "count": [("GET", None)],
    "withdraw": [("POST", {"receipt": RECEIPT, "keep_count": False})],
    "sweep": [("POST", None)],
}


@pytest.fixture
def lines(
    emulator: Emulator, project: str, keys: DevelopmentKeys, capfd: pytest.CaptureFixture[str]
) -> list[dict[str, Any]]:
    """Have every kind of line written, and read them as the platform does."""
    told = {name: os.environ[name] for name in MACHINE if name in os.environ}
    told |= settings(
        project=project,
        emulator=emulator.host,
        site="http://127.0.0.1:8000",
        share_link="http://127.0.0.1:8083",
        keys=keys,
    )
    written = ""
    for target, requests in REQUESTS.items():
        command = [sys.executable, "-c", ASK, target, json.dumps(requests)]
        done = subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        written += done.stdout
    log.internal_error("sign", ValueError(), "an-execution")
    written += capfd.readouterr().out
    return [json.loads(line) for line in written.splitlines() if line.startswith("{")]


def reads(metric: dict[str, Any], line: dict[str, Any]) -> bool:
    """Tell whether a metric counts a line and finds everything in it that it extracts."""
    wanted = re.findall(r'jsonPayload\.(\w+)="([^"]+)"', metric["filter"])
    extractors = [metric["value_extractor"] or "", *(metric["label_extractors"] or {}).values()]
    extracted = set(re.findall(r"EXTRACT\(jsonPayload\.(\w+)\)", " ".join(extractors)))
    return all(line.get(field) == value for field, value in wanted) and line.keys() >= extracted


def test_every_metric_finds_its_line_and_field(
    deployed: Deployed, lines: list[dict[str, Any]]
) -> None:
    resources = deployed.state["values"]["root_module"]["resources"]
    metrics = [x["values"] for x in resources if x["type"] == "google_logging_metric"]
    ours = [metric for metric in metrics if "jsonPayload" in metric["filter"]]

    assert len(ours) == 11
    assert [m["name"] for m in ours if not any(reads(m, line) for line in lines)] == []
