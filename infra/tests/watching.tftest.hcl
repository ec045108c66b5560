# What an organizer sees, what wakes an operator, and what nobody ever gets to see.

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
  mock_data "google_cloud_run_v2_service" {
    defaults = { urls = ["https://share-link-123456789012.us-central1.run.app"] }
  }
  mock_resource "google_cloudfunctions2_function" {
    defaults = { service_config = { uri = "https://function.example" } }
  }
}

mock_provider "time" {}

variables {
  project         = "petition-test"
  seal_public_key = "BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
}

run "the_page_and_the_count_are_tried_from_outside" {
  assert {
    condition     = { for name, c in google_monitoring_uptime_check_config.this : name => "${c.monitored_resource[0].labels.host}${c.http_check[0].path}" } == { page = "petition-test-site.storage.googleapis.com/page/index.html", count = "function.example/savemyfriend" }
    error_message = "The uptime checks ask somewhere else."
  }
}

run "a_closed_petition_may_be_silent_and_a_budget_is_optional" {
  variables {
    silence_hours = 0
  }

  assert {
    condition     = !contains(keys(google_monitoring_alert_policy.this), "silence") && length(google_billing_budget.this) == 0
    error_message = "An alert would ring for ever after the petition is closed."
  }
}

run "no_request_log_of_a_signer_is_kept" {
  command = plan

  assert {
    condition     = strcontains(google_logging_project_exclusion.requests.filter, "log_id(\"run.googleapis.com/requests\")") && strcontains(google_logging_project_exclusion.requests.filter, "resource.type=\"http_load_balancer\" AND log_id(\"requests\")") && google_logging_project_exclusion.requests.disabled != true
    error_message = "The addresses of signers would be kept for thirty days."
  }
}

run "the_log_lines_of_the_functions_become_metrics" {
  command = plan

  assert {
    condition = { for name, m in google_logging_metric.value : name => m.value_extractor } == {
      petition_accepted      = "EXTRACT(jsonPayload.accepted)"
      petition_groups        = "EXTRACT(jsonPayload.groups)"
      petition_largest_group = "EXTRACT(jsonPayload.largest_group)"
      petition_problems      = "EXTRACT(jsonPayload.number)"
      petition_refused       = "EXTRACT(jsonPayload.refused)"
      petition_repeats       = "EXTRACT(jsonPayload.repeats)"
      petition_retries       = "EXTRACT(jsonPayload.retries)"
      petition_signatures    = "EXTRACT(jsonPayload.signatures)"
      petition_tally_age     = "EXTRACT(jsonPayload.age_seconds)"
    }
    error_message = "A metric is missing or reads another field."
  }

  assert {
    condition     = alltrue([for name, m in google_logging_metric.value : join(" ", sort(keys(m.label_extractors))) == join(" ", sort([for l in m.metric_descriptor[0].labels : l.key]))]) && alltrue([for m in google_logging_metric.line : join(" ", sort(keys(m.label_extractors))) == join(" ", sort([for l in m.metric_descriptor[0].labels : l.key]))])
    error_message = "The API refuses a label without an extractor, and an extractor without a label."
  }

  assert {
    condition     = keys(google_logging_metric.line) == ["petition_internal_errors", "petition_turned_away"]
    error_message = "Failures and refused requests are not counted."
  }
}

run "the_dashboard_shows_every_metric_at_a_glance" {
  assert {
    condition     = alltrue([for name in keys(google_logging_metric.value) : strcontains(google_monitoring_dashboard.petition.dashboard_json, "user_${name}_") || name == "petition_largest_group"])
    error_message = "A metric is collected that nobody can see."
  }

  assert {
    condition     = alltrue([for tile in jsondecode(google_monitoring_dashboard.petition.dashboard_json).mosaicLayout.tiles : tile.xPos + tile.width <= 48])
    error_message = "A tile hangs over the edge of the dashboard."
  }

  assert {
    condition     = alltrue([for word in ["container_instance_count", "request_latencies_bucket", "document_write_ops_count", "firestore/databases/-default-/data/panel/petitions/savemyfriend"] : strcontains(google_monitoring_dashboard.petition.dashboard_json, word)])
    error_message = "The dashboard lacks instances, latency, Firestore operations or the way to the countries."
  }
}

run "an_operator_is_told_what_needs_a_person" {
  variables {
    alert_emails    = ["watch@example.org"]
    billing_account = "012345-6789AB-CDEF01"
    instances       = { sign = { max = 40 } }
  }

  assert {
    condition     = keys(google_monitoring_alert_policy.this) == ["errors", "refused", "saturated", "silence", "stale", "turned-away"] && keys(google_monitoring_alert_policy.down) == ["count", "page"]
    error_message = "An alert is missing."
  }

  assert {
    condition     = alltrue([for p in concat(values(google_monitoring_alert_policy.this), values(google_monitoring_alert_policy.down)) : length(p.notification_channels) == 1])
    error_message = "An alert would be told to nobody."
  }

  assert {
    condition     = strcontains(google_monitoring_alert_policy.this["saturated"].conditions[0].condition_prometheus_query_language[0].query, "service_name=\"sign\"}) >= 36")
    error_message = "Saturation must follow the limit that is set."
  }

  assert {
    condition     = alltrue([for p in google_monitoring_alert_policy.this : p.conditions[0].condition_prometheus_query_language[0].disable_metric_validation])
    error_message = "The first apply would fail, because no line has been logged yet."
  }

  assert {
    condition     = google_billing_budget.this["012345-6789AB-CDEF01"].amount[0].specified_amount[0].units == "100" && google_billing_budget.this["012345-6789AB-CDEF01"].budget_filter[0].projects == toset(["projects/123456789012"])
    error_message = "The budget watches another sum or another project."
  }
}

run "the_count_is_asked_for_every_minute_and_not_from_a_cache" {
  variables {
    domain = "sign.example.org"
  }

  assert {
    condition     = google_cloud_scheduler_job.count["savemyfriend"].schedule == "* * * * *" && google_cloud_scheduler_job.count["savemyfriend"].http_target[0].uri == "https://function.example/savemyfriend"
    error_message = "The number in the Firestore console would grow old when nobody reads the page."
  }

  assert {
    condition     = toset(keys(google_cloud_scheduler_job.count)) == toset([for f in fileset("${path.module}/../functions/campaigns", "*.json") : trimsuffix(f, ".json")])
    error_message = "A petition's count is not refreshed."
  }
}
