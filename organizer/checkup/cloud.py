"""All that only the cloud itself can tell, one look after the other; nothing is changed."""

from collections.abc import Callable, Iterator

from organizer import CannotDo
from organizer.checkup import edge, operation, privacy, rights
from organizer.checkup.finding import Finding, Verdict
from organizer.checkup.project import Project

LOOKS: dict[str, Callable[[Project], Verdict | None]] = {
    "functions": operation.functions,
    "security headers": edge.headers,
    "paths": edge.paths,
    "way past the edge": edge.way_past,
    "certificate": edge.certificate,
    "rights of sign": rights.rights_of_sign,
    "rules": privacy.rules,
    "bucket listing": privacy.bucket_listing,
    "request log": privacy.request_log,
    "log sinks": privacy.log_sinks,
    "traces": privacy.traces,
    "metrics": operation.metrics,
    "CPU quota": operation.cpu_quota,
    "burnt": operation.burnt,
}


def examine_cloud(project: Project) -> Iterator[Finding]:
    """Look at everything; what cannot be looked at is a finding too, and says what is missing."""
    for part, look in LOOKS.items():
        try:
            verdict = look(project)
        except CannotDo as problem:
            verdict = False, str(problem)
        if verdict:
            yield Finding(part, *verdict)
