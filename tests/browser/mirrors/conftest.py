"""Mirrors on a host of their own, before functions that know it; as any static host serves them."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dev.emulator import Emulator
from dev.keys import DevelopmentKeys
from dev.mirror import pack
from dev.ports import free_port
from dev.process import Process
from dev.site import PUBLIC_FUNCTIONS, site_config
from dev.stack import Stack, running_stack
from tests.browser.mirrors.relays import nginx_config, program
from tests.conftest import new_project

START_SECONDS = 30


@dataclass(frozen=True)
class Mirrors:
    """A host of mirrors, and a relay at another; their origins, and where mirrors are unpacked."""

    host: str
    relay: str
    folder: Path
    keys: DevelopmentKeys

    def add(self, name: str, *bases: str) -> str:
        """Make a mirror that knows the functions below some addresses, and return its own."""
        config = site_config(dict.fromkeys(PUBLIC_FUNCTIONS, ""), self.keys)
        config["functions"] = {
            function.replace("-", "_"): [f"{base}{function}" for base in bases]
            for function in PUBLIC_FUNCTIONS
        }
        archive = self.folder / f"{name}.zip"
        pack(config, archive)
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(self.folder / "mirrors" / "some" / name)
        return f"{self.host}/some/{name}/"


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
    (folder / "mirrors").mkdir()
    config = nginx_config(folder, services, **ports)
    running = Process("nginx", [nginx, "-c", config], {}, folder / "nginx.log")
    host, relay = (f"http://127.0.0.1:{port}" for port in ports.values())
    try:
        running.wait_until_it_answers(relay, seconds=START_SECONDS)
        yield Mirrors(host, relay, folder, services.keys)
    finally:
        running.kill()
