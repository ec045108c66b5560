"""Petitions that an organizer named on this machine, so that nobody types all of it each time."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import typer

from organizer import MISUNDERSTOOD, CannotDo
from organizer.connection import nearest

OPTIONS = ("project", "database", "petition")


@dataclass
class Profiles:
    """
    What is kept, in a file of the person's own.

    Args:
        named: By name, the options before a command; each has some of OPTIONS.
        in_use: The name of the one that is used where nothing else is said, or None.
    """

    named: dict[str, dict[str, str]] = field(default_factory=dict)
    in_use: str | None = None

    @property
    def options(self) -> Mapping[str, str]:
        """Return the options of the one in use."""
        return self.named.get(self.in_use or "", {})

    def use(self, name: str) -> None:
        """
        Choose one.

        Raises:
            CannotDo: There is none of this name.
        """
        if name not in self.named:
            raise CannotDo(
                f"There is no profile {name!r}{nearest(name, self.named)} To make it, say: "
                f"organizer --project MY-PROJECT --petition ID use {name}.",
                MISUNDERSTOOD,
            )
        self.in_use = name


def read_profiles() -> Profiles:
    """
    Return what is kept on this machine.

    Raises:
        CannotDo: The file is none of ours.
    """
    path = _path()
    try:
        return Profiles(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Profiles()
    except (OSError, ValueError, TypeError):
        raise CannotDo(f"{path} cannot be read; remove it, and make profiles anew.") from None


def write_profiles(profiles: Profiles) -> None:
    """
    Keep them.

    Raises:
        CannotDo: The file cannot be written.
    """
    path = _path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(json.dumps(asdict(profiles), indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise CannotDo(f"{path} cannot be written: {error.strerror}.") from None


def _path() -> Path:
    return Path(typer.get_app_dir("organizer")) / "profiles.json"
