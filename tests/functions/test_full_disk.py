"""A function whose log cannot be written goes on serving."""

import resource
from collections.abc import Callable

import httpx

from dev.bench.cpu import members
from dev.functions import Running
from tests.functions.database import Database
from tests.functions.signers import PETITION, open_form

Start = Callable[..., Running]


def fill_disk(function: Running) -> None:
    """Let none of a function's processes add to any file from now on; it gets an OSError."""
    for process in members(function.program):
        resource.prlimit(process, resource.RLIMIT_FSIZE, (0, 0))


def test_a_full_disk_under_the_log_takes_nothing_with_it(
    http: httpx.Client, start_function: Start, database: Database
) -> None:
    running = {name: start_function(name) for name in ("sign", "withdraw", "sweep", "count")}
    url = {name: f"{function.url}/{PETITION}" for name, function in running.items()}
    written = {name: function.log() for name, function in running.items()}
    for function in running.values():
        fill_disk(function)

    receipt = http.post(url["sign"], json=open_form()).json()["receipt"]
    assert http.post(url["sign"], json={}).status_code == 422
    assert http.post(url["sign"], json=open_form()).status_code == 201
    withdrawn = http.post(url["withdraw"], json={"receipt": receipt, "keep_count": False})
    swept = http.post(url["sweep"])  # It writes its line before it answers.

    assert (withdrawn.status_code, swept.status_code) == (204, 204)
    assert http.get(url["count"]).status_code == 200
    assert (database.audit().is_exact, database.audit().tally) == (True, 1)
    for name, function in running.items():
        function.stop()
        assert function.log() == written[name]
