"""
What stands between a signer and the functions: relays as docs/mirrors.md
shows them, and worse.
"""

import os
import re
import shutil
import socket
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from dev import ROOT
from dev.stack import Stack
from tests.conftest import do_without

DOCUMENT = ROOT / "docs" / "mirrors.md"
FUNCTIONS = "https://sign.example.org/api"

# One process, which ends with the test, and leaves nothing outside of its folder.
NGINX = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    include /etc/nginx/mime.types;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{mirror};
        root {folder}/mirrors;
        access_log off;
    }}
    {relay}
}}
"""

# What a host of workers does with one.
WORKER_HOST = """
import { createServer } from "node:http";
import worker from "./worker.mjs";
createServer(async (request, answer) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = request.method === "POST" ? Buffer.concat(parts) : undefined;
  const url = `http://127.0.0.1${request.url}`;
  const { method, headers } = request;
  const said = await worker.fetch(new Request(url, { method, headers, body }));
  answer.writeHead(said.status, Object.fromEntries(said.headers));
  answer.end(Buffer.from(await said.arrayBuffer()));
}).listen(Number(process.argv[2]), "127.0.0.1");
"""


def program(name: str, package: str) -> str:
    """Find a program, without which a person's tests are skipped, and CI fails."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found:
        return found
    do_without(f"There is no {name}: install it, on Debian with apt install {package}.")


def documented(language: str) -> str:
    """Return the one block of docs/mirrors.md that is in a language."""
    (block,) = re.findall(rf"^```{language}\n(.*?)^```", DOCUMENT.read_text(), re.M | re.S)
    return str(block)


def nginx_config(folder: Path, services: Stack, *, mirror: int, relay: int) -> Path:
    """
    Write what nginx needs to serve mirrors at one port,
    and to be the documented relay at another.
    """
    block = documented("nginx")
    for name, function in services.functions.items():
        block = block.replace(f"{FUNCTIONS}/{name}/", f"{function.url}/")
    assert FUNCTIONS not in block
    block = re.sub(r"listen .*", f"listen 127.0.0.1:{relay};", block)
    block = re.sub(r"root .*", f"root {folder}/mirrors;", block)
    # What TLS takes, which is not spoken on this machine.
    block = re.sub(r".*ssl_.*\n", "", block)
    path = folder / "nginx.conf"
    path.write_text(NGINX.format(folder=folder, mirror=mirror, relay=block))
    return path


def worker_host(folder: Path, functions: str) -> Path:
    """Write the documented worker before functions at an address, and what runs it in Node.js."""
    (folder / "worker.mjs").write_text(documented("js").replace(FUNCTIONS, functions))
    path = folder / "host.mjs"
    path.write_text(WORKER_HOST)
    return path


class Portal(BaseHTTPRequestHandler):
    """A filter or a hotel that answers for everybody, and that every browser lets answer."""

    def do_GET(self) -> None:
        """Answer everything with a page."""
        # A body that is not read would break the connection off, and look like a dead address.
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b"<!doctype html><p>Log in"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        for name in ("Origin", "Headers", "Methods"):
            self.send_header(f"Access-Control-Allow-{name}", "*")
        self.end_headers()
        self.wfile.write(body)

    do_OPTIONS = do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def silence() -> socket.socket:
    """Listen on a port, take every connection, and never say a word."""
    return socket.create_server(("127.0.0.1", 0), backlog=128)
