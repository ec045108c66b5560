"""Programs that need Node.js: pinned by a lock, installed when they are wanted, never served."""

import shutil
import subprocess
from pathlib import Path


def has_node() -> bool:
    """Tell whether this machine can install and run them."""
    return bool(shutil.which("node") and shutil.which("npm"))


def install(folder: Path) -> None:
    """
    Install what a folder's `package-lock.json` names, unless it is there already.

    Raises:
        subprocess.CalledProcessError: npm could not, and has said why.
    """
    lock, installed = folder / "package-lock.json", folder / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        subprocess.run(["npm", "ci", "--silent"], cwd=folder, check=True)
