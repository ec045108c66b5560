locals {
  console_root     = "https://console.cloud.google.com"
  console_database = var.database == "(default)" ? "-default-" : var.database

  console = {
    alerts     = "${local.console_root}/monitoring/alerting?project=${var.project}"
    billing    = "${local.console_root}/billing/linkedaccount?project=${var.project}"
    dashboards = "${local.console_root}/monitoring/dashboards?project=${var.project}"
    firestore  = "${local.console_root}/firestore/databases/${local.console_database}/data/panel/petitions/${var.petition}?project=${var.project}"
    functions  = "${local.console_root}/run?project=${var.project}"
    logs       = "${local.console_root}/logs/query;query=${urlencode(local.from_functions)}?project=${var.project}"
  }
}

output "console" {
  description = "Where an organizer looks in the Google Cloud console: the count and its countries (firestore), dashboards, alerts, logs, functions, costs."
  value       = local.console
}

output "dns_records" {
  description = "What the domain must point to before its certificate is issued. Empty without a domain."
  value = {
    for version, address in google_compute_global_address.edge :
    version == "IPV4" ? "A" : "AAAA" => address.address
  }
}

output "function_urls" {
  description = "The public functions' addresses, as the page uses them."
  value       = local.function_urls
}

output "page" {
  description = "The page's address."
  value       = var.domain == null ? "${local.site_url}/index.html" : "${local.site_url}/"
}

output "pepper_secret" {
  description = "The secret that `organizer burn` destroys when the petition is over."
  value       = google_secret_manager_secret.pepper.id
}

output "share_link_url" {
  description = "What every shared link starts with."
  value       = local.share_link_url
}
