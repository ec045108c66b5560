locals {
  # Each has a heading of its title in docs/runbook.md that says what it means and what to do.
  alerts = merge(
    {
      errors = {
        title    = "Functions fail"
        severity = "ERROR"
        query    = "sum(increase(${local.logged}_internal_errors{${local.on_run}}[5m])) > 0"
        duration = "0s"
      }
      refused = {
        title    = "Signatures are refused"
        severity = "CRITICAL"
        query    = "sum(increase(${local.logged}_refused_sum{${local.on_run}}[5m])) > 10"
        duration = "60s"
      }
      saturated = {
        title    = "A function runs at its most instances"
        severity = "WARNING"
        query = join(" or ", [
          for name in keys(local.functions) :
          "sum by (service_name) (${local.run}:container_instance_count{${local.on_run},service_name=\"${name}\"}) >= ${ceil(0.9 * var.instances[name].max)}"
        ])
        duration = "120s"
      }
      stale = {
        title    = "The count is stale"
        severity = "WARNING"
        query = join(" or ", [
          "histogram_quantile(0.99, sum by (le) (increase(${local.logged}_tally_age_bucket{${local.on_run}}[5m]))) > 120",
          # The scheduler asks every minute, so no line at all means that nothing is refreshed.
          "absent_over_time(${local.logged}_tally_age_count{${local.on_run}}[10m])",
        ])
        duration = "300s"
      }
      turned-away = {
        title    = "People are turned away"
        severity = "CRITICAL"
        query    = "sum(increase(${local.logged}_turned_away{${local.on_run}}[5m])) > 10"
        duration = "0s"
      }
    },
    var.silence_hours == 0 ? {} : {
      silence = {
        title    = "Nobody signs"
        severity = "WARNING"
        query    = "(sum(increase(${local.logged}_accepted_sum{${local.on_run}}[${var.silence_hours}h])) or vector(0)) < 1"
        duration = "600s"
      }
    },
  )
}

resource "google_monitoring_notification_channel" "email" {
  for_each = toset(var.alert_emails)

  display_name = each.key
  type         = "email"
  labels       = { email_address = each.key }

  depends_on = [google_project_service.this]
}

resource "google_monitoring_alert_policy" "this" {
  for_each = local.alerts

  display_name          = each.value.title
  severity              = each.value.severity
  combiner              = "OR"
  notification_channels = [for channel in google_monitoring_notification_channel.email : channel.id]

  conditions {
    display_name = each.value.title

    condition_prometheus_query_language {
      query               = each.value.query
      duration            = each.value.duration
      evaluation_interval = "60s"
      # A metric made from logs exists only after its first line, which on the first day is after this.
      disable_metric_validation = true
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "See docs/runbook.md, \"${each.value.title}\". Dashboard: ${local.console.dashboards}"
  }

  depends_on = [google_logging_metric.line, google_logging_metric.value]
}

resource "google_monitoring_alert_policy" "down" {
  for_each = local.uptime_checks

  display_name          = "The ${each.key} does not answer"
  severity              = "CRITICAL"
  combiner              = "OR"
  notification_channels = [for channel in google_monitoring_notification_channel.email : channel.id]

  conditions {
    display_name = "Failing from more than one place"

    condition_threshold {
      filter          = "resource.type=\"uptime_url\" AND metric.type=\"monitoring.googleapis.com/uptime_check/check_passed\" AND metric.labels.check_id=\"${google_monitoring_uptime_check_config.this[each.key].uptime_check_id}\""
      comparison      = "COMPARISON_GT"
      threshold_value = 1
      duration        = "120s"

      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_NEXT_OLDER"
        cross_series_reducer = "REDUCE_COUNT_FALSE"
        group_by_fields      = ["resource.label.host"]
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "See docs/runbook.md, \"The ${each.key} does not answer\". Dashboard: ${local.console.dashboards}"
  }
}
