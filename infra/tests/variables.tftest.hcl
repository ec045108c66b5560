# A wrong value is refused before anything is made. tests/infra/test_variables.py compares the sentences.

mock_provider "google" {}

mock_provider "time" {}

variables {
  project         = "petition-test"
  seal_public_key = "BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
}

run "every_wrong_value_is_refused" {
  command = plan

  variables {
    alert_emails      = ["watch"]
    backup_weeks      = 15
    billing_account   = "my account"
    database          = "Petition"
    database_location = "Europe"
    domain            = "https://example.org/"
    instances         = { sign = { min = 5, max = 2 } }
    monthly_budget    = 0
    petition          = "other"
    project           = "My Project"
    rate_limits       = { sign = 1 }
    region            = "us"
    seal_public_key   = "BAAA"
    silence_hours     = 25
  }

  expect_failures = [
    var.alert_emails,
    var.backup_weeks,
    var.billing_account,
    var.database,
    var.database_location,
    var.domain,
    var.instances,
    var.monthly_budget,
    var.petition,
    var.project,
    var.rate_limits,
    var.region,
    var.seal_public_key,
    var.silence_hours,
  ]
}
