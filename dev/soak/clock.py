"""
A clock of a program's own, which can be moved while it runs.

`clock.c` stands between a program and the system's time of day, and leaves alone what waits go by.
libfaketime would do the same, but it ends gunicorn: in 0.9.10 whoever sleeps gets an error where
only one of the clocks is moved.
"""

import shutil
import struct
import subprocess
from pathlib import Path

from dev.soak import Missing

SOURCE = Path(__file__).with_name("clock.c")


class Clock:
    """
    What one program takes for the time of day.

    Args:
        path: Of a file that does not exist yet, beside which the library is kept.

    Raises:
        Missing: There is no compiler.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        library = path.with_suffix(".so")
        compile_library(library)
        self._path = path
        self._path.write_bytes(struct.pack("=q", 0))
        self.variables = {"LD_PRELOAD": str(library), "CLOCK_FILE": str(path)}

    def move(self, seconds: int) -> None:
        """Let it be so much ahead from now on, or behind."""
        with self._path.open("r+b") as file:  # In its place: it is shared memory.
            file.write(struct.pack("=q", seconds))


def compile_library(target: Path) -> None:
    """
    Compile what is preloaded.

    Raises:
        Missing: There is no compiler, or it fails.
    """
    compiler = shutil.which("cc")
    if not compiler:
        raise Missing("a clock is moved by what a C compiler makes: apt-get install gcc libc6-dev")
    command = [compiler, "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
    done = subprocess.run([*command, "-o", target, SOURCE], capture_output=True, text=True)
    if done.returncode:
        raise Missing(f"{SOURCE.name} cannot be compiled: {done.stderr}")
