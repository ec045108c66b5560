"""All that `make run` and the tests start together: the functions and the page, on one emulator."""

import contextlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from dev import HOST
from dev.emulator import Emulator
from dev.functions import FUNCTIONS, Running, launch, settings
from dev.keys import DevelopmentKeys
from dev.ports import free_port
from dev.site import Site, site_config


@dataclass
class Stack:
    """The running parts and their addresses, none of which ends in a slash."""

    emulator: Emulator
    project: str
    keys: DevelopmentKeys
    site: str
    functions: dict[str, Running] = field(default_factory=dict)

    @property
    def page_config(self) -> dict[str, object]:
        """Return what the page reads as `config.json`."""
        urls = {name: function.url for name, function in self.functions.items()}
        return site_config(urls, self.keys)

    @property
    def private_key(self) -> ec.EllipticCurvePrivateKey:
        """Return the key that opens what the page and the functions seal."""
        return self.keys.private_key

    @property
    def sign(self) -> str:
        """Return the address of sign."""
        return self.functions["sign"].url

    @property
    def count(self) -> str:
        """Return the address of count."""
        return self.functions["count"].url

    @property
    def share_link(self) -> str:
        """Return the address of share-link."""
        return self.functions["share-link"].url

    @property
    def withdraw(self) -> str:
        """Return the address of withdraw."""
        return self.functions["withdraw"].url

    @property
    def sweep(self) -> str:
        """Return the address of sweep, which is private where it is deployed."""
        return self.functions["sweep"].url


@contextlib.contextmanager
def running_stack(
    emulator: Emulator,
    project: str,
    keys: DevelopmentKeys,
    log_folder: Path,
    *,
    ports: Mapping[str, int] | None = None,
    changes: Mapping[str, str] | None = None,
) -> Iterator[Stack]:
    """
    Run the functions and the page for as long as a block lasts, which starts when all answer.

    Args:
        ports: By name: site, sign, count, share-link, withdraw, sweep; free ones if none are given.
        changes: Variables that shall have other values than in the local run.

    Raises:
        CannotRun: One of them does not start; then none is left running.
    """
    ports = ports or {name: free_port() for name in ("site", *FUNCTIONS)}
    urls = {name: f"http://{HOST}:{port}" for name, port in ports.items()}
    variables = settings(
        project=project,
        emulator=emulator.host,
        site=urls["site"],
        share_link=urls["share-link"],
        keys=keys,
    ) | dict(changes or {})
    stack = Stack(emulator, project, keys, urls["site"])
    with contextlib.ExitStack() as stopping:
        stopping.callback(stop_together, stack.functions.values())
        # Together, because each takes a second to start.
        for name in FUNCTIONS:
            log_path = log_folder / f"{name}.log"
            stack.functions[name] = launch(name, ports[name], variables, log_path)
        site = Site(ports["site"], stack.page_config)
        stopping.callback(site.stop)
        for function in stack.functions.values():
            function.wait()
        yield stack


def stop_together(functions: Collection[Running]) -> None:
    """Ask all functions to end before waiting for the first, because each takes its time."""
    for function in functions:
        function.process.terminate()
    for function in functions:
        function.stop()
