# With a domain, another database, and everything that an operator may ask for.

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
  mock_data "google_cloud_run_v2_service" {
    defaults = { urls = ["https://share-link-x7.a.run.app"] }
  }
  mock_resource "google_cloudfunctions2_function" {
    defaults = { service_config = { uri = "https://function.example" } }
  }
}

mock_provider "google-beta" {}

mock_provider "time" {}

variables {
  project         = "petition-test"
  seal_public_key = "BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
  envelope        = { public_key = "BBAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", version = "1" }

  alert_emails      = ["watch@example.org"]
  answer_grid_ms    = 0
  billing_account   = "012345-6789AB-CDEF01"
  database          = "petition"
  database_location = "eur3"
  delete_protection = false
  domain            = "sign.example.org"
  instances         = { sign = { min = 2, max = 40 }, count = { min = 2, max = 2 } }
  kakao_key         = "0123456789abcdef0123456789abcdef"
  mirrors           = ["https://mirror.example.org"]
  rate_limits       = { write = 900 }
  relays            = ["https://relay.example.org", "https://other.example.net/hidden/path"]
}

run "everything_that_can_be_asked_for" {
  # One origin.

  assert {
    condition     = alltrue([for f in google_cloudfunctions2_function.this : f.service_config[0].environment_variables.SITE_URL == "https://sign.example.org" && f.service_config[0].environment_variables.ALLOWED_ORIGINS == "https://sign.example.org,https://petition-test-site.storage.googleapis.com,https://mirror.example.org"])
    error_message = "The functions do not know the page's new address, or refuse the old one or a mirror."
  }

  assert {
    condition     = jsondecode(google_storage_bucket_object.data["config.json"].content).functions == { for name in ["count", "share_link", "sign", "withdraw"] : name => [for base in ["https://sign.example.org/api", "https://relay.example.org", "https://other.example.net/hidden/path"] : "${base}/${replace(name, "_", "-")}"] } && google_cloudfunctions2_function.this["share-link"].service_config[0].environment_variables.SHARE_LINK_URL == "https://sign.example.org/api/share-link"
    error_message = "The page or the shared links pass by the edge, or sweep is shown to the world."
  }

  assert {
    condition = { for rule in google_compute_url_map.edge["edge"].path_matcher[0].path_rule : one(rule.paths) => rule.route_action[0].url_rewrite[0].path_prefix_rewrite } == {
      "/*"                       = "/page/"
      "/api/count/*"             = "/"
      "/api/share-link/*"        = "/"
      "/api/sign/*"              = "/"
      "/api/withdraw/*"          = "/"
      "/kakao.html"              = "/page/kakao.html"
      "/savemyfriend/kakao.html" = "/page/savemyfriend/kakao.html"
      "/v/*"                     = "/page/v/"
    }
    error_message = "A path leads to the wrong place, or a function sees another path than without the edge."
  }

  assert {
    condition     = one(google_compute_url_map.edge["edge"].host_rule).hosts == toset(["sign.example.org"]) && google_compute_managed_ssl_certificate.edge["edge"].managed[0].domains == tolist(["sign.example.org"])
    error_message = "The edge answers for another domain."
  }

  assert {
    condition     = toset(keys(google_compute_backend_bucket.site)) == toset(["kakao", "site", "versions"]) && toset(keys(google_compute_global_forwarding_rule.https)) == toset(["IPV4", "IPV6"])
    error_message = "Another domain would make a second edge of the same name."
  }

  assert {
    condition     = { for name, f in google_cloudfunctions2_function.this : name => f.service_config[0].ingress_settings } == { sign = "ALLOW_INTERNAL_AND_GCLB", withdraw = "ALLOW_INTERNAL_AND_GCLB", count = "ALLOW_ALL", share-link = "ALLOW_ALL", sweep = "ALLOW_INTERNAL_ONLY" }
    error_message = "sign and withdraw must not be reached around the edge; posted links and badges must go on working."
  }

  assert {
    condition     = output.page == "https://sign.example.org/" && keys(output.dns_records) == ["A", "AAAA"] && contains(keys(google_project_service.this), "compute.googleapis.com")
    error_message = "The operator is not told what the domain must point to, or its API is missing."
  }

  # What it caches.

  assert {
    condition     = { for name, b in google_compute_backend_service.function : name => b.cdn_policy[0].serve_while_stale if b.enable_cdn } == { count = 3600, share-link = 86400 } && alltrue([for b in google_compute_backend_bucket.site : b.cdn_policy[0].serve_while_stale == 86400])
    error_message = "Only the count, the landing pages and the page may be cached, and each no longer than the runbook says."
  }

  assert {
    condition     = alltrue([for b in google_compute_backend_service.function : alltrue([for p in b.cdn_policy : p.cache_mode == "USE_ORIGIN_HEADERS" && !p.negative_caching && !p.cache_key_policy[0].include_query_string])])
    error_message = "The cache must obey the functions' headers, and a made-up query must not pass it by."
  }

  assert {
    condition     = alltrue([for b in google_compute_backend_service.function : b.log_config[0].enable == false && b.load_balancing_scheme == "EXTERNAL_MANAGED"]) && keys(google_compute_backend_service.function) == ["count", "share-link", "sign", "withdraw"]
    error_message = "The load balancer would log the addresses of signers, or a function is missing, or sweep is reached from outside."
  }

  assert {
    condition     = google_compute_url_map.to_https["edge"].default_url_redirect[0].https_redirect && google_compute_ssl_policy.edge["edge"].min_tls_version == "TLS_1_2"
    error_message = "Somebody could sign over a connection that others read."
  }

  # The headers that a bucket cannot send.

  assert {
    condition     = length(google_compute_backend_bucket.site["site"].custom_response_headers) == length(jsondecode(file("${path.module}/../frontend/headers.json"))) + 1
    error_message = "A security header of the page is missing."
  }

  assert {
    condition     = sort(google_compute_backend_bucket.site["versions"].custom_response_headers) == tolist(["Referrer-Policy: no-referrer", "Strict-Transport-Security: max-age=31536000", "X-Content-Type-Options: nosniff"])
    error_message = "Scripts and styles come with headers that only a document needs, or lack one of their own."
  }

  assert {
    condition     = { for rule in google_compute_url_map.edge["edge"].path_matcher[0].path_rule : one(rule.paths) => rule.service if !startswith(one(rule.paths), "/api/") } == { "/*" = google_compute_backend_bucket.site["site"].id, "/kakao.html" = google_compute_backend_bucket.site["kakao"].id, "/savemyfriend/kakao.html" = google_compute_backend_bucket.site["kakao"].id, "/v/*" = google_compute_backend_bucket.site["versions"].id }
    error_message = "A document comes without its headers, or everything with them."
  }

  assert {
    condition     = length(google_compute_backend_bucket.site["kakao"].custom_response_headers) == length(google_compute_backend_bucket.site["site"].custom_response_headers) && { for name in keys(google_compute_backend_bucket.site) : name => anytrue([for h in google_compute_backend_bucket.site[name].custom_response_headers : strcontains(h, "kakao")]) } == { kakao = true, site = false, versions = false } && jsondecode(google_storage_bucket_object.data["config.json"].content).kakao_key == "0123456789abcdef0123456789abcdef"
    error_message = "Kakao's program may not run on its page, or may run on another, or has no key."
  }

  assert {
    condition     = anytrue([for h in google_compute_backend_bucket.site["site"].custom_response_headers : startswith(h, "Content-Security-Policy: ")]) && !anytrue([for h in google_compute_backend_bucket.site["site"].custom_response_headers : strcontains(h, "{connect}")])
    error_message = "The page has no content security policy, or one with a hole in it."
  }

  # Machines are slowed down, and nobody is shut out.

  assert {
    condition     = { for r in google_compute_security_policy.functions["edge"].rule : tostring(r.priority) => r.action } == { "1000" = "deny(404)", "2000" = "throttle", "2100" = "throttle", "2147483647" = "allow" } && { for r in google_compute_security_policy.site["edge"].rule : tostring(r.priority) => r.action } == { "1000" = "deny(404)", "2147483647" = "allow" }
    error_message = "A policy has another rule than those that are written about."
  }

  assert {
    condition     = { for r in google_compute_security_policy.functions["edge"].rule : tostring(r.priority) => r.rate_limit_options[0].rate_limit_threshold[0].count if r.action == "throttle" } == { "2000" = 900, "2100" = 6000 }
    error_message = "The rate limits are not the variables'."
  }

  assert {
    condition     = one([for r in google_compute_security_policy.functions["edge"].rule : r.match[0].expr[0].expression if r.priority == 2000]) == "request.method == 'POST'"
    error_message = "The limit of what writes depends on a path, which the load balancer rewrites."
  }

  assert {
    condition     = alltrue([for b in google_compute_backend_service.function : b.security_policy == google_compute_security_policy.functions["edge"].id]) && alltrue([for b in google_compute_backend_bucket.site : b.edge_security_policy == google_compute_security_policy.site["edge"].id]) && google_compute_security_policy.site["edge"].type == "CLOUD_ARMOR_EDGE"
    error_message = "Something stands before the internet without a policy."
  }

  # Another database, with its own rules, and the only one that the functions reach.

  assert {
    condition     = google_firebaserules_release.deny.name == "cloud.firestore/petition" && google_firestore_database.this.location_id == "eur3"
    error_message = "The rules would guard another database."
  }

  assert {
    condition     = alltrue([for m in google_project_iam_member.function : m.condition[0].expression == "resource.name == \"projects/petition-test/databases/petition\" || resource.name.startsWith(\"projects/petition-test/databases/petition/\")"]) && alltrue([for f in google_cloudfunctions2_function.this : f.service_config[0].environment_variables.FIRESTORE_DATABASE == "petition"])
    error_message = "The functions would use another database than they may, or may use one whose name begins alike."
  }

  # What else was asked for.

  assert {
    condition     = { for name, f in google_cloudfunctions2_function.this : name => f.service_config[0].environment_variables.ANSWER_GRID_MS if contains(keys(f.service_config[0].environment_variables), "ANSWER_GRID_MS") } == { sign = "0", withdraw = "0" }
    error_message = "The grid of the answers is not the variable's."
  }

  assert {
    condition     = google_cloud_scheduler_job.this["canary"].http_target[0].uri == "https://sign.example.org/api/sign/canary" && google_cloud_scheduler_job.this["count-savemyfriend"].http_target[0].uri == "https://function.example/savemyfriend"
    error_message = "The canary does not take the way of people, or the count is asked for from a cache."
  }

  assert {
    condition     = alltrue([for p in concat(values(google_monitoring_alert_policy.this), values(google_monitoring_alert_policy.down)) : length(p.notification_channels) == 1]) && google_monitoring_notification_channel.email["watch@example.org"].force_delete
    error_message = "An alert would be told to nobody, or an address could not be taken out."
  }

  assert {
    condition     = { for found in regexall("service_name=\"([a-z-]+)\"}\\) >= ([0-9]+)", google_monitoring_alert_policy.this["saturated"].conditions[0].condition_prometheus_query_language[0].query) : found[0] => found[1] } == { sign = "36", share-link = "2" }
    error_message = "Saturation must follow the limits that are set, and never stand where the fewest are the most."
  }

  assert {
    condition     = google_billing_budget.this["budget"].amount[0].specified_amount[0].units == "100" && google_billing_budget.this["budget"].budget_filter[0].projects == toset(["projects/123456789012"])
    error_message = "The budget watches another sum or another project."
  }
}

