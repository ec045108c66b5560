# The clock: what has to happen although nobody asks for it.

locals {
  # One sealed form, the same every minute, under one address and one receipt: the first is counted,
  # all others are repeats. Its box is 2,130 bytes of nothing that nobody can open (petition/seal.py).
  canary_form = {
    address_tag  = format("%043d", 0)
    receipt_hash = format("%043d", 8)
    sealed       = "AQ${format("%02838d", 0)}"
    country      = "ZZ"
    language     = "en"
  }

  # Not the edge's address: a cached answer of count would refresh nothing, and sweep is not behind it.
  run_url = { for name, function in google_cloudfunctions2_function.this : name => function.service_config[0].uri }

  jobs = merge(
    {
      for petition in local.petitions : "count-${petition}" => {
        description = "Keeps the published count of ${petition} fresh, and an instance of count warm."
        schedule    = "* * * * *"
        method      = "GET"
        url         = "${local.run_url.count}/${petition}"
        body        = null
        as          = null
      }
    },
    {
      for petition in local.petitions : "sweep-${petition}" => {
        description = "Takes those who withdrew from ${petition} off the count, when it is due."
        schedule    = "13 * * * *"
        method      = "POST"
        url         = "${local.run_url.sweep}/${petition}"
        body        = null
        as          = google_service_account.sweeper.email
      }
    },
    var.burnt ? {} : {
      canary = {
        description = "Signs a hidden petition, so that it is known within minutes when nobody can sign."
        schedule    = "* * * * *"
        method      = "POST"
        # The way that people take, with a domain through the edge.
        url  = "${local.function_urls.sign}/canary"
        body = local.canary_form
        as   = null
      }
    },
  )
}

resource "google_cloud_scheduler_job" "this" {
  for_each = local.jobs

  name        = each.key
  description = each.value.description
  region      = var.region
  schedule    = each.value.schedule
  time_zone   = "Etc/UTC"
  # As long as the functions take themselves; half an hour is the most that the scheduler waits.
  attempt_deadline = each.value.as == null ? "30s" : "1800s"

  http_target {
    http_method = each.value.method
    uri         = each.value.url
    headers     = each.value.method == "POST" ? { "Content-Type" = "application/json" } : null
    body        = each.value.body == null ? null : base64encode(jsonencode(each.value.body))

    dynamic "oidc_token" {
      for_each = each.value.as == null ? [] : [each.value.as]

      content {
        service_account_email = oidc_token.value
        audience              = local.run_url.sweep
      }
    }
  }

  # Of what comes every minute the next time is the retry. A sweep goes on where it was, so it is
  # tried again within the hour: a restart of one instance must not cost people an hour more.
  retry_config {
    retry_count          = each.value.as == null ? 0 : 3
    min_backoff_duration = each.value.as == null ? null : "60s"
    max_backoff_duration = each.value.as == null ? null : "600s"
  }
}

# Who calls sweep; the account can do nothing else.
resource "google_service_account" "sweeper" {
  account_id   = "petition-sweeper"
  display_name = "Calls sweep"
  description  = "The scheduler's, to call the one function that is not public."

  depends_on = [time_sleep.apis]
}
