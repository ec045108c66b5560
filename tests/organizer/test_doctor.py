"""The doctor finds a healthy petition well, and names what is wrong with a sick one."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import grpc
import pytest

from dev.keys import make_keys
from dev.stack import Stack
from organizer.command_line import run
from organizer.trustees.fingerprint import fingerprint
from organizer.trustees.private_key import write_key
from tests.chaos.crowd import forms, sign_all
from tests.chaos.faults import running_wire
from tests.functions.database import Database

Doctor = Callable[..., dict[str, bool]]


@pytest.fixture
def examine(
    services: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Doctor:
    """Run the doctor, check its exit code, and return what is well."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", services.emulator.host)

    def examine(*arguments: str, project: str = services.project) -> dict[str, bool]:
        code = run(["--project", project, "doctor", "--json", *arguments])
        found = json.loads(capsys.readouterr().out)
        wells = {finding["part"]: finding["well"] for finding in found}
        assert all(finding["sentence"].endswith(".") for finding in found)
        assert code == (0 if all(wells.values()) else 1)
        return wells

    return examine


def test_a_healthy_petition_is_well(services: Stack, examine: Doctor, tmp_path: Path) -> None:
    sign_all([services.sign], forms(12))
    key = tmp_path / "key.pem"
    write_key(key, services.private_key)

    wells = examine("--site", services.site, "--key", str(key))

    parts = {"petition", "database", "index", "clock", "count", "sweep", "page"}
    parts |= {
        "forgetting",
        "public key",
        "envelope key",
        "sign",
        "share-link",
        "withdraw",
        "published count",
        "private key",
    }
    assert set(wells) == parts
    assert all(wells.values())


def test_a_key_of_somebody_else_is_named(services: Stack, examine: Doctor, tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    write_key(key, make_keys().private_key)

    assert examine("--site", services.site, "--key", str(key))["private key"] is False


@pytest.mark.parametrize("page", ["/", "/index.html", "/savemyfriend/", "/savemyfriend/index.html"])
def test_a_page_is_found_by_whatever_address_people_have_of_it(
    services: Stack, examine: Doctor, page: str
) -> None:
    assert all(examine("--site", services.site + page).values())


def test_the_keys_are_told_by_their_fingerprints(
    services: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "key.pem"
    write_key(key, services.private_key)
    name = fingerprint(services.private_key.public_key())
    local = ["--project", services.project, "doctor", "--site", services.site, "--key", str(key)]

    run(local)

    said = capsys.readouterr().out
    assert f"public key: the page's is {name}." in said
    assert f"private key: {name} opens what the page seals." in said


def test_a_database_that_falls_silent_is_no_missing_index(
    services: Stack, examine: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_wire(services.emulator.host) as wire:
        wire.refuse("RunAggregationQuery", grpc.StatusCode.UNAVAILABLE, times=1000)
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", wire.host)

        wells = examine()

    assert wells["database"] is False
    assert "index" not in wells


def test_a_function_that_is_down_is_named(services: Stack, examine: Doctor) -> None:
    services.functions["withdraw"].stop()

    wells = examine("--site", services.site)

    assert [part for part, well in wells.items() if not well] == ["withdraw"]


def test_a_page_that_is_not_there_is_named(examine: Doctor) -> None:
    assert examine("--site", "http://127.0.0.1:9")["page"] is False


def test_a_sweep_that_does_not_come_is_named(services: Stack, examine: Doctor) -> None:
    database = Database(services.emulator.host, services.project)
    now = dt.datetime.now(dt.UTC)
    hours = [now - dt.timedelta(hours=5), now - dt.timedelta(hours=1), now + dt.timedelta(days=2)]
    leaving = "petitions/savemyfriend/leaving"
    for hour in hours[1:]:
        database.put(f"{leaving}/{hour:%Y%m%dT%H}-{'a' * 24}", signer="a" * 52)
    assert examine()["sweep"] is True

    database.put(f"{leaving}/{hours[0]:%Y%m%dT%H}-{'a' * 24}", signer="a" * 52)
    database.close()

    assert examine()["sweep"] is False


def test_a_count_that_has_drifted_is_named(services: Stack, examine: Doctor) -> None:
    database = Database(services.emulator.host, services.project)
    database.put("petitions/savemyfriend/lanes/200", signatures=3)
    database.close()

    assert examine()["count"] is False
