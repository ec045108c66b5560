"""
What the doctor looks at in the cloud,
against recorded answers: once well, and once wrong each.
"""

import json
import re
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest

from organizer import ROOT
from organizer.checkup.cloud import LOOKS, examine_cloud
from organizer.checkup.finding import Finding
from organizer.checkup.privacy import EXCLUSION, REQUESTS
from organizer.checkup.project import ROLES, Project
from tests.organizer import google_cloud as recorded
from tests.organizer.conftest import Command
from tests.organizer.google_cloud import (
    DENIED,
    NOT_ENABLED,
    NOT_FOUND,
    PROJECT,
    GoogleCloud,
    Page,
)

Look = Callable[[], dict[str, Finding]]

REQUEST_LINE = {
    "logName": f"projects/{PROJECT}/logs/run.googleapis.com%2Frequests",
    "timestamp": "2026-11-23T09:00:00.000000Z",
}
SITE = f"GET {PROJECT}-site.storage.googleapis.com"

# Part, what is answered otherwise, and what the sentence has to say of it.
WRONG: list[tuple[str, dict[str, Any], str]] = [
    (
        "functions",
        {recorded.FUNCTIONS: {"functions": [recorded.function("sign", 4, state="FAILED")]}},
        "not active: count, share-link, sign, sweep, withdraw; deploy again",
    ),
    (
        "security headers",
        {f"GET {recorded.DOMAIN}/": recorded.edge_page(Referrer_Policy="origin")},
        "Referrer-Policy; deploy",
    ),
    (
        "paths",
        {f"GET {recorded.DOMAIN}/api/count/savemyfriend": Page("", 404)},
        "/api/count/savemyfriend answers 404",
    ),
    (
        "paths",
        {f"GET {recorded.DOMAIN}/": Page("<Error/>", 404)},
        f"https://{recorded.DOMAIN}/ answers 404 instead of the page",
    ),
    (
        "way past the edge",
        {"GET withdraw-abc-uc.a.run.app/savemyfriend": Page("", 405)},
        "withdraw can be called without it",
    ),
    (
        "certificate",
        {recorded.CERTIFICATES: recorded.certificate("PROVISIONING", "FAILED_NOT_VISIBLE")},
        "FAILED_NOT_VISIBLE. Set the DNS records",
    ),
    ("certificate", {recorded.CERTIFICATES: {"items": []}}, "none for sign.example.org"),
    (
        "rights of sign",
        {f"sign: GET {recorded.FIRESTORE}/signers": {"documents": []}},
        "it may list, which it never needs",
    ),
    (
        "rights of sign",
        {f"sign: DELETE {recorded.FIRESTORE}/lanes/nothing": NOT_FOUND},
        "it may delete, which it never needs",
    ),
    ("rights of sign", {f"sign: GET {recorded.FIRESTORE}": DENIED}, "it cannot read"),
    ("rules", {recorded.RELEASE: NOT_FOUND}, "no release cloud.firestore; deploy"),
    (
        "rules",
        {recorded.RULESET: {"source": {"files": [{"content": "allow read, write: if true;"}]}}},
        "not infra/firestore.rules",
    ),
    ("rules", {f"GET {recorded.FIRESTORE}": {"fields": {}}}, "a stranger can read"),
    (
        "bucket listing",
        {f"{SITE}/": recorded.LISTING},
        "everybody can list petition-test-site",
    ),
    ("request log", {recorded.EXCLUSIONS: NOT_FOUND}, "is not in place; deploy again"),
    (
        "request log",
        {recorded.EXCLUSIONS: {"name": EXCLUSION, "filter": REQUESTS, "disabled": True}},
        "is not in place; deploy again",
    ),
    (
        "request log",
        {recorded.ENTRIES: {"entries": [REQUEST_LINE]}},
        "the last of 2026-11-23; delete them: gcloud logging logs delete "
        f"run.googleapis.com/requests --project={PROJECT}",
    ),
    (
        "log sinks",
        {recorded.SINKS: {"sinks": [{"name": "_Default"}, {"name": "to-the-archive"}]}},
        "to-the-archive may copy requests",
    ),
    (
        "traces",
        {recorded.TRACE: {"state": "ENABLED"}},
        f"gcloud services disable cloudtrace.googleapis.com --project={PROJECT}",
    ),
    (
        "metrics",
        {f"{recorded.SERIES}?petition_claims": {}},
        "arrived in petition_claims for 15 minutes",
    ),
    (
        "CPU quota",
        {recorded.QUOTA: recorded.quota(8000, region=recorded.REGION)},
        "10 CPUs at most, of 8 in us-central1: ask for more",
    ),
    ("CPU quota", {recorded.QUOTA: NOT_ENABLED}, "CpuAllocPerProjectRegion is not told"),
    (
        "burnt",
        {recorded.PEPPER: recorded.versions("pepper", "DESTROYED")},
        "sign is still there: set burnt = true and deploy",
    ),
    (
        "burnt",
        {recorded.ENVELOPE: recorded.versions("envelope", "DESTROYED")},
        "`organizer keys envelope`",
    ),
]

