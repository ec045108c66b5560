"""No command works on a target that is not there, and none waits for one that does not answer."""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.cloud.firestore_admin_v1.types import Database, ListDatabasesResponse
from petition.campaign import FOLDER

from dev.emulator import Emulator
from dev.ports import free_port
from organizer import connection
from tests.chaos.faults import running_wire
from tests.organizer.conftest import Command, Forged

COMMANDS = (
    ("count",),
    ("watch", "--times", "1"),
    ("recount",),
    ("recount", "--repair"),
    ("open", "--yes"),
    ("close", "--yes"),
    ("outcome", "free", "--yes"),
    ("export", "names.csv"),
    ("report", "report.html"),
    ("withdraw", "receipt", "--yes"),
    ("withdraw", "address", "--yes"),
    ("invalidate", "--reason", "bot", "--country", "KR"),
)
CHANGING = (("keys", "new", "--single", "key.pem"), ("burn", "--really"), ("doctor",))


def title(command: Sequence[str]) -> str:
    """Return a command line as it is typed."""
    return " ".join(command)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let commands write where nothing is."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", (*COMMANDS, *CHANGING), ids=title)
def test_a_misspelt_petition_is_told_the_nearest_and_nothing_is_done(
    organizer: Command, forged: Forged, folder: Path, command: Sequence[str]
) -> None:
    forged.add(3)

    said = organizer("--petition", "savemyfreind", *command)

    assert said.code == 2
    assert said.err.endswith("Did you mean savemyfriend?\n")
    assert list(folder.iterdir()) == []


def test_a_petition_that_resembles_none_is_told_which_there_are(organizer: Command) -> None:
    said = organizer("--petition", "zzz", "count")

    assert said.code == 2
    assert "there is canary, savemyfriend." in said.err


@pytest.fixture
def campaigns(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy the campaigns, so that a test may spoil them."""
    copy = folder / "campaigns"
    shutil.copytree(FOLDER, copy)
    monkeypatch.setattr(connection, "FOLDER", copy)
    return copy


def test_everything_that_is_wrong_with_a_campaigns_file_is_told_with_its_place(
    organizer: Command, campaigns: Path
) -> None:
    path = campaigns / "savemyfriend.json"
    campaign = json.loads(path.read_text())
    campaign["milestones"] = [100, 10]
    del campaign["texts"]["ko"]["title"]
    campaign["texts"]["en"]["share"] = "x" * 201
    path.write_text(json.dumps(campaign))

    said = organizer("count")

    assert said.code == 1
    for place in ("campaigns/savemyfriend.json", "texts.ko.title", "texts.en.share"):
        assert place in said.err
    assert said.err.endswith(
        "`organizer petition check savemyfriend` says what to write instead.\n"
    )


def test_a_campaigns_file_that_is_wrong_breaks_no_other_petition(
    organizer: Command, campaigns: Path
) -> None:
    (campaigns / "another.json").write_text("{")

    assert organizer("count").code == 0
    assert "campaigns/another.json is not valid" in organizer("--petition", "another", "count").err


def test_a_petition_that_nobody_has_signed_yet_is_no_mistake(organizer: Command) -> None:
    said = organizer("count", "--json")

    assert said.code == 0
    assert json.loads(said.out)["signatures"] == 0


class _Databases(grpc.GenericRpcHandler):
    # What Firestore says of a database that a project does not have, and of those that it has.
    def service(self, details: grpc.HandlerCallDetails) -> Any:
        method = details.method.rpartition("/")[2]
        if method == "ListDatabases":
            return grpc.unary_unary_rpc_method_handler(self._list)
        return grpc.unary_stream_rpc_method_handler(self._refuse)

    def _list(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        names = ("(default)", "petitions")
        found = [Database(name=f"projects/demo/databases/{name}") for name in names]
        answer: bytes = ListDatabasesResponse.serialize(ListDatabasesResponse(databases=found))
        return answer

    def _refuse(self, request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
        context.abort(grpc.StatusCode.NOT_FOUND, "The database does not exist.")
        yield b""


@pytest.fixture
def without_database(monkeypatch: pytest.MonkeyPatch, organizer: Command) -> Iterator[None]:
    """Answer as Firestore does when the database does not exist."""
    server = grpc.server(futures.ThreadPoolExecutor(2), handlers=[_Databases()])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", f"127.0.0.1:{port}")
    yield
    server.stop(None).wait()


@pytest.mark.usefixtures("without_database")
@pytest.mark.parametrize("command", COMMANDS, ids=title)
def test_a_database_that_is_not_there_is_told_the_nearest(
    organizer: Command, folder: Path, command: Sequence[str]
) -> None:
    said = organizer("--database", "petition", *command)

    assert said.code == 2
    assert "There is no database 'petition'" in said.err
    assert said.err.endswith("Did you mean petitions?\n")
    assert list(folder.iterdir()) == []


@pytest.fixture
def refusing() -> int:
    """Return a port that refuses."""
    return free_port()


@pytest.fixture
def silent() -> Iterator[int]:
    """Return a port that takes everything and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.mark.parametrize(
    ("command", "kind"),
    [(("count",), "refusing"), (("export", "names.csv"), "silent")],
)
def test_a_database_that_does_not_answer_is_told_of_within_ten_seconds(
    organizer: Command,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    command: Sequence[str],
    kind: str,
) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", f"127.0.0.1:{request.getfixturevalue(kind)}")
    start = time.monotonic()

    said = organizer(*command)

    assert time.monotonic() - start < 15, "Ten seconds, and a slow machine."
    assert said.code == 4
    assert said.err.count("\n") == 2
    assert "The database does not answer." in said.err
    assert list(folder.iterdir()) == []


def test_who_has_not_logged_in_is_told_so_within_ten_seconds(
    in_process: tuple[list[str], dict[str, str]], folder: Path
) -> None:
    """Where nothing answers that is asked whether this is a machine in the cloud."""
    program, env = in_process
    nobody = {"HOME": str(folder), "PATH": env["PATH"], "GOOGLE_CLOUD_PROJECT": "demo-nobody"}
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        asked = {"GCE_METADATA_IP": address, "GCE_METADATA_HOST": address}
        command = [*program, "count"]
        with (
            subprocess.Popen(command, env=nobody | asked, stderr=subprocess.PIPE) as running,
            silent.accept()[0],
        ):
            start = time.monotonic()
            _, said = running.communicate()

    assert time.monotonic() - start < 10
    assert running.returncode == 4
    assert b"There are no valid credentials. Log in first" in said


@pytest.mark.parametrize(
    ("command", "method"),
    [
        (("close", "--yes"), "Commit"),
        (("export", "names.csv"), "RunQuery"),
    ],
)
def test_a_database_that_falls_silent_later_is_told_of_as_soon(
    organizer: Command,
    forged: Forged,
    emulator: Emulator,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: Sequence[str],
    method: str,
) -> None:
    forged.add(3)
    with running_wire(emulator.host) as wire:
        wire.refuse(method, grpc.StatusCode.UNAVAILABLE, times=1000)
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", wire.host)
        start = time.monotonic()

        said = organizer(*command)

    assert time.monotonic() - start < 20, "Ten seconds, and a slow machine."
    assert said.code == 4
    assert "The database does not answer." in said.err
    assert list(folder.iterdir()) == []
