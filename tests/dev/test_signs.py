"""The networks' signs are those of the package that is pinned."""

from pathlib import Path

import pytest
from petition.link import NETWORKS

from dev import CannotRun, signs
from dev.npm import has_node, install
from dev.page_checks.__main__ import HERE, MISSING
from tests.conftest import do_without


@pytest.fixture(scope="module", autouse=True)
def package() -> None:
    """Install the package; people without Node.js do without these tests, CI does not."""
    if not has_node():
        do_without(MISSING)
    install(HERE)


def test_the_page_has_the_signs_of_the_package() -> None:
    assert signs.MODULE.read_text(encoding="utf-8") == signs.module()


def test_every_network_that_is_one_has_a_sign() -> None:
    assert {name for name in NETWORKS if not signs.sign(name)} == {"email", "copy"}


def test_a_picture_that_is_no_single_path_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    icons = tmp_path / "icons"
    icons.mkdir()
    (icons / "line.svg").write_text('<svg><path d="M0 0"/><path d="M1 1"/></svg>')
    monkeypatch.setattr(signs, "PACKAGE", tmp_path)

    with pytest.raises(CannotRun, match="line"):
        signs.sign("line")
