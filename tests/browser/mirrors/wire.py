"""The wire between a browser and a server, on which everything that the browser sends is kept."""

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator

OCTETS = 65_536


class Wire(socketserver.ThreadingTCPServer):
    """Hands on, octet by octet, what comes to a port of this machine, and the answers."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64  # Browsers open several at once, and the default is 5.

    def __init__(self, port: int, server: int) -> None:
        super().__init__(("127.0.0.1", port), _Connection)
        self.server = server
        self.sent = bytearray()


class _Connection(socketserver.BaseRequestHandler):
    server: Wire

    def handle(self) -> None:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self.server.server)) as onward,
        ):
            threading.Thread(target=_answer, args=(onward, self.request), daemon=True).start()
            while octets := self.request.recv(OCTETS):
                self.server.sent += octets
                onward.sendall(octets)


def _answer(server: socket.socket, browser: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while octets := server.recv(OCTETS):
            browser.sendall(octets)
        browser.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def wire(port: int, server: int) -> Iterator[Wire]:
    """Lay a wire from a port to a server's, for as long as a block lasts."""
    with Wire(port, server) as laid:
        threading.Thread(target=laid.serve_forever, args=(0.05,), daemon=True).start()
        yield laid
        laid.shutdown()
