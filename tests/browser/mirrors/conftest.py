"""Mirrors on a host of their own, before functions that know it; as any static host serves them."""

import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from dev.emulator import Emulator
from dev.keys import DevelopmentKeys
from dev.mirror import pack
from dev.ports import free_port
from dev.process import Process
from dev.site import PUBLIC_FUNCTIONS, site_config
from dev.stack import Stack, running_stack
from tests.browser.mirrors.relays import Portal, nginx_config, program
from tests.browser.mirrors.wire import Wire, wire
from tests.conftest import new_project

START_SECONDS = 30


@dataclass(frozen=True)
class Mirrors:
    """A host of mirrors, and a relay at another; their origins, and where mirrors are unpacked."""

    host: str
    relay: str
    folder: Path
    keys: DevelopmentKeys
    wires: tuple[Wire, ...]

    def add(self, name: str, *bases: str) -> str:
        """Make a mirror that knows the functions below some addresses, and return its own."""
        config = site_config(dict.fromkeys(PUBLIC_FUNCTIONS, ""), self.keys)
        config["functions"] = {
            function.replace("-", "_"): [f"{base}{function}" for base in bases]
            for function in PUBLIC_FUNCTIONS
        }
        unpack(config, self.folder / "mirrors" / "some" / name)
        return f"{self.host}/some/{name}/"

    def sent(self) -> bytes:
        """Return, octet by octet, what browsers have sent to the host and to the relay."""
        return b"".join(wire.sent for wire in self.wires)


def unpack(config: Mapping[str, object], folder: Path) -> None:
    """Pack a mirror with a configuration, and lay it out in a folder, as a host does."""
    archive = folder.with_suffix(".zip")
    pack(config, archive)
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)


@pytest.fixture(scope="module")
def ports() -> dict[str, int]:
    return {name: free_port() for name in ("mirror", "relay")}


@pytest.fixture(scope="module")
def services(
    emulator: Emulator,
    keys: DevelopmentKeys,
    tmp_path_factory: pytest.TempPathFactory,
    ports: dict[str, int],
) -> Iterator[Stack]:
    """Run functions that answer the mirrors' host alone."""
    changes = {"ALLOWED_ORIGINS": f"http://127.0.0.1:{ports['mirror']}"}
    folder = tmp_path_factory.mktemp("services")
    with running_stack(emulator, new_project(), keys, folder, changes=changes) as stack:
        yield stack


@pytest.fixture(scope="module")
def mirrors(
    services: Stack, ports: dict[str, int], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mirrors]:
    nginx = program("nginx", "nginx-light")
    folder = tmp_path_factory.mktemp("nginx")
    (folder / "mirrors" / "some").mkdir(parents=True)
    behind = {name: free_port() for name in ports}
    config = nginx_config(folder, services, **behind)
    running = Process("nginx", [nginx, "-c", config], {}, folder / "nginx.log")
    host, relay = (f"http://127.0.0.1:{port}" for port in ports.values())
    with ExitStack() as ending:
        ending.callback(running.kill)
        running.wait_until_it_answers(f"http://127.0.0.1:{behind['relay']}", seconds=START_SECONDS)
        wires = tuple(ending.enter_context(wire(ports[name], behind[name])) for name in ports)
        yield Mirrors(host, relay, folder, services.keys, wires)


@pytest.fixture(scope="module")
def portal() -> Iterator[str]:
    """Return where a hotel's page answers whatever is asked."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
