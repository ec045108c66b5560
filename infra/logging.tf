# What the functions say about themselves becomes numbers, and what would name a signer is dropped.

locals {
  # Log lines of petition/log.py, written once a minute by each process.
  # A distribution keeps the sum of the values, which is what the dashboard and the alerts add up.
  # Nothing tells a first claim from a repeat, and the count is the one that readers are told: who sees
  # the numbers of the console could find out who has signed.
  log_values = {
    petition_claims        = { function = "sign", event = "minute", field = "claims", labels = ["petition"], text = "Claims taken on, firsts and repeats alike, and those refused in the end." }
    petition_refused       = { function = "sign", event = "minute", field = "refused", labels = ["petition"], text = "Claims turned away with 503 because the database did not answer in time." }
    petition_retries       = { function = "sign", event = "minute", field = "retries", labels = ["petition"], text = "Commits that had to be tried again." }
    petition_groups        = { function = "sign", event = "minute", field = "groups", labels = ["petition"], text = "Groups committed." }
    petition_largest_group = { function = "sign", event = "minute", field = "largest_group", labels = ["petition"], text = "Claims in the largest group of the minute." }
    petition_signatures    = { function = "count", event = "tally", field = "signatures", labels = ["petition"], text = "The count, as readers are told it." }
    petition_leading       = { function = "count", event = "tally", field = "leading_percent", labels = ["petition"], text = "Share of the country that leads, in per cent, as readers are told it." }
    petition_tally_age     = { function = "count", event = "tally", field = "age_seconds", labels = ["petition"], text = "Age of the count when it was read, in seconds." }
    petition_left          = { function = "sweep", event = "sweep", field = "left", labels = ["petition"], text = "Signers who left the count." }
    petition_problems      = { function = "", event = "problem", field = "number", labels = ["function", "slug"], text = "Problem documents answered." }
  }

  # Lines that are counted, not added up.
  log_lines = {
    petition_internal_errors = {
      filter = "jsonPayload.event=\"internal-error\""
      labels = { function = "EXTRACT(jsonPayload.function)" }
      text   = "Unexpected failures, answered with internal-error."
    }
    # Requests that no instance took are missing from the platform's own request count.
    petition_turned_away = {
      filter = "textPayload:\"no available instance\""
      labels = {}
      text   = "Requests that the platform refused for want of an instance (429 or 500)."
    }
  }

  from_functions = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=(${join(" OR ", [for name in keys(local.functions) : "\"${name}\""])})"
}

resource "google_logging_metric" "value" {
  for_each = local.log_values

  name        = each.key
  description = each.value.text
  filter = join(" AND ", compact([
    local.from_functions,
    "jsonPayload.event=\"${each.value.event}\"",
    each.value.function == "" ? "" : "jsonPayload.function=\"${each.value.function}\"",
  ]))
  value_extractor  = "EXTRACT(jsonPayload.${each.value.field})"
  label_extractors = { for label in each.value.labels : label => "EXTRACT(jsonPayload.${label})" }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "DISTRIBUTION"

    dynamic "labels" {
      for_each = each.value.labels

      content {
        key        = labels.value
        value_type = "STRING"
      }
    }
  }

  bucket_options {
    exponential_buckets {
      # 1, 2, 4 … 16 million: enough for a count and for an age.
      num_finite_buckets = 24
      growth_factor      = 2
      scale              = 1
    }
  }

  depends_on = [time_sleep.apis]
}

resource "google_logging_metric" "line" {
  for_each = local.log_lines

  name             = each.key
  description      = each.value.text
  filter           = "${local.from_functions} AND ${each.value.filter}"
  label_extractors = each.value.labels

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"

    dynamic "labels" {
      for_each = each.value.labels

      content {
        key        = labels.key
        value_type = "STRING"
      }
    }
  }

  depends_on = [time_sleep.apis]
}

# The platform writes a line for every request, with the address and browser of whoever made it.
# The metrics above are computed before a line is dropped.
resource "google_logging_project_exclusion" "requests" {
  name        = "requests-of-signers"
  description = "Request logs hold the IP addresses of signers, which nobody is to have."
  filter      = "log_id(\"run.googleapis.com/requests\") OR (resource.type=\"http_load_balancer\" AND log_id(\"requests\"))"

  depends_on = [time_sleep.apis]
}
