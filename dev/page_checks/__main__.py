"""Check the page's modules, or say why not: `python -m dev.page_checks`."""

import os
import subprocess
import sys
from pathlib import Path

from dev import ROOT
from dev.npm import has_node, install

HERE = Path(__file__).parent
PROGRAMS = HERE / "node_modules" / ".bin"
MISSING = (
    "The page's modules are not checked: that needs Node.js 18 or newer and npm, on Debian "
    "`apt install nodejs npm`."
)


def main() -> int:
    """Check what is served; return 1 when there is a complaint, or when CI has no Node.js."""
    if not has_node():
        sys.stderr.write(f"{MISSING}\n")
        return int(os.environ.get("CI") == "true")
    install(HERE)
    return int(not check(ROOT))


def check(root: Path) -> bool:
    """
    Run both programs on a checkout, and let them say what they find.

    Args:
        root: With `frontend` and `dev/page_checks`, from where Biome can see the whole page.

    Returns:
        Whether both are content.
    """
    settings = f"{root}/dev/page_checks"
    lint = ["lint", "--error-on-warnings", "--config-path", f"{settings}/lint.jsonc", "frontend"]
    done = [
        subprocess.run([PROGRAMS / program, *arguments], cwd=root, check=False)
        for program, arguments in (("biome", lint), ("tsc", ["--project", settings]))
    ]
    return all(each.returncode == 0 for each in done)


if __name__ == "__main__":
    sys.exit(main())
