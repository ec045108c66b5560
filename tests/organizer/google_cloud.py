"""
Google's REST APIs and a petition's own addresses,
as their references and our tests describe them.
"""

import json
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote_plus

from dev.keys import make_keys
from organizer import ROOT
from organizer.checkup.privacy import EXCLUSION, REQUESTS

PROJECT = "petition-test"
DOMAIN = "sign.example.org"
REGION = "us-central1"
NUMBER = "123456789012"
TOKEN = "ya29.of-sign"

# Which answer is whose: METHOD HOST/PATH, and where one path has several, ?WHAT THE QUERY HAS.
Answers = dict[str, Any]

FIRESTORE = (
    f"firestore.googleapis.com/v1/projects/{PROJECT}/databases/(default)/documents"
    "/petitions/savemyfriend"
)
FUNCTIONS = f"GET cloudfunctions.googleapis.com/v2/projects/{PROJECT}/locations/-/functions"
URL_MAP = f"GET compute.googleapis.com/compute/v1/projects/{PROJECT}/global/urlMaps/edge"
CERTIFICATES = f"GET compute.googleapis.com/compute/v1/projects/{PROJECT}/global/sslCertificates"
QUOTA = (
    f"GET cloudquotas.googleapis.com/v1/projects/{PROJECT}/locations/global/services"
    "/run.googleapis.com/quotaInfos/CpuAllocPerProjectRegion"
)
RELEASE = f"GET firebaserules.googleapis.com/v1/projects/{PROJECT}/releases/cloud.firestore"
RULESET = f"GET firebaserules.googleapis.com/v1/projects/{PROJECT}/rulesets/4fa2"
EXCLUSIONS = f"GET logging.googleapis.com/v2/projects/{PROJECT}/exclusions/{EXCLUSION}"
SINKS = f"GET logging.googleapis.com/v2/projects/{PROJECT}/sinks"
ENTRIES = "POST logging.googleapis.com/v2/entries:list"
SERIES = f"GET monitoring.googleapis.com/v3/projects/{PROJECT}/timeSeries"
TRACE = f"GET serviceusage.googleapis.com/v1/projects/{PROJECT}/services/cloudtrace.googleapis.com"
ACCOUNT = f"petition-sign@{PROJECT}.iam.gserviceaccount.com"
IMPERSONATION = (
    f"POST iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{ACCOUNT}"
    ":generateAccessToken"
)
SECRETS = f"GET secretmanager.googleapis.com/v1/projects/{PROJECT}/secrets"
PEPPER, ENVELOPE = f"{SECRETS}/pepper/versions", f"{SECRETS}/envelope/versions"


class Refusal(tuple[int, dict[str, Any]]):
    """A status with Google's form of an error, as google.rpc.Status has it."""

    def __new__(cls, status: int, reason: str) -> "Refusal":
        """Make one, for example 403 for IAM_PERMISSION_DENIED."""
        info = {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": reason,
            "domain": "googleapis.com",
        }
        error = {"code": status, "message": "No.", "status": reason, "details": [info]}
        return super().__new__(cls, (status, {"error": error}))


NOT_FOUND = Refusal(404, "NOT_FOUND")
DENIED = Refusal(403, "IAM_PERMISSION_DENIED")
NOT_ENABLED = Refusal(403, "SERVICE_DISABLED")

# The page, as far as anybody looks at it.
POLICED = '<html><meta http-equiv="Content-Security-Policy" content="…">'


class Page(str):
    """The text of a page, with its status and headers."""

    status: int
    headers: Mapping[str, str]

    def __new__(cls, text: str, status: int = 200, **headers: str) -> "Page":
        """Make one; underscores in a header's name stand for hyphens."""
        page = super().__new__(cls, text)
        page.status = status
        page.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return page


def function(name: str, most: int, state: str = "ACTIVE") -> dict[str, Any]:
    """Return a function as projects.locations.functions.list does."""
    return {
        "name": f"projects/{PROJECT}/locations/{REGION}/functions/{name}",
        "state": state,
        "environment": "GEN_2",
        "serviceConfig": {
            "uri": f"https://{name}-abc-uc.a.run.app",
            "availableCpu": "1",
            "maxInstanceCount": most,
            "serviceAccountEmail": f"petition-{name}@{PROJECT}.iam.gserviceaccount.com",
        },
    }


def versions(secret: str, *states: str) -> dict[str, Any]:
    """Return a secret's versions as projects.secrets.versions.list does."""
    name = f"projects/{NUMBER}/secrets/{secret}/versions"
    return {"versions": [{"name": f"{name}/{i}", "state": s} for i, s in enumerate(states, 1)]}


def certificate(status: str, domain_status: str) -> dict[str, Any]:
    """Return certificates as sslCertificates.list does."""
    managed = {"domains": [DOMAIN], "status": status, "domainStatus": {DOMAIN: domain_status}}
    return {"items": [{"name": "edge-1a2b3c4d", "type": "MANAGED", "managed": managed}]}


def quota(milli_cpus: int, **dimensions: str) -> dict[str, Any]:
    """Return what quotaInfos.get does: the greater value for regions that are not named."""
    details = [{"dimensions": dimensions, "details": {"value": str(milli_cpus)}}]
    return {
        "quotaId": "CpuAllocPerProjectRegion",
        "metric": "run.googleapis.com/cpu_allocation",
        "dimensions": ["region"],
        "dimensionsInfos": [*details, {"details": {"value": "200000"}}],
    }


