"""
Write the page as it is uploaded: compressed, and what may change meaning under a name of its own.

A browser that has the old index.html must not get new modules, nor the other way round. So scripts,
styles and pictures lie in a folder that is named by the content of all of them, and the HTML files
name that folder. What a petition has in a folder of its own, its pages and feeds, is no part of it.
What a page waits for before its first paint, the style and the first script, is in the page itself,
which saves a slow network a round trip.
Everything also lies where it always did, for whoever asks there: other sites' previews, and what
the page itself asks for by an address of its own.

Run by `make deploy`; it needs nothing but Python.
"""

import base64
import gzip
import hashlib
import posixpath
import re
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

FRONTEND = Path(__file__).resolve().parent.parent / "frontend"
BUILT = Path(__file__).resolve().parent / "build" / "page"
VERSIONS = "v"  # the folder of the folders that are named by their content

# For those who serve or edit the page, not for those who read it.
LEFT_OUT = re.compile(
    r"(^|/)(headers(-kakao)?\.json$|updates\.json$|tests?/|node_modules/|\.)|\.(md|map)$"
)

# Pictures and fonts are compressed already.
COMPRESSED = {".css", ".html", ".js", ".json", ".mjs", ".svg", ".txt", ".webmanifest", ".xml"}

# What changes under its name: pages, and the feeds of their news.
CHANGING = (".html", ".xml")

LINK = re.compile(r'\b(href|src)="([^":?#]+)"')

# One page runs the program of somebody else, and its header stays strict (headers-kakao.json).
EMBEDDING = re.compile(r"(?<!kakao)\.html$")

# What blocks the first paint, by the element that it becomes.
BLOCKING = {
    "style": re.compile(r'<link rel="stylesheet" href="(?:\.\./)*(style\.css)">'),
    "script": re.compile(r'<script src="(?:\.\./)*(first\.js)"></script>'),
}


def publish(frontend: Path = FRONTEND, built: Path = BUILT) -> str:
    """
    Write everything that is uploaded into `built`, in the place of what was there.

    Returns:
        The folder of this version, below `built`, for example v/0123456789abcdef.
    """
    files = read(frontend)
    assets = {path: content for path, content in files.items() if not path.endswith(CHANGING)}
    folder = f"{VERSIONS}/{digest(assets)}"
    published = assets | {f"{folder}/{path}": content for path, content in assets.items()}
    for path in files.keys() - assets.keys():
        content = files[path]
        published[path] = (
            point_to(folder, assets, path, content) if path.endswith(".html") else content
        )
    shutil.rmtree(built, ignore_errors=True)
    for path, content in published.items():
        write(built / path, content)
    return folder


def read(frontend: Path) -> dict[str, bytes]:
    """Read the page's files by path, most HTML files with what blocks their first paint."""
    paths = sorted(path for path in frontend.rglob("*") if path.is_file())
    named = {path.relative_to(frontend).as_posix(): path for path in paths}
    files = {name: path.read_bytes() for name, path in named.items() if not LEFT_OUT.search(name)}
    return {
        name: embed(content, files) if EMBEDDING.search(name) else content
        for name, content in files.items()
    }


def embed(html: bytes, files: Mapping[str, bytes]) -> bytes:
    """
    Write the style and the first script into a page, whose own policy then allows them.

    They are allowed by their hash, and nothing else inline is (CSP level 3, section 6.7.3.3).
    """
    page = html.decode()
    for element, link in BLOCKING.items():
        if found := link.search(page):
            code = files[found[1]]
            allowed = f"'sha256-{base64.b64encode(hashlib.sha256(code).digest()).decode()}'"
            page = page.replace(found[0], f"<{element}>{code.decode()}</{element}>")
            page = page.replace(f"{element}-src 'self'", f"{element}-src 'self' {allowed}", 1)
    return page.encode()


def digest(files: dict[str, bytes]) -> str:
    """Name these files by what they hold: 16 hexadecimal digits."""
    parts = [f"{name} {hashlib.sha256(content).hexdigest()}" for name, content in files.items()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def point_to(folder: str, names: Collection[str], page: str, html: bytes) -> bytes:
    """Have a page's links to files of these names lead to the folder; others stay as they are."""
    place = posixpath.dirname(page)
    up = "../" * len(place.split("/")) if place else ""

    def move(link: re.Match[str]) -> str:
        attribute, address = link.groups()
        name = posixpath.normpath(posixpath.join(place, address))
        # A JSON file that is linked to is for people to read, and for those who keep its address.
        is_moved = name in names and not name.endswith(".json")
        return f'{attribute}="{up}{folder}/{name}"' if is_moved else link[0]

    return LINK.sub(move, html.decode()).encode()


def write(path: Path, content: bytes) -> None:
    """Write one file, compressed where that helps; the same content always gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix in COMPRESSED:
        content = gzip.compress(content, 9, mtime=0)
    path.write_bytes(content)


if __name__ == "__main__":
    publish()
