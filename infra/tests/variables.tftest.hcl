# A wrong value is refused before anything is made. tests/infra/test_variables.py compares the sentences.

mock_provider "google" {}

mock_provider "google-beta" {}

mock_provider "time" {}

run "every_wrong_value_is_refused" {
  command = plan

  variables {
    alert_emails      = ["watch", "a@b.cd", "b@b.cd", "c@b.cd", "d@b.cd", "e@b.cd"]
    answer_grid_ms    = -1
    backup_weeks      = 15
    billing_account   = "my account"
    database          = "Petition"
    database_location = "Europe"
    domain            = "https://example.org/"
    envelope          = { public_key = "BAAA", version = "latest" }
    instances         = { sign = { min = 5, max = 2 } }
    kakao_key         = "my key"
    mirrors           = ["https://example.org/"]
    monthly_budget    = 0
    petition          = "canary"
    project           = "My Project"
    rate_limits       = { write = 1 }
    region            = "us"
    relays            = ["https://relay.example.org/"]
    seal_public_key   = "BAAA"
    silence_hours     = 13
  }

  expect_failures = [
    var.alert_emails,
    var.answer_grid_ms,
    var.backup_weeks,
    var.billing_account,
    var.database,
    var.database_location,
    var.domain,
    var.envelope,
    var.instances,
    var.kakao_key,
    var.mirrors,
    var.monthly_budget,
    var.petition,
    var.project,
    var.rate_limits,
    var.region,
    var.relays,
    var.seal_public_key,
    var.silence_hours,
  ]
}
