"""The envelope's key: made by organizers, kept where sign alone reads it."""

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from petition.seal import decode_private_key, decode_public_key

from dev.functions import Running
from dev.keys import DevelopmentKeys
from organizer.command_line import run
from tests.functions.signers import envelope_form, sealed_form
from tests.organizer.conftest import PETITION, Command, counted
from tests.organizer.secret_manager import SecretManager

LINE = re.compile(r'envelope = \{ public_key = "(B[\w-]{86})", version = "(\d+)" \}\n')


def test_the_private_half_becomes_a_version_of_a_secret_that_is_made_if_need_be(
    organizer: Command, secrets: SecretManager
) -> None:
    first, second = organizer("keys", "envelope"), organizer("keys", "envelope")

    assert (first.code, second.code) == (0, 0)
    assert secrets.states == {"envelope": {"1": "ENABLED", "2": "ENABLED"}}
    for said, version in ((first, "1"), (second, "2")):
        line = LINE.fullmatch(said.out)
        assert line
        assert line[2] == version
        private = secrets.contents["envelope", version].decode()
        assert decode_private_key(private).public_key() == decode_public_key(line[1])
        assert private not in said.out + said.err


def test_sign_opens_what_is_sealed_to_the_printed_half(
    organizer: Command,
    start_function: Callable[..., Running],
    keys: DevelopmentKeys,
    tmp_path: Path,
) -> None:
    said = organizer("keys", "envelope", "--file", tmp_path / "envelope-key")
    line = LINE.fullmatch(said.out)
    assert line
    sign = start_function("sign", ENVELOPE_PRIVATE_KEY=(tmp_path / "envelope-key").read_text())

    form = sealed_form(keys.private_key.public_key())
    carried = envelope_form(form, decode_public_key(line[1]))
    answer = httpx.post(f"{sign.url}/{PETITION}", json=carried, timeout=60)

    assert answer.json() == {"accepted": True}
    assert counted(organizer) == 1


def test_only_its_owner_may_read_the_file_and_it_is_never_overwritten(
    organizer: Command, tmp_path: Path
) -> None:
    path = tmp_path / "envelope-key"
    organizer("keys", "envelope", "--file", path)
    before = path.read_bytes()

    assert path.stat().st_mode & 0o777 == 0o600
    assert organizer("keys", "envelope", "--file", path).code == 1
    assert path.read_bytes() == before


def test_a_refusal_prints_no_line_for_terraform(
    secrets: SecretManager, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets.status = 403

    assert run(["--project", "demo-envelope", "keys", "envelope"]) == 4

    said = capsys.readouterr()
    assert said.out == ""
    assert "roles/secretmanager.admin on the secret envelope" in said.err
