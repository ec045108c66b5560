# A dashboard for each petition: what an organizer opens, and below it what an operator needs.

locals {
  # PromQL names of the metrics of logging.tf: "_sum" adds up the values, "_count" the lines.
  logged = "logging_googleapis_com:user_petition"
  run    = "run_googleapis_com"
  stored = "firestore_googleapis_com:document"

  on_run      = "monitored_resource=\"cloud_run_revision\""
  on_database = "monitored_resource=\"firestore.googleapis.com/Database\""
  of          = { for petition in local.petitions : petition => "${local.on_run},petition=\"${petition}\"" }

  # Each line of the log tells the whole count, as readers are told it, so their mean is the count.
  shown = {
    for petition, labels in local.of : petition =>
    "sum(increase(${local.logged}_signatures_sum{${labels}}[5m])) / sum(increase(${local.logged}_signatures_count{${labels}}[5m]))"
  }

  # A petition's goals as numbers that PromQL can compare with: one series for each.
  goals = {
    for petition in local.petitions : petition => join(" or ", [
      for goal in local.campaigns[petition].milestones : "label_replace(vector(${goal}), \"goal\", \"${goal}\", \"\", \"\")"
    ])
  }

  # Countries, languages and networks are not among the numbers: minute by minute a step in a small
  # country, or through one link, would point at a person. How much the largest country leads is, out of
  # what the page tells of it once a day.
  signposts = {
    for petition in local.petitions : petition => join("\n", [
      "- [The page](${local.site_url}/index.html)",
      "- [The count, as the public sees it](${local.function_urls.count}/${petition})",
      "- [Total and countries, to the last one](${local.console_root}/firestore/databases/${local.console_database}/data/panel/petitions/${petition}?project=${var.project})",
      "- Languages, networks and links: `organizer report`",
      "- [What the functions log](${local.console.logs})",
    ])
  }

  # Left to right, top to bottom, three in a row.
  charts = {
    for petition, labels in local.of : petition => [
      {
        title = "Signatures"
        unit  = ""
        lines = { "signatures" = local.shown[petition] }
      },
      {
        # A repeat counts here as a first does: who could tell them apart could find out who has signed.
        title = "Claims per minute"
        unit  = ""
        lines = { "claims" = "sum(increase(${local.claims}{${labels}}[1m]))" }
      },
      {
        title = "Share of the country that leads"
        unit  = "%"
        lines = { "share" = "sum(increase(${local.logged}_leading_sum{${labels}}[1h])) / sum(increase(${local.logged}_leading_count{${labels}}[1h]))" }
      },
      {
        title = "Signers who left, per hour"
        unit  = ""
        lines = { "left" = "sum(increase(${local.logged}_left_sum{${labels}}[1h]))" }
      },
      {
        title = "Refused, failed and turned away per minute"
        unit  = ""
        lines = {
          "refused by sign (503)"   = "sum(increase(${local.logged}_refused_sum{${labels}}[1m]))"
          "failed (500)"            = "sum(increase(${local.logged}_internal_errors{${local.on_run}}[1m]))"
          "no instance (429 / 500)" = "sum(increase(${local.logged}_turned_away{${local.on_run}}[1m]))"
        }
      },
      {
        title = "Problems answered per minute"
        unit  = ""
        lines = { "$${function} $${slug}" = "sum by (function, slug) (increase(${local.logged}_problems_sum{${local.on_run}}[1m]))" }
      },
      {
        title = "Age of the count"
        unit  = "s"
        lines = { "oldest" = "max(histogram_quantile(0.99, sum by (le) (increase(${local.logged}_tally_age_bucket{${labels}}[5m]))))" }
      },
      {
        title = "Claims per group, and commits tried again per minute"
        unit  = ""
        lines = {
          "per group"   = "sum(increase(${local.claims}{${labels}}[1m])) / sum(increase(${local.logged}_groups_sum{${labels}}[1m]))"
          "tried again" = "sum(increase(${local.logged}_retries_sum{${labels}}[1m]))"
        }
      },
      {
        title = "Latency, 95 of 100 answers are faster"
        unit  = "ms"
        lines = { "$${service_name}" = "histogram_quantile(0.95, sum by (service_name, le) (rate(${local.run}:request_latencies_bucket{${local.on_run}}[5m])))" }
      },
      {
        title = "Instances"
        unit  = ""
        lines = { "$${service_name}" = "sum by (service_name) (${local.run}:container_instance_count{${local.on_run}})" }
      },
      {
        # All writes together: created and updated apart would tell a first from a repeat.
        title = "Firestore operations per minute"
        unit  = ""
        lines = {
          "reads"   = "sum(increase(${local.stored}_read_ops_count{${local.on_database}}[1m]))"
          "writes"  = "sum(increase(${local.stored}_write_ops_count{${local.on_database}}[1m]))"
          "deletes" = "sum(increase(${local.stored}_delete_ops_count{${local.on_database}}[1m]))"
        }
      },
    ]
  }

  widgets = {
    for petition in local.petitions : petition => concat(
      [
        {
          title = "Signatures"
          scorecard = {
            timeSeriesQuery = { prometheusQuery = local.shown[petition] }
            sparkChartView  = { sparkChartType = "SPARK_LINE" }
          }
        },
        {
          title     = "The next goal"
          scorecard = { timeSeriesQuery = { prometheusQuery = "min((${local.goals[petition]}) > on () group_left () (${local.shown[petition]}))" } }
        },
        {
          title = "Where to look"
          text  = { format = "MARKDOWN", content = local.signposts[petition] }
        },
      ],
      [
        for chart in local.charts[petition] : {
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
      ],
    )
  }
}

resource "google_monitoring_dashboard" "petition" {
  for_each = local.petitions

  # The provider passes over what the API adds, but not over what it leaves out, as it does with a
  # position of 0: so there is none here, and a changed dashboard is deployed like everything else.
  dashboard_json = jsonencode({
    displayName = "SaveMyFriend: ${each.key}"
    mosaicLayout = {
      columns = 48
      tiles = [
        for index, widget in local.widgets[each.key] : merge(
          { width = 16, height = 16, widget = widget },
          index % 3 == 0 ? {} : { xPos = 16 * (index % 3) },
          index < 3 ? {} : { yPos = 16 * floor(index / 3) },
        )
      ]
    }
  })

  depends_on = [time_sleep.apis]
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

  lifecycle {
    # Another host is another check, and the alert names the old one until it has been changed.
    create_before_destroy = true
  }

  depends_on = [time_sleep.apis]
}
