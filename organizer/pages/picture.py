"""A picture that is kept: few colours, a small file."""

import io
from pathlib import Path

from PIL import Image

COLOURS = 128  # ours: enough for text on one ground; a tenth of the file


def save_picture(png: bytes, path: Path) -> None:
    """Save a picture."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    path.parent.mkdir(parents=True, exist_ok=True)
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
