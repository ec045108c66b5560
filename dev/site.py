"""The page on this machine: `frontend/` and the few files that a deployment puts beside it."""

import functools
import io
import json
import threading
from collections.abc import Mapping
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from dev import HOST, ROOT
from dev.keys import DevelopmentKeys

PETITION = "savemyfriend"
PUBLIC_FUNCTIONS = ("sign", "count", "share-link", "withdraw")
FRONTEND = ROOT / "frontend"
POLL_SECONDS = 0.05  # How long a stop may take; Python's own 0.5 adds up in tests.


class Site:
    """A static server in a thread of this process."""

    def __init__(self, port: int, config: Mapping[str, object], frontend: Path = FRONTEND) -> None:
        handler = functools.partial(
            Handler,
            frontend=frontend,
            config=json.dumps(config, indent=2).encode(),
            headers_of_page=page_headers(frontend, config),
            headers_of_kakao=kakao_headers(frontend),
        )
        self._server = _Server((HOST, port), handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL_SECONDS,), daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop serving; requests under way are answered."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def site_config(urls: Mapping[str, str], keys: DevelopmentKeys) -> dict[str, object]:
    """
    Return what the page reads as `config.json`.

    Args:
        urls: Addresses by name, such as share-link, without trailing slashes.
    """
    return {
        "petition": PETITION,
        "functions": {name.replace("-", "_"): [urls[name]] for name in PUBLIC_FUNCTIONS},
        "seal_public_key": keys.seal_public_key,
        "envelope_public_key": keys.envelope_public_key,
    }


def page_headers(frontend: Path, config: Mapping[str, object]) -> dict[str, str]:
    """Read the page's headers from `headers.json`; `{connect}` is the functions' origins."""
    path = frontend / "headers.json"
    if not path.exists():
        return {}
    functions = config["functions"]
    assert isinstance(functions, dict)  # noqa: S101  # As `site_config` made it.
    connect = " ".join(sorted({origin(url) for urls in functions.values() for url in urls}))
    headers: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return {name: value.replace("{connect}", connect) for name, value in headers.items()}


def kakao_headers(frontend: Path) -> dict[str, str]:
    """Read what is sent with the page that runs Kakao's program, in the place of the others."""
    path = frontend / "headers-kakao.json"
    headers: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return headers


def origin(url: str) -> str:
    """Cut an address to its origin; one that is only a path has the page's own, 'self'."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else "'self'"


class _Server(ThreadingHTTPServer):
    # A browser that keeps a connection open must not keep us from ending.
    daemon_threads = True
    # Browsers open several at once, and the default is 5.
    request_queue_size = 64


class Handler(SimpleHTTPRequestHandler):
    """Serve `frontend/`, with the files that a deployment adds, and say nothing about it."""

    protocol_version = "HTTP/1.1"
    # Written out, because the machine's own table may say otherwise, and a browser runs no
    # module that comes with another type.
    extensions_map = {
        "": "application/octet-stream",
        ".css": "text/css; charset=utf-8",
        ".html": "text/html; charset=utf-8",
        ".ico": "image/x-icon",
        ".js": "text/javascript; charset=utf-8",
        ".json": "application/json",
        ".mjs": "text/javascript; charset=utf-8",
        ".png": "image/png",
        ".svg": "image/svg+xml",
        ".txt": "text/plain; charset=utf-8",
        ".webmanifest": "application/manifest+json",
        ".xml": "application/atom+xml; charset=utf-8",
        ".woff2": "font/woff2",
    }

    def __init__(
        self,
        *args: Any,
        frontend: Path,
        config: bytes,
        headers_of_page: Mapping[str, str],
        headers_of_kakao: Mapping[str, str],
    ) -> None:
        self.config = config
        self.headers_of_page = headers_of_page
        self.headers_of_kakao = headers_of_kakao
        super().__init__(*args, directory=str(frontend))

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        """Answer with the configuration, which is no file, or leave it to the base class."""
        if urlsplit(self.path).path != "/config.json":
            return super().send_head()
        self.send_response(200)
        self.send_header("Content-Type", self.extensions_map[".json"])
        self.send_header("Content-Length", str(len(self.config)))
        self.end_headers()
        return io.BytesIO(self.config)

    def translate_path(self, path: str) -> str:
        """Find the file of an address; two kinds are the functions' own."""
        place = PurePosixPath(urlsplit(path).path)
        if str(place) == "/addresses.json":
            return str(ROOT / "functions" / "petition" / place.name)
        if str(place.parent) == "/petitions" and place.suffix == ".json":
            return str(ROOT / "functions" / "campaigns" / place.name)
        return super().translate_path(path)

    def list_directory(self, path: Any) -> None:
        """List nothing: a bucket does not either."""
        self.send_error(404)

    def end_headers(self) -> None:
        """Add the page's own headers to every answer."""
        foreign = urlsplit(self.path).path.endswith("/kakao.html")
        headers = {**self.headers_of_page, **(self.headers_of_kakao if foreign else {})}
        for name, value in headers.items():
            self.send_header(name, value)
        # What is being edited must be seen at the next reload.
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Keep the terminal for the table and for what goes wrong."""
