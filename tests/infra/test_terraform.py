"""The configuration is sound, does what its own tests say, and comes and goes in one command."""

import re

import pytest

from dev import ROOT
from tests.infra.conftest import Deployed, Terraform

INFRA = ROOT / "infra"
ALL = "\n".join(path.read_text() for path in sorted(INFRA.glob("*.tf")))


def test_configuration_is_formatted(terraform: Terraform) -> None:
    done = terraform.run("fmt", "-check", "-diff", "-recursive")

    assert (done.returncode, done.stdout) == (0, "")


def test_configuration_is_valid(terraform: Terraform) -> None:
    terraform.ask("validate")


def test_configuration_is_valid_with_the_oldest_provider_it_admits(terraform: Terraform) -> None:
    versions = terraform.folder / "infra" / "versions.tf"
    text = versions.read_text()
    assert '">= 7.0, < 9.0"' in text
    versions.write_text(text.replace('">= 7.0, < 9.0"', '"~> 7.0"'))
    try:
        terraform.ask("init", "-backend=false", "-input=false", "-upgrade")
        terraform.ask("validate")
    finally:
        versions.write_text(text)
        terraform.ask("init", "-backend=false", "-input=false", "-upgrade")


def test_configuration_keeps_the_promises_its_own_tests_make(terraform: Terraform) -> None:
    said = terraform.ask("test", "-no-color")

    passed = re.search(r"Success! (\d+) passed, 0 failed", said)
    written = sum(path.read_text().count("\nrun ") for path in INFRA.glob("tests/*.tftest.hcl"))
    assert passed and int(passed[1]) == written


def test_plan_after_an_apply_is_empty(terraform: Terraform, deployed: Deployed) -> None:
    assert deployed.resource('google_cloudfunctions2_function.this["sign"]')["name"] == "sign"

    done = terraform.run("plan", "-detailed-exitcode", "-input=false", "-no-color")

    assert done.returncode == 0, done.stdout


def test_state_holds_no_pepper(deployed: Deployed) -> None:
    version = deployed.resource("google_secret_manager_secret_version.pepper")

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


@pytest.mark.parametrize("kind", ["variable", "output"])
def test_every_variable_and_output_is_described_and_in_alphabetical_order(kind: str) -> None:
    text = (INFRA / f"{kind}s.tf").read_text()
    blocks = re.findall(rf'^{kind} "(\w+)" \{{\n(.*?)^\}}', text, re.DOTALL | re.MULTILINE)

    names = [name for name, _ in blocks]
    assert names == sorted(names)
    assert [name for name, body in blocks if not re.search(r'description = ".*\."', body)] == []


def test_no_name_is_random() -> None:
    assert not re.search(r'resource "random_', ALL)
