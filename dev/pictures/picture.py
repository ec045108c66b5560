"""A picture that is kept: few colours, a small file."""

import io
import sys
from pathlib import Path

from PIL import Image

from dev import ROOT

COLOURS = 128  # ours: enough for text on one ground; a tenth of the file


def save_picture(png: bytes, path: Path) -> None:
    """Save a picture below the repository, and say how large it is."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    path.parent.mkdir(parents=True, exist_ok=True)
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    sys.stdout.write(f"{path.relative_to(ROOT)} {path.stat().st_size / 1024:.0f} KiB\n")
