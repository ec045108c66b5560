locals {
  # The canary's claims are nobody's.
  of_people  = "${local.on_run},petition!=\"canary\""
  of_canary  = "${local.on_run},petition=\"canary\""
  claims     = "${local.logged}_claims_sum"
  reaches    = { for name, limits in local.instances : name => ceil(0.9 * limits.max) if contains(keys(local.functions), name) }
  saturating = { for name, most in local.reaches : name => most if most > max(1, local.instances[name].min) }

  # The goals that the count has passed and had not passed a quarter of an hour ago.
  passed = {
    for petition in local.petitions : petition => format(
      "((%s) <= on () group_left () (%s)) > on () group_left () (%s)",
      local.goals[petition], local.shown[petition], replace(local.shown[petition], "[5m]", "[5m] offset 15m"),
    )
  }

  # The share of the country that leads, in per cent: each line tells it whole, so their mean is it.
  leading = "sum by (petition) (increase(${local.logged}_leading_sum{${local.on_run}}[1h])) / sum by (petition) (increase(${local.logged}_leading_count{${local.on_run}}[1h]))"

  # Each has a heading of its title in docs/runbook.md that says what it means and what to do.
  # All of them stay quiet on the first day: none fires for want of a line before there can be one,
  # because its duration is longer than that takes.
  alerts = merge(
    {
      errors = {
        title    = "Functions fail"
        severity = "ERROR"
        query    = "sum(increase(${local.logged}_internal_errors{${local.on_run}}[5m])) > 0"
        duration = "0s"
      }
      refused = {
        title    = "Claims are refused"
        severity = "CRITICAL"
        query    = "sum(increase(${local.logged}_refused_sum{${local.of_people}}[5m])) > 10"
        duration = "60s"
      }
      stale = {
        title    = "The count is stale"
        severity = "WARNING"
        query = join(" or ", [
          "histogram_quantile(0.99, sum by (le) (increase(${local.logged}_tally_age_bucket{${local.on_run}}[5m]))) > 180",
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
      unswept = {
        title    = "Nobody is swept"
        severity = "WARNING"
        # The scheduler sweeps every hour. The platform's own number, which needs no line to be written.
        query    = "absent_over_time(${local.run}:request_count{${local.on_run},service_name=\"sweep\",response_code_class=\"2xx\"}[90m])"
        duration = "5400s"
      }
      milestone = {
        title    = "A milestone is reached"
        severity = null
        query    = join(" or ", [for petition in sort(keys(local.passed)) : local.passed[petition]])
        duration = "0s"
      }
      leader = {
        title    = "One country takes over"
        severity = null
        # Half of all, and a fifth of all more than a day before. Countries move once a day, and only the
        # large ones are told; links are no number at all, because that would point at people.
        query    = "(${local.leading}) >= 50 and (${local.leading}) - (${replace(local.leading, "[1h]", "[1h] offset 1d")}) >= 20"
        duration = "0s"
      }
      surge = {
        title    = "A crowd is coming"
        severity = null
        # One a second, and five times what the day brought on average.
        query    = "sum(increase(${local.claims}{${local.of_people}}[5m])) > 300 and sum(increase(${local.claims}{${local.of_people}}[5m])) > 5 * sum(increase(${local.claims}{${local.of_people}}[1d])) / 288"
        duration = "0s"
      }
    },
    length(local.saturating) == 0 ? {} : {
      saturated = {
        title    = "A function runs at its most instances"
        severity = "WARNING"
        query = join(" or ", [
          for name, most in local.saturating :
          "sum by (service_name) (${local.run}:container_instance_count{${local.on_run},service_name=\"${name}\"}) >= ${most}"
        ])
        duration = "120s"
      }
    },
    var.burnt ? {} : {
      broken = {
        title    = "Signing is broken"
        severity = "CRITICAL"
        # The canary signs every minute; this and the duration make five.
        query    = "(sum(increase(${local.claims}{${local.of_canary}}[2m])) - sum(increase(${local.logged}_refused_sum{${local.of_canary}}[2m])) or vector(0)) < 1"
        duration = "180s"
      }
    },
    var.burnt || var.silence_hours == 0 ? {} : {
      silence = {
        title    = "Nobody signs"
        severity = "WARNING"
        # Only once there was somebody: before the petition is known there is nothing to miss.
        query    = "(sum(increase(${local.claims}{${local.of_people}}[${var.silence_hours}h])) or vector(0)) < 1 and sum(increase(${local.claims}{${local.of_people}}[1d])) >= 1"
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

  # An address that is taken out is still named by alerts until they have been changed.
  force_delete = true

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [time_sleep.apis]
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

  # Before the functions and the clock there is nothing to be alarmed about.
  depends_on = [
    google_cloud_scheduler_job.this,
    google_cloudfunctions2_function.this,
    google_logging_metric.line,
    google_logging_metric.value,
  ]
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
