locals {
  # PromQL names of the metrics of logging.tf: "_sum" adds up the values, "_count" the lines.
  logged = "logging_googleapis_com:user_petition"
  run    = "run_googleapis_com"
  stored = "firestore_googleapis_com:document"

  on_run = "monitored_resource=\"cloud_run_revision\""

  # Left to right, top to bottom, three in a row.
  charts = [
    {
      title = "Signatures per minute"
      unit  = ""
      lines = {
        "first" = "sum(increase(${local.logged}_accepted_sum{${local.on_run}}[1m]))"
        "again" = "sum(increase(${local.logged}_repeats_sum{${local.on_run}}[1m]))"
      }
    },
    {
      title = "Total"
      unit  = ""
      lines = {
        "$${petition}" = "sum by (petition) (increase(${local.logged}_signatures_sum{${local.on_run}}[3m])) / sum by (petition) (increase(${local.logged}_signatures_count{${local.on_run}}[3m]))"
      }
    },
    {
      title = "Age of the published count"
      unit  = "s"
      lines = {
        "oldest" = "max(histogram_quantile(0.99, sum by (le) (increase(${local.logged}_tally_age_bucket{${local.on_run}}[5m]))))"
      }
    },
    {
      title = "Problems answered per minute"
      unit  = ""
      lines = {
        "$${function} $${slug}" = "sum by (function, slug) (increase(${local.logged}_problems_sum{${local.on_run}}[1m]))"
      }
    },
    {
      title = "Refused, failed and turned away per minute"
      unit  = ""
      lines = {
        "refused by sign (503)"   = "sum(increase(${local.logged}_refused_sum{${local.on_run}}[1m]))"
        "failed (500)"            = "sum(increase(${local.logged}_internal_errors{${local.on_run}}[1m]))"
        "no instance (429 / 500)" = "sum(increase(${local.logged}_turned_away{${local.on_run}}[1m]))"
      }
    },
    {
      title = "Latency, 95 of 100 answers are faster"
      unit  = "ms"
      lines = {
        "$${service_name}" = "histogram_quantile(0.95, sum by (service_name, le) (rate(${local.run}:request_latencies_bucket{${local.on_run}}[5m])))"
      }
    },
    {
      title = "Instances"
      unit  = ""
      lines = {
        "$${service_name}" = "sum by (service_name) (${local.run}:container_instance_count{${local.on_run}})"
      }
    },
    {
      title = "Firestore operations per minute"
      unit  = ""
      lines = {
        "reads"   = "sum(increase(${local.stored}_read_ops_count{monitored_resource=\"firestore.googleapis.com/Database\"}[1m]))"
        "writes"  = "sum(increase(${local.stored}_write_ops_count{monitored_resource=\"firestore.googleapis.com/Database\"}[1m]))"
        "deletes" = "sum(increase(${local.stored}_delete_ops_count{monitored_resource=\"firestore.googleapis.com/Database\"}[1m]))"
      }
    },
    {
      title = "Signatures per group, and commits tried again per minute"
      unit  = ""
      lines = {
        "per group"   = "sum(increase(${local.logged}_accepted_sum{${local.on_run}}[1m])) / sum(increase(${local.logged}_groups_sum{${local.on_run}}[1m]))"
        "tried again" = "sum(increase(${local.logged}_retries_sum{${local.on_run}}[1m]))"
      }
    },
  ]

  chart_tiles = [
    for index, chart in local.charts : {
      xPos   = 16 * (index % 3)
      yPos   = 8 + 16 * floor(index / 3)
      width  = 16
      height = 16
      widget = {
        title = chart.title
        xyChart = {
          dataSets = [
            for legend, query in chart.lines : {
              plotType       = "LINE"
              legendTemplate = legend
              timeSeriesQuery = merge(
                { prometheusQuery = query },
                chart.unit == "" ? {} : { unitOverride = chart.unit },
              )
            }
          ]
        }
      }
    }
  ]

  # Countries are not logged minute by minute: in a small country a step would point at a person.
  signpost_tile = {
    xPos   = 0
    yPos   = 0
    width  = 48
    height = 8
    widget = {
      title = "Where to look"
      text = {
        format = "MARKDOWN"
        content = join("\n", [
          "[The page](${local.site_url}/index.html)",
          "· [total and countries, as the public sees them](${local.function_urls.count}/${var.petition})",
          "· [the same in Firestore, every country](${local.console.firestore})",
          "· [what the functions log](${local.console.logs})",
        ])
      }
    }
  }
}

resource "google_monitoring_dashboard" "petition" {
  dashboard_json = jsonencode({
    displayName  = "SaveMyFriend"
    mosaicLayout = { columns = 48, tiles = concat([local.signpost_tile], local.chart_tiles) }
  })

  depends_on = [google_project_service.this]

  lifecycle {
    # The API fills in what was left out, and would show a difference for ever. After changing the
    # dashboard here, apply with -replace=google_monitoring_dashboard.petition.
    ignore_changes = [dashboard_json]
  }
}

locals {
  uptime_checks = {
    page = {
      url     = "${local.site_url}/index.html"
      content = "<html"
    }
    count = {
      url     = "${local.function_urls.count}/${var.petition}"
      content = "\"signatures\""
    }
  }
}

resource "google_monitoring_uptime_check_config" "this" {
  for_each = local.uptime_checks

  display_name = "SaveMyFriend: ${each.key}"
  period       = "60s"
  timeout      = "10s"

  http_check {
    path         = regex("^https://[^/]+(/.*)$", each.value.url)[0]
    port         = 443
    use_ssl      = true
    validate_ssl = true
  }

  monitored_resource {
    type = "uptime_url"
    labels = {
      project_id = var.project
      host       = regex("^https://([^/]+)", each.value.url)[0]
    }
  }

  content_matchers {
    content = each.value.content
    matcher = "CONTAINS_STRING"
  }

  depends_on = [google_project_service.this]
}
