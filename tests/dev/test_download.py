"""The emulator's file is kept only when it is whole and the one we know."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from dev import CannotRun
from dev.download import download
from dev.ports import free_port

CONTENT = b"an emulator, more or less\n" * 100_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Storage(BaseHTTPRequestHandler):
    """A storage bucket with a whole file, one that breaks off, and nothing else."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path == "/missing.jar":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT if self.path == "/whole.jar" else CONTENT[:1000])

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def storage() -> Iterator[str]:
    Storage.asked = []
    with HTTPServer(("127.0.0.1", 0), Storage) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_download_is_found_again_without_asking(storage: str, tmp_path: Path) -> None:
    target = tmp_path / "cache" / "emulator.jar"

    for _ in range(2):
        download(f"{storage}/whole.jar", target, sha256=SHA256)

    assert target.read_bytes() == CONTENT
    assert Storage.asked == ["/whole.jar"]


def test_a_download_shows_its_progress(
    storage: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    download(f"{storage}/whole.jar", tmp_path / "emulator.jar", sha256=SHA256)

    assert "Firestore emulator" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("path", "sha256", "said"),
    [
        ("/whole.jar", "0" * 64, SHA256),
        ("/broken.jar", SHA256, "bytes read"),
        ("/missing.jar", SHA256, "404"),
    ],
    ids=["wrong-checksum", "broken-transfer", "missing"],
)
def test_a_failed_download_leaves_nothing_and_says_what_to_install(
    storage: str, tmp_path: Path, path: str, sha256: str, said: str
) -> None:
    with pytest.raises(CannotRun, match=said) as problem:
        download(f"{storage}{path}", tmp_path / "emulator.jar", sha256=sha256)

    assert "gcloud components install cloud-firestore-emulator" in str(problem.value)
    assert list(tmp_path.iterdir()) == []


def test_a_download_without_a_network_says_what_to_install(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}/whole.jar"

    with pytest.raises(CannotRun, match="network") as problem:
        download(url, tmp_path / "emulator.jar", sha256=SHA256)

    assert "\n" not in str(problem.value)
    assert list(tmp_path.iterdir()) == []
