# The page, without and with the edge in front of it.

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

run "the_bucket_serves_the_page_and_its_real_addresses" {
  assert {
    condition     = google_storage_bucket_object.file["index.html"].name == "page/index.html" && google_storage_bucket_object.file["index.html"].content_type == "text/html; charset=utf-8"
    error_message = "The page is not where its address says, or would be downloaded instead of shown."
  }

  assert {
    condition     = google_storage_bucket_object.entry.name == "page/" && google_storage_bucket_object.entry.content_type == "text/html; charset=utf-8"
    error_message = "Shared links, which lead to SITE_URL with a slash, would find nothing."
  }

  assert {
    condition     = alltrue([for path, f in google_storage_bucket_object.file : f.content_type == "text/javascript; charset=utf-8" if endswith(path, ".js")])
    error_message = "A browser refuses a module with another content type."
  }

  assert {
    condition     = alltrue([for f in concat(values(google_storage_bucket_object.file), values(google_storage_bucket_object.data), [google_storage_bucket_object.entry]) : can(regex("^public, max-age=[0-9]+", f.cache_control))])
    error_message = "Without a lifetime the platform caches for an hour."
  }

  assert {
    condition = jsondecode(google_storage_bucket_object.data["config.json"].content) == {
      petition        = "savemyfriend"
      functions       = { sign = "https://function.example", count = "https://function.example", share_link = "https://function.example", withdraw = "https://function.example" }
      seal_public_key = var.seal_public_key
    }
    error_message = "The page would not find the functions or seal to the wrong key."
  }

  assert {
    condition     = length(setsubtract(["config.json", "addresses.json", "petitions/savemyfriend.json"], keys(google_storage_bucket_object.data))) == 0 && !contains(keys(google_storage_bucket_object.file), "headers.json")
    error_message = "The page lacks data, or shows what is not for readers."
  }

  assert {
    condition     = google_storage_bucket_iam_member.readers.role == "roles/storage.legacyObjectReader" && google_storage_bucket_iam_member.readers.member == "allUsers"
    error_message = "Readers must get files, and no list of them."
  }

  assert {
    condition     = alltrue([for f in google_cloudfunctions2_function.this : f.service_config[0].environment_variables.SITE_URL == "https://petition-test-site.storage.googleapis.com/page" && f.service_config[0].environment_variables.ALLOWED_ORIGINS == "https://petition-test-site.storage.googleapis.com"])
    error_message = "The functions would refuse the page, or lead people elsewhere."
  }

  assert {
    condition     = output.page == "https://petition-test-site.storage.googleapis.com/page/index.html"
    error_message = "The printed address is not the page's."
  }
}

run "without_a_domain_there_is_no_edge" {
  command = plan

  assert {
    condition     = length(google_compute_url_map.edge) + length(google_compute_backend_service.function) + length(google_compute_global_forwarding_rule.https) + length(google_compute_security_policy.edge) == 0
    error_message = "A load balancer costs money that nobody asked to spend."
  }

  assert {
    condition     = !contains(keys(google_project_service.this), "compute.googleapis.com") && output.dns_records == {}
    error_message = "Something of the edge is there without a domain."
  }
}

