"""What a reader meets: headers, paths and, with a domain, the edge and its certificate."""

import json
from typing import Any

from organizer import ROOT
from organizer.checkup.finding import Verdict
from organizer.checkup.project import Project

# Which functions are reached through the edge alone, if there is one (infra/functions.tf).
BEHIND_EDGE = ("sign", "withdraw")

WAIT = "Set the DNS records (`terraform -chdir=infra output dns_records`), and wait for an hour."


def headers(project: Project) -> Verdict:
    """
    Compare what the page is sent with to frontend/headers.json, which a bucket cannot send.

    What script a page may run, it says itself in either case (infra/publish.py).
    """
    answer = project.look(f"{project.site}/")
    if 'http-equiv="Content-Security-Policy"' not in answer.text:
        return False, "the page has no Content-Security-Policy of its own; deploy the page again."
    if project.domain is None:
        return True, "the page carries its policy itself; only a domain brings all headers."
    file = ROOT / "frontend" / "headers.json"
    wanted = json.loads(file.read_text(encoding="utf-8"))
    wanted["Strict-Transport-Security"] = "max-age=31536000"
    connect = f"https://{project.domain}"
    missing = [
        name
        for name, value in wanted.items()
        if answer.headers.get(name) != value.replace("{connect}", connect)
    ]
    if missing:
        return False, f"missing, or not as in frontend/headers.json: {', '.join(missing)}; deploy."
    return True, "all are sent."


def paths(project: Project) -> Verdict:
    """See that addresses lead to the page and, through the edge, to the functions."""
    page = project.look(f"{project.site}/")
    if page.status_code != 200 or not page.headers.get("Content-Type", "").startswith("text/html"):
        return False, f"{project.site}/ answers {page.status_code} instead of the page; deploy."
    if project.domain is None:
        return True, "shared links lead to the page."
    count = project.look(f"{project.site}/api/count/{project.petition}")
    if count.status_code != 200 or f'"{project.petition}"' not in count.text:
        return False, (
            f"/api/count/{project.petition} answers {count.status_code}, not the count: the edge "
            "does not hand on the path that a function expects; look at url_rewrite in edge.tf."
        )
    return True, "they lead to the page and through the edge to the functions."


def way_past(project: Project) -> Verdict | None:
    """See that nobody passes the edge by, where nothing limits what one address may send."""
    if project.domain is None:
        return None
    open_ones = [
        name
        for name in BEHIND_EDGE
        if name in project.functions and not _is_refused(project, project.functions[name])
    ]
    if open_ones:
        return False, f"{' and '.join(open_ones)} can be called without it; deploy again."
    return True, "sign and withdraw are reached through it alone."


def certificate(project: Project) -> Verdict | None:
    """
    See that the domain's certificate has been issued.

    Source: cloud.google.com/compute/docs/reference/rest/v1/sslCertificates
    """
    if project.domain is None:
        return None
    path = f"/compute/v1/projects/{project.id}/global/sslCertificates"
    items = (project.ask("compute", path) or {}).get("items", [])
    found = [item["managed"] for item in items if "managed" in item]
    states = [one for one in found if project.domain in one["domains"]]
    if not states:
        return False, f"there is none for {project.domain}; deploy again."
    if any(one["status"] == "ACTIVE" for one in states):
        return True, "it is active."
    detail = states[0].get("domainStatus", {}).get(project.domain, states[0]["status"])
    return False, f"it is not active: {detail}. {WAIT}"


def _is_refused(project: Project, function: dict[str, Any]) -> bool:
    answer = project.look(f"{function['serviceConfig']['uri']}/{project.petition}")
    # The platform says so, where the function would say 405.
    # Source: cloud.google.com/run/docs/securing/ingress
    return answer.status_code in (403, 404)
