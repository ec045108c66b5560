"""What must not be kept, and what strangers must not see."""

import datetime as dt

from organizer import ROOT
from organizer.checkup.finding import Verdict
from organizer.checkup.project import Project

# As in infra/logging.tf.
EXCLUSION = "requests-of-signers"
REQUESTS = (
    'log_id("run.googleapis.com/requests") OR '
    '(resource.type="http_load_balancer" AND log_id("requests"))'
)
KEPT = dt.timedelta(days=30)  # how long the _Default bucket keeps a line

# The project's own buckets, by the end of their names; the last is Terraform's state.
BUCKETS = ("site", "source", "state")


def request_log(project: Project) -> Verdict:
    """
    See that requests, which name their sender's address, are dropped and none is kept.

    Source: cloud.google.com/logging/docs/reference/v2/rest
    """
    exclusion = project.ask("logging", f"/v2/projects/{project.id}/exclusions/{EXCLUSION}")
    if exclusion is None or exclusion.get("disabled") or exclusion.get("filter") != REQUESTS:
        return False, f"the exclusion {EXCLUSION} is not in place; deploy again."
    since = dt.datetime.now(dt.UTC) - KEPT
    query = {
        "resourceNames": [f"projects/{project.id}"],
        "filter": f'({REQUESTS}) AND timestamp >= "{since:%Y-%m-%dT%H:%M:%SZ}"',
        "orderBy": "timestamp desc",
        "pageSize": 1,
    }
    entries = (project.search("logging", "/v2/entries:list", query) or {}).get("entries", [])
    if entries:
        log = entries[0]["logName"].rpartition("/")[2].replace("%2F", "/")
        return False, (
            f"addresses of readers are kept, the last of {entries[0]['timestamp'][:10]}; delete "
            f"them: gcloud logging logs delete {log} --project={project.id}."
        )
    return True, "requests are dropped, and none is kept."


def log_sinks(project: Project) -> Verdict:
    """See that nothing copies the log past the exclusion, which is one of _Default alone."""
    found = (project.ask("logging", f"/v2/projects/{project.id}/sinks") or {}).get("sinks", [])
    others = [
        sink["name"]
        for sink in found
        if sink["name"] not in ("_Default", "_Required") and not sink.get("disabled")
    ]
    if others:
        return False, (
            f"{', '.join(others)} may copy requests with their addresses elsewhere; delete it, or "
            f"give it the exclusion {EXCLUSION} too."
        )
    return True, "nothing copies the log elsewhere."


def traces(project: Project) -> Verdict:
    """
    See that Cloud Trace, which keeps the second of some requests, is off.

    Source: cloud.google.com/service-usage/docs/reference/rest/v1/services
    """
    path = f"/v1/projects/{project.id}/services/cloudtrace.googleapis.com"
    if (project.ask("serviceusage", path) or {}).get("state") == "ENABLED":
        return False, (
            "the exact time of some requests is kept: "
            f"gcloud services disable cloudtrace.googleapis.com --project={project.id}."
        )
    return True, "none are kept."


def bucket_listing(project: Project) -> Verdict:
    """See that no bucket tells a stranger what is in it."""
    open_ones = [
        f"{project.id}-{end}"
        for end in BUCKETS
        if project.look(f"https://{project.id}-{end}.storage.googleapis.com/").ok
    ]
    if open_ones:
        return False, (
            f"everybody can list {', '.join(open_ones)}: take allUsers out of its policy in the "
            "console, and deploy again."
        )
    return True, "it is refused."


def rules(project: Project) -> Verdict:
    """
    See that phones and browsers, for which Firestore has endpoints of their own, are refused.

    Source: firebase.google.com/docs/reference/rules/rest/v1/projects.releases
    """
    name = "cloud.firestore" + ("" if _is_default(project) else f"/{project.database}")
    release = project.ask("firebaserules", f"/v1/projects/{project.id}/releases/{name}")
    if release is None:
        return False, f"there is no release {name}; deploy again."
    ruleset = project.ask("firebaserules", f"/v1/{release['rulesetName']}") or {}
    files = ruleset.get("source", {}).get("files", [])
    ours = (ROOT / "infra" / "firestore.rules").read_text(encoding="utf-8")
    if [file["content"].strip() for file in files] != [ours.strip()]:
        return False, "what is released is not infra/firestore.rules; deploy again."
    petition = f"databases/{project.database}/documents/petitions/{project.petition}"
    answer = project.look(f"https://firestore.googleapis.com/v1/projects/{project.id}/{petition}")
    if answer.ok:
        return False, "a stranger can read the database; deploy again, and look who changed rules."
    return True, "strangers are refused."


def _is_default(project: Project) -> bool:
    return project.database == "(default)"