run "a_domain_puts_everything_on_one_origin" {
  variables {
    domain = "sign.example.org"
  }

  assert {
    condition     = alltrue([for f in google_cloudfunctions2_function.this : f.service_config[0].environment_variables.SITE_URL == "https://sign.example.org" && f.service_config[0].environment_variables.ALLOWED_ORIGINS == "https://sign.example.org,https://petition-test-site.storage.googleapis.com"])
    error_message = "The functions do not know the page's new address, or refuse the old one."
  }

  assert {
    condition     = jsondecode(google_storage_bucket_object.data["config.json"].content).functions.share_link == "https://sign.example.org/api/share-link" && google_cloudfunctions2_function.this["share-link"].service_config[0].environment_variables.SHARE_LINK_URL == "https://sign.example.org/api/share-link"
    error_message = "The page or the shared links pass by the edge."
  }

  assert {
    condition = { for rule in google_compute_url_map.edge["sign.example.org"].path_matcher[0].path_rule : one(rule.paths) => rule.route_action[0].url_rewrite[0].path_prefix_rewrite } == {
      "/*"                = "/page/"
      "/api/count/*"      = "/"
      "/api/share-link/*" = "/"
      "/api/sign/*"       = "/"
      "/api/withdraw/*"   = "/"
    }
    error_message = "A path leads to the wrong place, or a function sees another path than without the edge."
  }

  assert {
    condition     = { for name, f in google_cloudfunctions2_function.this : name => f.service_config[0].ingress_settings } == { sign = "ALLOW_INTERNAL_AND_GCLB", withdraw = "ALLOW_INTERNAL_AND_GCLB", count = "ALLOW_ALL", share-link = "ALLOW_ALL" }
    error_message = "sign and withdraw must not be reached around the edge; posted links and badges must go on working."
  }

  assert {
    condition     = output.page == "https://sign.example.org/" && keys(output.dns_records) == ["A", "AAAA"]
    error_message = "The operator is not told what the domain must point to."
  }
}

run "the_edge_caches_what_is_public_and_logs_nobody" {
  command = plan

  variables {
    domain = "sign.example.org"
  }

  assert {
    condition     = [for name, b in google_compute_backend_service.function : name if b.enable_cdn] == ["count", "share-link"]
    error_message = "Only the count and the landing pages may be cached."
  }

  assert {
    condition     = alltrue([for b in google_compute_backend_service.function : alltrue([for p in b.cdn_policy : p.cache_mode == "USE_ORIGIN_HEADERS" && p.cache_key_policy[0].query_string_whitelist == toset(["lang"])])])
    error_message = "The cache must obey the functions' headers, and a made-up query must not pass it by."
  }

  assert {
    condition     = alltrue([for b in google_compute_backend_service.function : b.log_config[0].enable == false && b.load_balancing_scheme == "EXTERNAL_MANAGED"])
    error_message = "The load balancer would log the addresses of signers."
  }

  assert {
    condition     = google_compute_url_map.to_https["sign.example.org"].default_url_redirect[0].https_redirect && google_compute_ssl_policy.edge["sign.example.org"].min_tls_version == "TLS_1_2"
    error_message = "Somebody could sign over a connection that others read."
  }
}

run "the_edge_sends_the_headers_that_a_bucket_cannot" {
  command = plan

  variables {
    domain = "sign.example.org"
  }

  assert {
    condition     = length(google_compute_backend_bucket.site["sign.example.org"].custom_response_headers) == length(jsondecode(file("${path.module}/../frontend/headers.json"))) + 1
    error_message = "A security header of the page is missing."
  }

  assert {
    condition     = anytrue([for h in google_compute_backend_bucket.site["sign.example.org"].custom_response_headers : startswith(h, "Content-Security-Policy: ")]) && !anytrue([for h in google_compute_backend_bucket.site["sign.example.org"].custom_response_headers : strcontains(h, "{connect}")])
    error_message = "The page has no content security policy, or one with a hole in it."
  }
}

run "the_edge_slows_machines_down_and_shuts_nobody_out" {
  command = plan

  variables {
    domain      = "sign.example.org"
    rate_limits = { sign = 900 }
  }

  assert {
    condition     = { for r in google_compute_security_policy.edge["sign.example.org"].rule : tostring(r.priority) => r.action } == { "1000" = "deny(404)", "2000" = "throttle", "2100" = "throttle", "2147483647" = "allow" }
    error_message = "The policy has another rule than the four that are written about."
  }

  assert {
    condition     = { for r in google_compute_security_policy.edge["sign.example.org"].rule : tostring(r.priority) => r.rate_limit_options[0].rate_limit_threshold[0].count if r.action == "throttle" } == { "2000" = 900, "2100" = 6000 }
    error_message = "The rate limits are not the variables'."
  }

  assert {
    condition     = alltrue([for b in google_compute_backend_service.function : b.load_balancing_scheme == "EXTERNAL_MANAGED"]) && length(google_compute_backend_service.function) == 4
    error_message = "A function is missing at the edge."
  }
}
