# A budget tells, it does not stop anything: a petition that goes viral must not be switched off by its success.
resource "google_billing_budget" "this" {
  for_each = var.billing_account == null ? toset([]) : toset(["budget"])

  billing_account = var.billing_account
  display_name    = "SaveMyFriend: ${var.project}"

  budget_filter {
    projects = ["projects/${data.google_project.this.number}"]
  }

  amount {
    specified_amount {
      units = tostring(var.monthly_budget)
    }
  }

  dynamic "threshold_rules" {
    for_each = [0.5, 0.9, 1.0]

    content {
      threshold_percent = threshold_rules.value
    }
  }

  # The month's end is foreseen on the day of the spike, while there is time to act.
  threshold_rules {
    threshold_percent = 1.2
    spend_basis       = "FORECASTED_SPEND"
  }

  # Five at most, which is why var.alert_emails takes no more. Without one, those are told who
  # administer the billing account.
  dynamic "all_updates_rule" {
    for_each = length(var.alert_emails) == 0 ? [] : ["all_updates_rule"]

    content {
      monitoring_notification_channels = [for channel in google_monitoring_notification_channel.email : channel.id]
    }
  }

  depends_on = [time_sleep.apis]
}
