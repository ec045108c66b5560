"""The configuration is sound, does what its own tests say, and comes and goes in one command."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from dev import ROOT
from tests.infra.conftest import PROJECT, Deployed, Terraform
from tests.infra.test_restore import STEPS

INFRA = ROOT / "infra"
ALL = "\n".join(path.read_text() for path in sorted(INFRA.glob("*.tf")))
RESOURCES = set(re.findall(r'^resource "(\w+)" "(\w+)"', ALL, re.MULTILINE))


def test_configuration_is_formatted(terraform: Terraform) -> None:
    done = terraform.run("fmt", "-check", "-diff", "-recursive")

    assert (done.returncode, done.stdout) == (0, "")


def test_configuration_is_valid(terraform: Terraform) -> None:
    terraform.ask("validate")


def test_configuration_keeps_the_promises_its_own_tests_make(terraform: Terraform) -> None:
    said = terraform.ask("test", "-no-color")

    passed = re.search(r"Success! (\d+) passed, 0 failed", said)
    written = sum(path.read_text().count("\nrun ") for path in INFRA.glob("tests/*.tftest.hcl"))
    assert passed and int(passed[1]) == written


def test_state_holds_no_pepper(deployed: Deployed) -> None:
    version = deployed.resource('google_secret_manager_secret_version.pepper["pepper"]')

    assert version["secret_data"] is None and version["secret_data_wo"] is None
    # 64 letters and digits in a row are nowhere, except in hexadecimal, as hashes are.
    words = set(re.findall(r"\b[A-Za-z0-9]{64}\b", deployed.text))
    assert {word for word in words if not re.fullmatch("[0-9a-f]{64}", word)} == set()


def test_make_deploy_ends_by_telling_an_organizer_where_to_go(deployed: Deployed) -> None:
    _, _, outputs = deployed.said.partition("Outputs:")

    for expected in (
        'page = "https://petition-test-site.storage.googleapis.com/page/index.html"',
        '"firestore" = "https://console.cloud.google.com/firestore/databases/-default-/data/panel/'
        'petitions/savemyfriend?project=petition-test"',
        *(f'"{name}" = "https://' for name in ("sign", "count", "share_link", "withdraw")),
        '"dashboards" = "https://console.cloud.google.com/monitoring/dashboards',
    ):
        assert expected in outputs


@pytest.mark.parametrize(
    ("later", "earlier"),
    [
        ("google_cloudfunctions2_function.this", "google_project_iam_member.build"),
        ("google_cloudfunctions2_function.this", "google_project_iam_member.function"),
        ("google_cloudfunctions2_function.this", "google_secret_manager_secret_iam_member.sign"),
        ("google_cloudfunctions2_function.this", "google_storage_bucket_iam_member.build"),
        ("google_cloudfunctions2_function.this", "time_sleep.permissions"),
        ("google_firestore_field.via", "google_firestore_field.unindexed"),
        ("google_monitoring_alert_policy.this", "google_cloud_scheduler_job.this"),
        ("google_monitoring_alert_policy.this", "google_cloudfunctions2_function.this"),
        ("google_monitoring_alert_policy.this", "google_logging_metric.line"),
        ("google_monitoring_alert_policy.this", "google_logging_metric.value"),
        ("google_storage_bucket_object.page", "google_storage_bucket_object.data"),
        ("google_storage_bucket_object.page", "google_storage_bucket_object.newest"),
        ("google_storage_bucket_object.page", "google_storage_bucket_object.version"),
        ("time_sleep.apis", "google_project_service_identity.this"),
    ],
)
def test_one_thing_waits_for_another(
    leads_to: dict[str, set[str]], later: str, earlier: str
) -> None:
    assert earlier in leads_to[later]


def test_everything_waits_until_the_apis_answer(leads_to: dict[str, set[str]]) -> None:
    needed_before = {"google_project_service.this", "google_project_service_identity.this"}
    made = {f"{kind}.{name}" for kind, name in RESOURCES if kind.startswith("google_")}

    waiting = {name for name in made if "time_sleep.apis" in leads_to.get(name, ())}

    assert made - waiting == needed_before


def test_destroying_begins_with_what_can_refuse_it(leads_to: dict[str, set[str]]) -> None:
    made = {f"{kind}.{name}" for kind, name in RESOURCES} - {"terraform_data.protection"}

    assert made - leads_to["terraform_data.protection"] == set()


@pytest.mark.parametrize("kind", ["variable", "output"])
def test_every_variable_and_output_is_described_and_in_alphabetical_order(kind: str) -> None:
    text = (INFRA / f"{kind}s.tf").read_text()
    blocks = re.findall(rf'^{kind} "(\w+)" \{{\n(.*?)^\}}', text, re.DOTALL | re.MULTILINE)

    names = [name for name, _ in blocks]
    assert names == sorted(names)
    assert [name for name, body in blocks if not re.search(r'description = ".*\."', body)] == []


def test_no_name_is_random() -> None:
    assert not re.search(r'resource "random_', ALL)


def test_plan_after_an_apply_is_empty(terraform: Terraform, deployed: Deployed) -> None:
    assert deployed.resource('google_cloudfunctions2_function.this["sign"]')["name"] == "sign"

    assert terraform.plan() == {}


@pytest.fixture(scope="module")
def more(terraform: Terraform, deployed: Deployed) -> list[str]:
    """Deploy a domain and two addresses too, later than everything else, and return how."""
    assert deployed.said
    emails = '["a@example.org", "b@example.org"]'
    given = ["-var=domain=sign.example.org", f"-var=alert_emails={emails}"]
    terraform.ask("apply", "-auto-approve", "-input=false", *given)
    return given


def test_what_others_still_name_is_made_anew_before_the_old_one_goes(
    terraform: Terraform, more: list[str]
) -> None:
    named = (
        'google_compute_managed_ssl_certificate.edge["edge"]',
        "google_firebaserules_ruleset.deny",
        'google_monitoring_notification_channel.email["a@example.org"]',
        'google_monitoring_uptime_check_config.this["page"]',
    )

    planned = terraform.plan(*more, *(f"-replace={address}" for address in named))

    assert [planned[address] for address in named] == len(named) * [["create", "delete"]]


def test_another_domain_makes_no_second_edge(terraform: Terraform, more: list[str]) -> None:
    planned = terraform.plan(*more, "-var=domain=petition.example.net")

    assert planned['google_compute_url_map.edge["edge"]'] == ["update"]
    assert {name: do for name, do in planned.items() if do != ["update"]} == {}


def test_other_addresses_change_alerts_without_making_them_anew(
    terraform: Terraform, more: list[str]
) -> None:
    planned = terraform.plan(*more, '-var=alert_emails=["b@example.org", "c@example.org"]')

    channels = "google_monitoring_notification_channel.email"
    assert planned.pop(f'{channels}["a@example.org"]') == ["delete"]
    assert planned.pop(f'{channels}["c@example.org"]') == ["create"]
    assert planned and {do for [do] in planned.values()} == {"update"}


def test_state_of_another_project_is_refused_before_any_plan(
    terraform: Terraform, deployed: Deployed
) -> None:
    assert deployed.said

    done = terraform.make("deploy", project="rehearsal")

    assert done.returncode != 0
    assert f"This state is not that of rehearsal but of {PROJECT}; nothing was" in done.stderr
    assert "will be" not in done.stdout and "Refreshing" not in done.stdout


def test_values_of_another_project_are_never_taken(terraform: Terraform) -> None:
    every_project = terraform.folder / "infra" / "terraform.tfvars"
    every_project.write_text('domain = "sign.example.org"\n')
    try:
        done = terraform.make("deploy")
    finally:
        every_project.unlink()

    assert done.returncode != 0
    assert f"Move what is in infra/terraform.tfvars to infra/{PROJECT}.tfvars" in done.stderr


@pytest.mark.parametrize("target", ["deploy", "state"])
def test_project_must_be_named(terraform: Terraform, target: str) -> None:
    done = terraform.make(target, project="")

    assert done.returncode != 0
    assert f"make {target} PROJECT=my-project" in done.stderr


def test_what_only_the_page_says_is_published_without_touching_a_function(
    terraform: Terraform, deployed: Deployed
) -> None:
    terraform.deploy()  # Others have tried other values.
    campaign = terraform.folder / "functions/campaigns/savemyfriend.json"
    changed = {
        campaign: ('"Your 30 seconds could save 30 lives."', r'"Your \"half\" minute [could]."'),
        terraform.folder / "frontend/savemyfriend/index.html": ("30 seconds", "half minute"),
        terraform.folder / "frontend/savemyfriend/feed-en.xml": ("have begun", "began"),
    }
    before = {path: path.read_text() for path in changed}
    try:
        for path, (old, new) in changed.items():
            assert old in before[path]
            path.write_text(before[path].replace(old, new))
        publish(terraform)
        plan = terraform.plan()
    finally:
        for path, text in before.items():
            path.write_text(text)
        publish(terraform)

    assert {address: actions for address, actions in plan.items()} == {
        'google_storage_bucket_object.data["petitions/savemyfriend.json"]': ["update"],
        'google_storage_bucket_object.newest["savemyfriend/feed-en.xml"]': ["update"],
        'google_storage_bucket_object.page["savemyfriend/"]': ["update"],
        'google_storage_bucket_object.page["savemyfriend/index.html"]': ["update"],
    }
    assert terraform.plan() == {}


def test_restored_database_is_taken_over_and_none_is_destroyed(
    terraform: Terraform, deployed: Deployed
) -> None:
    project = deployed.resource("google_firestore_database.this")["project"]
    lines = [line for line in STEPS[2].splitlines() if line.startswith("terraform ")]
    assert len(lines) == 2

    for line in lines:
        terraform.ask(*line.replace("MY-PROJECT", project).split()[2:])

    planned = terraform.plan("-var=database=restored")
    stored = {name: do for name, do in planned.items() if name.startswith("google_fire")}
    assert stored["google_firestore_database.this"] == ["update"]
    assert stored["google_firestore_backup_schedule.daily"] == ["create"]
    assert [name for name, do in stored.items() if "delete" in do] == []


def test_destroy_is_refused_with_protection_and_complete_without(
    terraform: Terraform, deployed: Deployed
) -> None:
    assert deployed.said
    # Whatever the tests before have added.
    terraform.deploy()
    before = resources(terraform)

    refused = terraform.make("deploy", "ARGS=-destroy")

    assert refused.returncode != 0
    assert "set delete_protection = false" in refused.stdout
    assert resources(terraform) == before != []

    terraform.deploy("ARGS=-var=delete_protection=false")
    terraform.deploy("ARGS=-destroy -var=delete_protection=false")

    assert resources(terraform) == []


def resources(terraform: Terraform) -> list[str]:
    """Return what is there, besides what was only read."""
    listed = terraform.ask("state", "list").split()
    return [address for address in listed if not address.startswith("data.")]


def test_lock_file_is_that_of_whoever_deployed_first() -> None:
    reason = "There is no .terraform.lock.hcl here, because its hashes can only be taken from"

    locked = Path(INFRA, ".terraform.lock.hcl").exists()

    assert locked != (reason in ALL)


def publish(terraform: Terraform) -> None:
    """Write the page as `make deploy` does."""
    subprocess.run([sys.executable, terraform.folder / "infra/publish.py"], check=True)


def test_petition_without_a_page_is_not_deployed(terraform: Terraform) -> None:
    first = terraform.folder / "functions/campaigns/savemyfriend.json"
    second = first.with_name("second.json")
    second.write_text(first.read_text().replace('"savemyfriend"', '"second"'))
    try:
        refused = terraform.run("plan", "-input=false", "-no-color")
    finally:
        second.unlink()

    assert refused.returncode != 0
    assert "`organizer petition page`" in " ".join(refused.stderr.split())


def test_root_that_shows_another_petition_is_not_deployed(terraform: Terraform) -> None:
    root = terraform.folder / "frontend/index.html"
    before = root.read_text()
    root.write_text(before.replace('data-petition="savemyfriend"', 'data-petition="second"'))
    try:
        refused = terraform.run("plan", "-input=false", "-no-color")
    finally:
        root.write_text(before)

    assert refused.returncode != 0
    assert "organizer petition page savemyfriend --root" in " ".join(refused.stderr.split())
