"""Names and messages of every odd kind: the page takes and seals them, an export shows them."""

import csv
import json
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import expect

from dev.pictures.signer import Signer, fill, sign
from dev.stack import Stack
from organizer.trustees.private_key import write_key
from tests.browser.conftest import Visit
from tests.naughty import REFUSED, TAKEN
from tests.organizer.conftest import PROGRAM


@pytest.fixture(scope="module")
def key_file(services: Stack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the private key as `keys new --single` does."""
    path = tmp_path_factory.mktemp("key") / "private-key.pem"
    write_key(path, services.private_key)
    return path


def export(services: Stack, key_file: Path, output: Path) -> None:
    """Export what was signed, as organizers do who have the key."""
    host, project = services.emulator.host, services.project
    env = {"FIRESTORE_EMULATOR_HOST": host, "GOOGLE_CLOUD_PROJECT": project, "HOME": "/nowhere"}
    command: list[str | Path] = [PROGRAM, "export", output, "--key", key_file]
    subprocess.run(command, env=env, check=True, capture_output=True)


def test_what_people_write_comes_out_as_they_wrote_it(
    visit: Visit, services: Stack, key_file: Path, tmp_path: Path
) -> None:
    for kind, (name, message) in TAKEN.items():
        sign(visit(), Signer(f"{kind}@example.org", name, message))

    exact, sheet = tmp_path / "names.jsonl", tmp_path / "names.csv"
    for output in (exact, sheet):
        export(services, key_file, output)

    lines = exact.read_text(encoding="utf-8").split("\n")[:-1]
    rows = {row["email"]: (row["name"], row["message"]) for row in map(json.loads, lines)}
    assert rows == {f"{kind}@example.org": texts for kind, texts in TAKEN.items()}
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.DictReader(file) for cell in row.values()]
    assert len(cells) == 11 * len(TAKEN)
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


@pytest.mark.parametrize("kind", REFUSED)
def test_what_could_fool_a_reader_is_a_fault_at_its_field(visit: Visit, kind: str) -> None:
    name, message = REFUSED[kind]
    page = visit()
    fill(page, Signer("refused@example.org", name, message))
    page.click("#submit")

    expect(page.locator("#faults")).to_be_visible()
    expect(page.locator("#message-fault" if message else "#name-fault")).to_be_visible()