IDS = [f"{part} {i}" for i, (part, *_) in enumerate(WRONG)]

# What is needed to look, by what answers with 403.
REFUSED = {
    recorded.FUNCTIONS: ("functions", "roles/cloudfunctions.viewer"),
    recorded.CERTIFICATES: ("certificate", "roles/compute.viewer"),
    recorded.RELEASE: ("rules", "roles/firebaserules.viewer"),
    recorded.EXCLUSIONS: ("request log", "roles/logging.viewer"),
    f"{recorded.SERIES}?petition_claims": ("metrics", "roles/monitoring.viewer"),
    recorded.QUOTA: ("CPU quota", "roles/cloudquotas.viewer"),
    recorded.TRACE: ("traces", "roles/serviceusage.serviceUsageViewer"),
    recorded.IMPERSONATION: ("rights of sign", "roles/iam.serviceAccountTokenCreator"),
    recorded.PEPPER: ("burnt", "roles/secretmanager.viewer"),
}


@pytest.fixture
def cloud() -> Iterator[GoogleCloud]:
    """Answer as Google Cloud on this machine, for a petition in which all is well."""
    with GoogleCloud() as server:
        thread = Thread(target=server.serve_forever, args=[0.02])
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def look(cloud: GoogleCloud) -> Look:
    """Look at everything, and return what was found by part."""

    def look() -> dict[str, Finding]:
        project = Project(PROJECT, "(default)", "savemyfriend", cloud.url)
        return {finding.part: finding for finding in examine_cloud(project)}

    return look


def without_a_domain(cloud: GoogleCloud) -> None:
    """Answer for a petition that its bucket serves."""
    cloud.answers[recorded.URL_MAP] = cloud.answers[recorded.CERTIFICATES] = NOT_ENABLED
    cloud.answers[f"{SITE}/page/"] = Page(recorded.POLICED, Content_Type="text/html; charset=utf-8")


def burn(cloud: GoogleCloud) -> None:
    """Answer for a petition that is burnt and deployed so."""
    for key, secret in ((recorded.PEPPER, "pepper"), (recorded.ENVELOPE, "envelope")):
        cloud.answers[key] = recorded.versions(secret, "DESTROYED")
    listed = cloud.answers[recorded.FUNCTIONS]["functions"]
    left = [function for function in listed if not function["name"].endswith("/sign")]
    cloud.answers[recorded.FUNCTIONS] = {"functions": left}
    del cloud.answers[f"{recorded.SERIES}?petition_claims"]


def test_all_is_well_where_all_is_well(look: Look) -> None:
    found = look()

    assert found.keys() == LOOKS.keys()
    assert {part: one.sentence for part, one in found.items() if not one.well} == {}


@pytest.mark.parametrize(
    ("part", "answers", "sentence"),
    WRONG,
    ids=IDS,
)
def test_what_is_wrong_is_said_with_what_to_do(
    cloud: GoogleCloud, look: Look, part: str, answers: dict[str, Any], sentence: str
) -> None:
    cloud.answers |= answers

    found = look()[part]

    assert not found.well
    assert sentence in found.sentence
    assert found.sentence.endswith(".")


@pytest.mark.parametrize("answer", REFUSED)
def test_a_right_that_is_missing_is_named(cloud: GoogleCloud, look: Look, answer: str) -> None:
    part, role = REFUSED[answer]
    cloud.answers[answer] = DENIED

    found = look()[part]

    assert not found.well
    assert f"You may not do this: {role} on the " in found.sentence


def test_every_service_that_is_asked_has_its_refusal_tried() -> None:
    tried = {re.search(r" (\w+)\.googleapis", answer)[1] for answer in REFUSED}  # type: ignore[index]

    assert tried == {*ROLES, "iamcredentials", "secretmanager"}
    assert {part for part, *_ in WRONG} == LOOKS.keys()


def test_what_does_not_answer_is_a_finding(cloud: GoogleCloud, look: Look) -> None:
    cloud.answers[recorded.SINKS] = Page("", 503)

    assert look()["log sinks"].sentence == "logging.googleapis.com answers 503."


def test_without_a_domain_nothing_is_asked_of_an_edge(cloud: GoogleCloud, look: Look) -> None:
    without_a_domain(cloud)

    found = look()

    assert found.keys() == LOOKS.keys() - {"way past the edge", "certificate"}
    assert [one for one in found.values() if not one.well] == []
    assert "only a domain brings all" in found["security headers"].sentence


@pytest.mark.parametrize("has_domain", [True, False])
def test_a_page_without_a_policy_of_its_own_is_named(
    cloud: GoogleCloud, look: Look, has_domain: bool
) -> None:
    address = f"GET {recorded.DOMAIN}/"
    if not has_domain:
        without_a_domain(cloud)
        address = f"{SITE}/page/"
    cloud.answers[address] = Page("<html>", 200, **recorded.page_headers())

    assert "no Content-Security-Policy" in look()["security headers"].sentence