def page_headers() -> dict[str, str]:
    """Return the headers with which the edge sends the page."""
    headers: dict[str, str] = json.loads((ROOT / "frontend/headers.json").read_text())
    policy = headers["Content-Security-Policy"].replace("{connect}", f"https://{DOMAIN}")
    headers |= {"Content-Security-Policy": policy, "Content-Type": "text/html; charset=utf-8"}
    return headers | {"Strict-Transport-Security": "max-age=31536000"}


def edge_page(**changed: str) -> Page:
    """Return the page as the edge sends it, with other headers of these names."""
    page = Page(POLICED)
    page.headers = page_headers() | {k.replace("_", "-"): v for k, v in changed.items()}
    return page


def config() -> dict[str, Any]:
    """Return the page's settings, as infra/site.tf writes them, but for the origin of addresses."""
    keys = make_keys()
    names = ("sign", "count", "share-link", "withdraw")
    return {
        "petition": "savemyfriend",
        "functions": {name.replace("-", "_"): [f"/api/{name}"] for name in names},
        "seal_public_key": keys.seal_public_key,
        "envelope_public_key": keys.envelope_public_key,
    }


NUMBERS = {"petition": "savemyfriend", "status": "open", "as_of": "2100-01-01T00:00:00Z"}
COUNT = Page(json.dumps(NUMBERS), Content_Type="application/json")
LISTING = Page("<ListBucketResult/>", Content_Type="application/xml")


def healthy() -> Answers:
    """Return what is answered for a petition with a domain in which all is well."""
    rules = (ROOT / "infra/firestore.rules").read_text()
    names = {"sign": 4, "count": 2, "share-link": 2, "withdraw": 1, "sweep": 1}
    found = {"metric": {"labels": {}}, "resource": {"type": "cloud_run_revision"}}
    release = {
        "name": f"projects/{PROJECT}/releases/cloud.firestore",
        "rulesetName": f"projects/{PROJECT}/rulesets/4fa2",
    }
    sinks = [{"name": "_Required"}, {"name": "_Default"}]
    return {
        FUNCTIONS: {"functions": [function(name, most) for name, most in names.items()]},
        URL_MAP: {"name": "edge", "hostRules": [{"hosts": [DOMAIN], "pathMatcher": "petition"}]},
        CERTIFICATES: certificate("ACTIVE", "ACTIVE"),
        QUOTA: quota(20000, region=REGION),
        RELEASE: release,
        RULESET: {"source": {"files": [{"name": "firestore.rules", "content": rules}]}},
        EXCLUSIONS: {"name": EXCLUSION, "filter": REQUESTS, "createTime": "2026-11-24T10:00:00Z"},
        SINKS: {"sinks": sinks},
        ENTRIES: {},
        f"{SERIES}?petition_claims": {"timeSeries": [found], "unit": "1"},
        f"{SERIES}?petition_tally_age": {"timeSeries": [found], "unit": "1"},
        TRACE: {"state": "DISABLED", "parent": f"projects/{NUMBER}"},
        IMPERSONATION: {"accessToken": TOKEN, "expireTime": "2026-11-24T10:05:00Z"},
        PEPPER: versions("pepper", "ENABLED"),
        ENVELOPE: versions("envelope", "DESTROYED", "ENABLED"),
        f"GET {FIRESTORE}": DENIED,
        f"sign: GET {FIRESTORE}": {"name": "…", "fields": {}},
        f"sign: GET {FIRESTORE}/signers": DENIED,
        f"sign: DELETE {FIRESTORE}/lanes/nothing": DENIED,
        f"GET {DOMAIN}/": edge_page(),
        f"GET {DOMAIN}/config.json": config(),
        f"GET {DOMAIN}/api/count/savemyfriend": COUNT,
        **{
            f"GET {DOMAIN}/api/{name}/savemyfriend": Page("", 405)
            for name in ("sign", "share-link", "withdraw")
        },
        **{
            f"GET {PROJECT}-{end}.storage.googleapis.com/": Page("<Error/>", 403)
            for end in ("site", "source", "state")
        },
        "GET sign-abc-uc.a.run.app/savemyfriend": Page("", 404),
        "GET withdraw-abc-uc.a.run.app/savemyfriend": Page("", 404),
    }


class GoogleCloud(ThreadingHTTPServer):
    """Answers https://HOST/PATH at /HOST/PATH with what was recorded for it, or else with 404."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Calls)
        self.answers = healthy()
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Calls(BaseHTTPRequestHandler):
    server: GoogleCloud

    def do_GET(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        self._answer()

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing."""

    def _answer(self) -> None:
        path, _, query = self.path.removeprefix("/").partition("?")
        who = "sign: " if self.headers["Authorization"] == f"Bearer {TOKEN}" else ""
        key = f"{who}{self.command} {path}"
        self.server.asked.append(f"{key}?{unquote_plus(query)}")
        for recorded, answer in self.server.answers.items():
            place, _, needle = recorded.partition("?")
            if place == key and needle in query:
                return self._send(answer)
        return self._send(NOT_FOUND)

    def _send(self, answer: Any) -> None:
        status, headers, body = 200, {"Content-Type": "application/json"}, answer
        if isinstance(answer, Refusal):
            status, body = answer
        if isinstance(answer, Page):
            status, headers, body = answer.status, dict(answer.headers), str(answer)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write((body if isinstance(answer, Page) else json.dumps(body)).encode())
