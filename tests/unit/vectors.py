"""What Python and the page must both obey."""

import json
from typing import Any

from dev import ROOT


def vectors(name: str) -> Any:
    """Read a file of tests/vectors."""
    return json.loads((ROOT / "tests" / "vectors" / f"{name}.json").read_text(encoding="utf-8"))
