"""A copy of what the commands about petitions write into."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from organizer import ROOT


@dataclass
class Checkout:
    """The page, the petitions and the commands, in a folder of a test's own."""

    folder: Path

    @classmethod
    def copied(cls, folder: Path) -> "Checkout":
        """Copy them, without the cards, which are many."""
        unwanted = shutil.ignore_patterns("__pycache__", "cards")
        for name in ("functions", "frontend", "organizer"):
            shutil.copytree(ROOT / name, folder / name, ignore=unwanted)
        return cls(folder)

    def __call__(self, *arguments: str | Path, typed: str = "") -> tuple[int, str]:
        """Run a command in it; return its exit code, and everything it said."""
        done = subprocess.run(
            [sys.executable, "-m", "organizer", "petition", *map(str, arguments)],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": f"{self.folder}:{self.folder / 'functions'}"},
            input=typed,
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout + done.stderr
