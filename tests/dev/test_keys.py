"""The development keys are made once and are nobody else's to read."""

import base64
from pathlib import Path

from dev.keys import keep_keys


def test_keys_are_the_same_in_the_next_run(tmp_path: Path) -> None:
    first, second = keep_keys(tmp_path / "run"), keep_keys(tmp_path / "run")

    assert second.seal_public_key == first.seal_public_key
    assert second.pepper == first.pepper


def test_keys_of_two_machines_differ(tmp_path: Path) -> None:
    one, other = keep_keys(tmp_path / "one"), keep_keys(tmp_path / "other")

    assert one.seal_public_key != other.seal_public_key
    assert one.envelope_public_key != other.envelope_public_key
    assert one.pepper != other.pepper


def test_keys_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    keep_keys(tmp_path)

    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("private-key.pem", "pepper", "envelope-key.pem"), "0o600")


def test_the_public_key_is_an_uncompressed_point_in_base64url(tmp_path: Path) -> None:
    text = keep_keys(tmp_path).seal_public_key
    point = base64.urlsafe_b64decode(text + "=")

    assert len(point) == 65
    assert point[0] == 4
    assert "=" not in text


def test_the_pepper_is_long_enough_for_sign(tmp_path: Path) -> None:
    assert len(keep_keys(tmp_path).pepper) >= 32
