"""A wrong value is refused with a sentence that says what is wanted, before anything is made."""

import re

from tests.infra.conftest import Terraform

# The wrong value, and what the messages must say.
WRONG = {
    "alert_emails": (
        '["watch", "a@b.cd", "b@b.cd", "c@b.cd", "d@b.cd", "e@b.cd"]',
        "must be an e-mail address",
        "must have at most five entries",
    ),
    "answer_grid_ms": ("-1", "must be a whole number from 0 to 2000, or null"),
    "backup_weeks": ("15", "must be a whole number from 1 to 14"),
    "billing_account": ("my account", 'must look like "012345-6789AB-CDEF01"'),
    "database": ("Petition", 'must be "(default)", or 4 to 63 lower-case letters'),
    "database_location": ("Europe", "must be a region such as"),
    "domain": ("https://example.org/", "must be a lower-case host name without scheme or path"),
    "envelope": (
        '{public_key = "BAAA", version = "latest"}',
        "copy the line that `organizer keys envelope` prints",
    ),
    "instances": ("{sign = {min = 5, max = 2}}", "needs 0 <= min <= max"),
    "mirrors": ('["https://example.org/"]', "must be an origin, https:// and a host without"),
    "monthly_budget": ("0", "must be a whole number of at least 1"),
    "petition": ("canary", "There is no petition functions/campaigns/canary.json that a page can"),
    "project": ("My Project", "must be a project id"),
    "rate_limits": ("{write = 1}", "must allow at least 10 requests per minute that write"),
    "region": ("us", "must be a Google Cloud region"),
    "relays": ('["https://relay.example.org/"]', "must be an address without a last slash"),
    "seal_public_key": ("BAAA", "must be 87 characters of base64url without padding"),
    "silence_hours": ("13", "must be a whole number from 0 to 12"),
}


def test_every_wrong_value_is_refused_with_its_own_sentence(terraform: Terraform) -> None:
    given = [f"-var={name}={value}" for name, (value, *_) in WRONG.items()]

    done = terraform.run("plan", "-input=false", "-no-color", *given)

    # Terraform breaks its messages into lines.
    said = re.sub(r"[\s│]+", " ", done.stderr)
    assert done.returncode == 1
    sentences = [sentence for _, *expected in WRONG.values() for sentence in expected]
    assert [sentence for sentence in sentences if sentence not in said] == []
