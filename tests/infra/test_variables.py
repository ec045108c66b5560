"""A wrong value is refused with a sentence that says what is wanted, before anything is made."""

import re

from tests.infra.conftest import Terraform

# The wrong value, and what the message must say.
WRONG = {
    "alert_emails": ('["watch"]', "must be an e-mail address"),
    "backup_weeks": ("15", "must be a whole number from 1 to 14"),
    "billing_account": ("my account", 'must look like "012345-6789AB-CDEF01"'),
    "database": ("Petition", 'must be "(default)", or 4 to 63 lower-case letters'),
    "database_location": ("Europe", "must be a region such as"),
    "domain": ("https://example.org/", "must be a lower-case host name without scheme or path"),
    "instances": ("{sign = {min = 5, max = 2}}", "needs 0 <= min <= max"),
    "monthly_budget": ("0", "must be a whole number of at least 1"),
    "petition": ("other", "There is no functions/campaigns/other.json"),
    "project": ("My Project", "must be a project id"),
    "rate_limits": ("{sign = 1}", "must allow at least 10 sign"),
    "region": ("us", "must be a Google Cloud region"),
    "seal_public_key": ("BAAA", "must be 87 characters of base64url without padding"),
    "silence_hours": ("25", "must be a whole number from 0 to 24"),
}


def test_every_wrong_value_is_refused_with_its_own_sentence(terraform: Terraform) -> None:
    given = [f"-var={name}={value}" for name, (value, _) in WRONG.items()]

    done = terraform.run("plan", "-input=false", "-no-color", *given)

    # Terraform breaks its messages into lines.
    said = re.sub(r"[\s│]+", " ", done.stderr)
    assert done.returncode == 1
    assert [name for name, (_, sentence) in WRONG.items() if sentence not in said] == []
