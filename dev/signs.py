"""
The networks' own signs, as the page draws them beside their names: `python -m dev.signs`.

They are written into `frontend/signs.js` from the npm package Simple Icons, whose files are CC0 and
whose version `dev/page_checks/package.json` pins. A network without one gets its first letter.
"""

import json
import re
import sys

from petition.link import NETWORKS

from dev import CannotRun
from dev.npm import install
from dev.page_checks.__main__ import HERE
from dev.site import FRONTEND

PACKAGE = HERE / "node_modules" / "simple-icons"
MODULE = FRONTEND / "signs.js"
NAMES = {"weibo": "sinaweibo"}  # where the package's name is another than ours

HEAD = """\
/**
 * The networks' signs, each a path in a square of 24: from Simple Icons {version}, CC0, by
 * `python -m dev.signs`. They are trademarks of their owners, and stand for the networks alone.
 *
 * @type {{Record<string, string | undefined>}}
 */
export const SIGNS = {{
"""


def main() -> int:
    """Write the module; return 1, with a sentence, when the package cannot be had."""
    try:
        install(HERE)
        MODULE.write_text(module(), encoding="utf-8")
    except (CannotRun, OSError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    sys.stdout.write(f"{MODULE.name} is written.\n")
    return 0


def module() -> str:
    """Return the module with the sign of every network that has one."""
    version = json.loads((PACKAGE / "package.json").read_text(encoding="utf-8"))["version"]
    signs = {network: path for network in sorted(NETWORKS) if (path := sign(network))}
    lines = "".join(f'  {network}: "{path}",\n' for network, path in signs.items())
    return HEAD.format(version=version) + lines + "};\n"


def sign(network: str) -> str | None:
    """
    Return a network's sign as an SVG path, or None if there is none.

    Raises:
        CannotRun: Its picture is no longer one path.
    """
    file = PACKAGE / "icons" / f"{NAMES.get(network, network)}.svg"
    if not file.exists():
        return None
    paths = re.findall(r'<path d="([-MmLlHhVvCcSsQqTtAaZz\d., ]+)"/>', file.read_text("utf-8"))
    if len(paths) != 1:
        raise CannotRun(f"The picture of {network} in Simple Icons is not one path: draw it anew.")
    return str(paths[0])


if __name__ == "__main__":
    sys.exit(main())
