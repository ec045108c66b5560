"""The calls of Secret Manager that organizers make, in the form of its REST reference (v1)."""

import base64
import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class SecretManager(ThreadingHTTPServer):
    """Secrets by name, each with the states and the contents of its versions."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Calls)
        self.states: dict[str, dict[str, str]] = {}
        self.contents: dict[tuple[str, str], bytes] = {}
        self.status = 200  # with which every call is answered that is not 404

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Calls(BaseHTTPRequestHandler):
    server: SecretManager

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        name, rest = self._parts(path)
        if name not in self.server.states and self.server.status == 200:
            self._answer({}, 404)
        elif rest == "/versions":
            self._list(name, int(query.partition("pageToken=")[2] or 0))
        elif rest == "/versions/latest:access":
            newest = max(self.server.states[name], key=int)
            content = base64.b64encode(self.server.contents[name, newest]).decode()
            self._answer({"payload": {"data": content}})
        else:
            self._answer({"name": path})

    def do_POST(self) -> None:
        path, _, query = self.path.partition("?")
        length = int(self.headers["Content-Length"] or 0)
        body = json.loads(self.rfile.read(length) or b"{}")
        name, rest = self._parts(path)
        if self.server.status != 200:
            self._answer({})
        elif not name:
            assert body["replication"] == {"automatic": {}}
            self.server.states[query.partition("secretId=")[2]] = {}
            self._answer({})
        elif rest == ":addVersion":
            states = self.server.states[name]
            version = str(max(map(int, states), default=0) + 1)
            states[version] = "ENABLED"
            self.server.contents[name, version] = base64.b64decode(body["payload"]["data"])
            self._answer({"name": f"projects/1/secrets/{name}/versions/{version}"})
        else:
            version = rest.rpartition("/")[2].removesuffix(":destroy")
            self.server.states[name][version] = "DESTROYED"
            self._answer({"name": version, "state": "DESTROYED"})

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing."""

    def _list(self, name: str, at: int) -> None:
        # One to a page, so that whoever forgets the next page is found out.
        states = self.server.states[name]
        number = list(states)[at]
        version = {"name": f"projects/1/secrets/{name}/versions/{number}", "state": states[number]}
        page: dict[str, object] = {"versions": [version]}
        if at + 1 < len(states):
            page["nextPageToken"] = str(at + 1)
        self._answer(page)

    def _parts(self, path: str) -> tuple[str, str]:
        match = re.fullmatch(r"/v1/projects/[^/]+/secrets(?:/([^/:]+)(.*))?", path)
        assert match
        return match[1] or "", match[2] or ""

    def _answer(self, content: object, status: int | None = None) -> None:
        self.send_response(status or self.server.status)
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())
