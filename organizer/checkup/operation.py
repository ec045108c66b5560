"""Whether it runs, is watched, may grow, and is what it says that it is."""

import datetime as dt

from organizer.checkup.finding import Verdict
from organizer.checkup.project import Project
from organizer.pepper import SECRET
from organizer.vault import ENVELOPE_SECRET

# Beside sign, which is gone once the petition is burnt.
FUNCTIONS = {"count", "share-link", "withdraw", "sweep"}
QUOTA = "CpuAllocPerProjectRegion"

# One of sign's and one of count's; both are written every minute, because the scheduler asks.
METRICS = {"sign": "petition_claims", "count": "petition_tally_age"}
LATELY = dt.timedelta(minutes=15)  # ours: a line a minute, and what Google takes to add it up

BURN = "`organizer burn --really`"
DEPLOY_BURNT = "set burnt = true and deploy, or the next deployment makes a new pepper."


def functions(project: Project) -> Verdict:
    """See that all are deployed and none has failed."""
    failed = {name for name, one in project.functions.items() if one.get("state") != "ACTIVE"}
    missing = sorted(FUNCTIONS - project.functions.keys() | failed)
    if missing:
        return False, f"not active: {', '.join(missing)}; deploy again, and read what it says."
    return True, f"{len(project.functions)} are active in {project.region}."


def metrics(project: Project) -> Verdict:
    """
    See that what the functions say of themselves becomes numbers, by which alerts are raised.

    Source: cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.timeSeries/list
    """
    silent = [
        metric
        for function, metric in METRICS.items()
        if function in project.functions and not _arrives(project, metric)
    ]
    if silent:
        return False, (
            f"nothing has arrived in {', '.join(silent)} for {LATELY.seconds // 60} minutes, so no "
            "alert can open: look at the scheduler's jobs, and at the logs of the functions."
        )
    return True, "they arrive."


def cpu_quota(project: Project) -> Verdict:
    """
    Compare what all functions may use at most with what the region allows.

    Source: cloud.google.com/docs/quotas/reference/rest/v1, QuotaInfo
    """
    path = f"/v1/projects/{project.id}/locations/global/services/run.googleapis.com/quotaInfos"
    info = project.ask("cloudquotas", f"{path}/{QUOTA}") or {}
    by_region = {
        one.get("dimensions", {}).get("region"): int(one["details"]["value"])
        for one in info.get("dimensionsInfos", [])
    }
    # Where a region has none of its own, what is said of all others counts.
    allowed = by_region.get(project.region, by_region.get(None))
    if allowed is None:
        return False, f"{QUOTA} is not told; look in the console: IAM & Admin, Quotas."
    used = sum(_milli_cpus(one["serviceConfig"]) for one in project.functions.values())
    sentence = f"{used // 1000} CPUs at most, of {allowed // 1000} in {project.region}"
    # Below zero means without limit.
    if 0 <= allowed < used:
        return False, f"{sentence}: ask for more, or lower instances; see the runbook."
    return True, f"{sentence}."


def burnt(project: Project) -> Verdict:
    """See that the pepper and `sign` are both there, or both gone for ever."""
    pepper, envelope = project.versions(SECRET), project.versions(ENVELOPE_SECRET)
    if not pepper:
        if "sign" in project.functions:
            return False, f"the pepper is destroyed, and sign is still there: {DEPLOY_BURNT}"
        if envelope:
            return False, f"the pepper is destroyed, and the envelope's key is not: {BURN}."
        return True, "everything is: the pepper, the envelope's key, and sign."
    if "sign" not in project.functions:
        return False, f"sign is gone, but {len(pepper)} version(s) of the pepper are not: {BURN}."
    if not envelope:
        return False, "the envelope's key is destroyed: `organizer keys envelope`, and deploy."
    return True, "nothing is."


def _arrives(project: Project, metric: str) -> bool:
    now = dt.datetime.now(dt.UTC)
    found = project.ask(
        "monitoring",
        f"/v3/projects/{project.id}/timeSeries",
        **{
            "filter": f'metric.type="logging.googleapis.com/user/{metric}"',
            "interval.startTime": f"{now - LATELY:%Y-%m-%dT%H:%M:%SZ}",
            "interval.endTime": f"{now:%Y-%m-%dT%H:%M:%SZ}",
            "view": "HEADERS",
            "pageSize": "1",
        },
    )
    return bool((found or {}).get("timeSeries"))


def _milli_cpus(service: dict[str, str]) -> int:
    cpu = service.get("availableCpu", "1")
    each = int(cpu.removesuffix("m")) if cpu.endswith("m") else round(float(cpu) * 1000)
    return each * int(service.get("maxInstanceCount", 100))  # 100 is the platform's own most
