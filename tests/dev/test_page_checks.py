"""What checks the page's modules finds what it is there to find."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dev import ROOT
from dev.npm import has_node, install
from dev.page_checks.__main__ import HERE, MISSING, check
from tests.conftest import do_without

SOUND = """\
/** @param {string} text */
export function shout(text) {
  return `${text}!`;
}
"""


@pytest.fixture(scope="module", autouse=True)
def programs() -> None:
    """Install the programs; people without Node.js do without these tests, CI does not."""
    if not has_node():
        do_without(MISSING)
    install(HERE)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Make a checkout whose page is one module, which is sound."""
    settings = tmp_path / "dev" / "page_checks"
    settings.mkdir(parents=True)
    for name in ("lint.jsonc", "tsconfig.json"):
        shutil.copy(HERE / name, settings)
    (tmp_path / "frontend").mkdir()
    (tmp_path / "frontend" / "retry.js").write_text(SOUND)
    return tmp_path


def test_a_sound_page_passes(checkout: Path) -> None:
    assert check(checkout)


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ("export const loud = shout(1);", "TS2345"),
        ("/** @type {HTMLElement} */\nexport const $a = document.querySelector('a');", "TS2322"),
        ("export const f = (x) => x;", "TS7006"),
        ("console.log(shout(''));", "noConsole"),
        ("export default 1;", "noDefaultExport"),
        ("import { a } from './a';\nexport const b = a;", "useImportExtensions"),
    ],
)
def test_a_fault_is_found(
    checkout: Path, capfd: pytest.CaptureFixture[str], fault: str, complaint: str
) -> None:
    (checkout / "frontend" / "a.js").write_text("export const a = 1;\n")
    (checkout / "frontend" / "retry.js").write_text(f"{SOUND}\n{fault}\n")

    assert not check(checkout)
    assert complaint in "".join(capfd.readouterr())


def test_modules_that_need_each_other_are_found(
    checkout: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for one, other in (("one", "other"), ("other", "one")):
        module = (
            f'import {{ {other} }} from "./{other}.js";\nexport const {one} = () => {other}();\n'
        )
        (checkout / "frontend" / f"{one}.js").write_text(module)

    assert not check(checkout)
    assert "noImportCycles" in "".join(capfd.readouterr())


@pytest.mark.parametrize(("ci", "code"), [("true", 1), ("", 0)])
def test_without_node_a_person_is_told_and_ci_fails(ci: str, code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dev.page_checks"],
        cwd=ROOT,
        env={"PATH": "", "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (code, f"{MISSING}\n")


def test_the_lock_names_hashes_and_no_host() -> None:
    lock = json.loads((HERE / "package-lock.json").read_text())
    packages = {name: each for name, each in lock["packages"].items() if name}

    assert packages
    assert all(each["integrity"].startswith("sha512-") for each in packages.values())
    assert not any("resolved" in each for each in packages.values())
