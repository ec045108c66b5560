"""Packing a mirror: what is wrong with a configuration is said before anybody unpacks it."""

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dev import CannotRun
from dev.keys import make_keys
from dev.mirror import main, pack, read_address, read_config
from dev.site import PUBLIC_FUNCTIONS, site_config

KEYS = make_keys()
URLS = {name: f"https://sign.example.org/api/{name}" for name in PUBLIC_FUNCTIONS}


def written(path: Path, change: Callable[[Any], object] = lambda config: None) -> Path:
    """Write a configuration, after a change."""
    config = site_config(URLS, KEYS)
    change(config)
    path.write_text(json.dumps(config))
    return path


def test_a_configuration_is_packed_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def relay(config: Any) -> None:
        config["functions"]["sign"] += ["https://relay.example.net:8443/hidden/sign", "api/sign"]

    path, archive = written(tmp_path / "config.json", relay), tmp_path / "mirror.zip"
    monkeypatch.setattr("sys.argv", ["mirror", str(path), str(archive)])

    assert main() == 0
    assert "docs/mirrors.md" in capsys.readouterr().out
    with zipfile.ZipFile(archive) as opened:
        assert json.loads(opened.read("config.json")) == {
            **json.loads(path.read_text()),
            "mirror": True,
        }


def test_a_known_address_completes_what_robots_read(tmp_path: Path) -> None:
    config, archive = read_config(written(tmp_path / "config.json")), tmp_path / "mirror.zip"

    pack(config, archive, read_address("https://mirror.example.org/a"))

    with zipfile.ZipFile(archive) as opened:
        pages = {
            name: opened.read(name).decode()
            for name in ("index.html", "savemyfriend/index.html", "courier.html")
        }
        cards = [name for name in opened.namelist() if name.startswith("cards/")]
    told = {
        name: re.findall(r'<meta property="og:(image|url)" content="([^"]*)"', page)
        for name, page in pages.items()
    }
    place = "https://mirror.example.org/a/"
    for name, folder in (
        ("index.html", place),
        ("savemyfriend/index.html", f"{place}savemyfriend/"),
    ):
        (image, url) = told[name]
        assert image[1].removeprefix(place) in cards
        assert url == ("url", folder)
    assert told["courier.html"] == []


def test_an_address_that_is_none_is_refused() -> None:
    assert read_address(None) is None
    with pytest.raises(CannotRun, match="no address of a mirror"):
        read_address("mirror.example.org")


FAULTS: dict[str, tuple[Callable[[Any], object], str]] = {
    "no-key": (lambda config: config.pop("seal_public_key"), "is no configuration of a page"),
    "other-key": (lambda config: config.update(envelope_public_key="BAAA"), "no configuration"),
    "other-petition": (lambda config: config.update(petition="none"), "campaigns/none.json"),
    "one-address": (
        lambda config: config["functions"].update(sign=URLS["sign"]),
        "must list addresses of sign",
    ),
    "no-address": (
        lambda config: config["functions"].update(share_link=[]),
        "must list addresses of share_link",
    ),
    "in-clear": (
        lambda config: config["functions"].update(count=["http://relay.example.net/count"]),
        "write https://",
    ),
    "last-slash": (
        lambda config: config["functions"].update(withdraw=["https://relay.example.net/withdraw/"]),
        "no last slash",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_cannot_serve_is_refused_in_a_sentence(tmp_path: Path, fault: str) -> None:
    change, said = FAULTS[fault]

    with pytest.raises(CannotRun, match=said):
        read_config(written(tmp_path / "config.json", change))


def test_a_missing_configuration_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["mirror", str(tmp_path / "none"), str(tmp_path / "a.zip")])

    assert main() == 1
    assert "save the config.json of the page there" in capsys.readouterr().err
    assert not (tmp_path / "a.zip").exists()
