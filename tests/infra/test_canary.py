"""The scheduler's form is one that sign really takes, and nobody else hears of the canary."""

import base64
import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from dev.emulator import Emulator
from dev.functions import Running
from tests.functions.database import Database
from tests.infra.conftest import Deployed


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    """Speak HTTP to this machine, whatever proxy the environment names."""
    with httpx.Client(trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture
def form(deployed: Deployed) -> dict[str, Any]:
    """Read what the scheduler posts once a minute."""
    job = deployed.resource('google_cloud_scheduler_job.this["canary"]')["http_target"][0]
    assert (job["http_method"], job["headers"]) == ("POST", {"Content-Type": "application/json"})
    body: dict[str, Any] = json.loads(base64.b64decode(job["body"]))
    return body


def test_canary_signs_every_minute_and_counts_once(
    form: dict[str, Any],
    start_function: Callable[..., Running],
    http: httpx.Client,
    emulator: Emulator,
    project: str,
) -> None:
    sign = start_function("sign", OPEN_FORM="false")

    statuses = [http.post(f"{sign.url}/canary", json=form).status_code for _ in range(3)]

    with contextlib.closing(Database(emulator.host, project)) as database:
        audit = database.audit("canary")
    assert statuses == [201, 201, 201]
    assert (audit.tally, len(audit.signers), audit.is_exact) == (1, 1, True)


def test_canary_is_heard_of_nowhere_else(
    start_function: Callable[..., Running], http: httpx.Client
) -> None:
    asked = {name: start_function(name).url for name in ("count", "share-link", "withdraw")}

    assert http.get(f"{asked['count']}/canary").status_code == 404
    assert http.get(f"{asked['share-link']}/canary/0123456789").status_code == 404
    assert http.post(f"{asked['withdraw']}/canary", json={}).status_code == 404