def test_a_burnt_petition_is_well_without_sign(cloud: GoogleCloud, look: Look) -> None:
    burn(cloud)

    found = look()

    assert found.keys() == LOOKS.keys() - {"rights of sign"}
    assert [one for one in found.values() if not one.well] == []
    assert "everything is" in found["burnt"].sentence


@pytest.mark.parametrize(
    ("secret", "sentence"), [("pepper", "sign is gone, but 1 version"), ("envelope", "envelope's")]
)
def test_what_is_half_burnt_is_named(
    cloud: GoogleCloud, look: Look, secret: str, sentence: str
) -> None:
    burn(cloud)
    key = {"pepper": recorded.PEPPER, "envelope": recorded.ENVELOPE}[secret]
    cloud.answers[key] = recorded.versions(secret, "ENABLED")

    found = look()["burnt"]

    assert not found.well
    assert sentence in found.sentence and "`organizer burn --really`" in found.sentence


def test_rules_of_another_database_are_another_release(cloud: GoogleCloud) -> None:
    cloud.answers[f"{recorded.RELEASE}/restored"] = cloud.answers.pop(recorded.RELEASE)
    project = Project(PROJECT, "restored", "savemyfriend", cloud.url)

    found = {finding.part: finding for finding in examine_cloud(project)}

    assert found["rules"].well


@pytest.mark.parametrize(("allowed", "well"), [(-1, True), (10000, True), (9999, False)])
def test_quota_of_the_region_counts(
    cloud: GoogleCloud, look: Look, allowed: int, well: bool
) -> None:
    cloud.answers[recorded.QUOTA] = recorded.quota(allowed, region=recorded.REGION)
    assert look()["CPU quota"].well is well

    cloud.answers[recorded.QUOTA] = recorded.quota(1, region="europe-west1")
    assert look()["CPU quota"].well, "Another region's is not ours."


def test_nothing_is_changed(cloud: GoogleCloud, look: Look) -> None:
    look()

    changing = [one for one in cloud.asked if not re.match(r"(sign: )?GET ", one)]
    assert changing == [
        f"{recorded.IMPERSONATION}?",
        # Of what is not there, and must be: it deletes nothing, whoever may.
        f"sign: DELETE {recorded.FIRESTORE}/lanes/nothing?currentDocument.exists=true",
        f"{recorded.ENTRIES}?",
    ]


def test_the_exclusion_is_the_one_that_is_deployed() -> None:
    text = (ROOT / "infra" / "logging.tf").read_text().replace('\\"', '"')

    assert f'name        = "{EXCLUSION}"' in text
    assert f'filter      = "{REQUESTS}"' in text


@pytest.fixture
def doctor(
    organizer: Command, cloud: GoogleCloud, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], dict[str, bool]]:
    """Run the whole command, check its exit code, and return what is well."""
    monkeypatch.setenv("INTERNET_URL", cloud.url)

    def doctor() -> dict[str, bool]:
        said = organizer("--project", PROJECT, "doctor", "--cloud", "--json")
        wells = {one["part"]: one["well"] for one in json.loads(said.out)}
        assert said.code == (0 if all(wells.values()) else 1)
        return wells

    return doctor


def test_the_command_looks_at_the_cloud_too(doctor: Callable[[], dict[str, bool]]) -> None:
    wells = doctor()

    assert wells.keys() > {*LOOKS, "database", "page", "sign"}
    assert [part for part, well in wells.items() if not well] == []


@pytest.mark.parametrize(("status", "well"), [("closed", True), ("open", False)])
def test_a_page_may_lack_sign_once_the_petition_is_closed_and_burnt(
    cloud: GoogleCloud, doctor: Callable[[], dict[str, bool]], status: str, well: bool
) -> None:
    burn(cloud)
    del cloud.answers[f"GET {recorded.DOMAIN}/config.json"]["functions"]["sign"]
    numbers = json.dumps(recorded.NUMBERS | {"status": status})
    count = Page(numbers, Content_Type="application/json")
    cloud.answers[f"GET {recorded.DOMAIN}/api/count/savemyfriend"] = count

    wells = doctor()

    assert wells["sign"] is well
    assert [part for part, well in wells.items() if not well] == ([] if well else ["sign"])


def test_relays_that_the_page_names_are_asked_too(
    cloud: GoogleCloud, doctor: Callable[[], dict[str, bool]]
) -> None:
    functions = cloud.answers[f"GET {recorded.DOMAIN}/config.json"]["functions"]
    functions["sign"] += ["/good/sign", "/dead/sign"]
    cloud.answers[f"GET {recorded.DOMAIN}/good/sign/savemyfriend"] = Page("", 405)

    wells = doctor()

    assert wells["sign by relay 1"]
    assert [part for part, well in wells.items() if not well] == ["sign by relay 2"]


def test_an_emulator_is_not_taken_for_the_cloud(organizer: Command) -> None:
    said = organizer("doctor", "--cloud")

    assert said.code == 2
    assert "unset FIRESTORE_EMULATOR_HOST" in said.err
