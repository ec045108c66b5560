"""TCP ports on this machine."""

import secrets
import socket

from dev import HOST

# Below the ports that Linux (32768) and macOS (49152) give to outgoing connections, so that no
# connection takes a port between its choice and its use.
FREE_PORTS = range(20_000, 32_000)


def is_free(port: int) -> bool:
    """Tell whether a server could listen on a port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Choose a port that nobody listens on."""
    while True:
        port = secrets.choice(FREE_PORTS)
        if is_free(port):
            return port
