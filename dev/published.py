"""The page as it is uploaded, with the headers that the edge adds; for those who measure it."""

import functools
import gzip
import json
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from dev import HOST, ROOT
from dev.emulator import running_emulator
from dev.keys import make_keys
from dev.ports import free_port
from dev.site import FRONTEND, PETITION, Handler, page_headers
from dev.stack import running_stack
from infra.publish import COMPRESSED, VERSIONS, publish

# As infra/site.tf says: what has a name of its own never changes, and everything else is young.
NEWEST = "public, max-age=60"
VERSION = "public, max-age=31536000, immutable"
# Most headers mean something for a document alone (infra/edge.tf).
OF_VERSIONS = ("Referrer-Policy", "X-Content-Type-Options")


@contextmanager
def running_published(project: str) -> Iterator[str]:
    """
    Run the functions, and serve the page as it is uploaded beside them; give its address.

    Args:
        project: In an emulator of its own.
    """
    port = free_port()
    site = f"http://{HOST}:{port}"
    changes = {"ALLOWED_ORIGINS": site}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            running_emulator(folder / "emulator.log") as emulator,
            running_stack(emulator, project, make_keys(), folder, changes=changes) as stack,
            serving(stack.page_config, port, folder / "page"),
        ):
            yield site


@contextmanager
def serving(config: Mapping[str, object], port: int, folder: Path) -> Iterator[None]:
    """
    Serve what would be uploaded, for as long as a block lasts.

    Args:
        config: What the page reads as `config.json`.
        folder: Where it is written; nothing else may be there.
    """
    publish(FRONTEND, folder)
    functions = ROOT / "functions"
    data = {
        "config.json": json.dumps(config).encode(),
        "addresses.json": (functions / "petition" / "addresses.json").read_bytes(),
        f"petitions/{PETITION}.json": (functions / "campaigns" / f"{PETITION}.json").read_bytes(),
    }
    for name, content in data.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(gzip.compress(content))
    headers = page_headers(FRONTEND, config)
    handler = functools.partial(_Edge, folder=folder, headers_of_page=headers)
    with ThreadingHTTPServer((HOST, port), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


class _Edge(SimpleHTTPRequestHandler):
    """Serve files that were compressed before, as bucket and edge do."""

    protocol_version = "HTTP/1.1"
    extensions_map = Handler.extensions_map

    def __init__(self, *args: Any, folder: Path, headers_of_page: Mapping[str, str]) -> None:
        self.headers_of_page = headers_of_page
        super().__init__(*args, directory=str(folder))

    def end_headers(self) -> None:
        """Say how it is compressed and how long it may be kept, beside the page's own headers."""
        path = Path(self.translate_path(self.path))
        has_version = self.path.startswith(f"/{VERSIONS}/")
        if path.is_dir() or (path.exists() and path.suffix in COMPRESSED):
            self.send_header("Content-Encoding", "gzip")
        for name, value in self.headers_of_page.items():
            if name in OF_VERSIONS or not has_version:
                self.send_header(name, value)
        self.send_header("Cache-Control", VERSION if has_version else NEWEST)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Keep the terminal for the table."""