run "once_the_pepper_is_burnt_and_the_petition_may_go" {
  command = plan

  variables {
    burnt         = true
    instances     = { count = { min = 2, max = 2 }, share-link = { max = 1 } }
    silence_hours = 0
  }

  assert {
    condition     = length(google_secret_manager_secret_version.pepper) == 0 && keys(google_cloudfunctions2_function.this) == ["count", "share-link", "sweep", "withdraw"] && length(google_secret_manager_secret_iam_member.sign) == 0
    error_message = "Another pepper would be made, and signing begin again."
  }

  assert {
    condition     = keys(google_cloud_scheduler_job.this) == ["count-savemyfriend", "sweep-savemyfriend"] && keys(google_compute_backend_service.function) == ["count", "share-link", "withdraw"] && !can(local.function_urls.sign)
    error_message = "Something still asks sign."
  }

  assert {
    condition     = keys(google_monitoring_alert_policy.this) == ["errors", "leader", "milestone", "refused", "stale", "surge", "turned-away", "unswept"]
    error_message = "An alert would ring for ever after signing has ended, or for a function that cannot have more instances."
  }

  assert {
    condition     = google_firestore_database.this.delete_protection_state == "DELETE_PROTECTION_DISABLED" && !google_secret_manager_secret.pepper.deletion_protection && terraform_data.protection.input == false
    error_message = "The petition could never be taken down."
  }
}
