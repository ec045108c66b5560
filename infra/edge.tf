# With a domain: one global load balancer in front of the page and the functions, everything on one origin.
# Everything here is made once per name in local.edge, which is empty without a domain.

locals {
  edge = var.domain == null ? toset([]) : toset([var.domain])

  edge_functions = var.domain == null ? {} : local.functions

  # Phones in mobile networks often have IPv6 alone.
  edge_versions = var.domain == null ? toset([]) : toset(["IPV4", "IPV6"])

  transport_security = "Strict-Transport-Security: max-age=31536000"

  # The same headers as the local run sends; a bucket cannot send any by itself.
  site_headers = [
    for header, value in jsondecode(file("${local.site_root}/headers.json")) :
    "${header}: ${replace(value, "{connect}", "https://${coalesce(var.domain, "unset.invalid")}")}"
  ]
}

resource "google_compute_global_address" "edge" {
  for_each = local.edge_versions

  name       = "edge-${lower(each.key)}"
  ip_version = each.key

  depends_on = [google_project_service.this]
}

resource "google_compute_managed_ssl_certificate" "edge" {
  for_each = local.edge

  # A certificate cannot be changed: another domain is another certificate.
  name = "edge-${substr(sha256(each.key), 0, 8)}"

  managed {
    domains = [each.key]
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [google_project_service.this]
}

resource "google_compute_ssl_policy" "edge" {
  for_each = local.edge

  name            = "edge"
  profile         = "MODERN"
  min_tls_version = "TLS_1_2"

  depends_on = [google_project_service.this]
}

resource "google_compute_region_network_endpoint_group" "function" {
  for_each = local.edge_functions

  name                  = each.key
  region                = var.region
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = google_cloudfunctions2_function.this[each.key].name
  }
}

resource "google_compute_backend_service" "function" {
  for_each = local.edge_functions

  name                  = each.key
  load_balancing_scheme = "EXTERNAL_MANAGED"
  protocol              = "HTTPS"
  security_policy       = google_compute_security_policy.edge[var.domain].id

  # Cloud CDN obeys the functions' own Cache-Control: the count and landing pages are cached, a POST never is.
  enable_cdn = contains(["count", "share-link"], each.key)

  custom_response_headers = [local.transport_security]

  backend {
    group = google_compute_region_network_endpoint_group.function[each.key].id
  }

  dynamic "cdn_policy" {
    for_each = contains(["count", "share-link"], each.key) ? [1] : []

    content {
      cache_mode = "USE_ORIGIN_HEADERS"
      # A day, as the count's own stale-if-error: readers keep the last number when everything else fails.
      serve_while_stale  = 86400
      request_coalescing = true
      negative_caching   = false

      # A badge depends on its language; any other query is made up, and must not pass the cache by.
      cache_key_policy {
        include_host           = true
        include_protocol       = true
        include_query_string   = true
        query_string_whitelist = ["lang"]
      }
    }
  }

  # These logs, and Cloud Armor's within them, would hold the address of every signer.
  log_config {
    enable = false
  }
}

resource "google_compute_backend_bucket" "site" {
  for_each = local.edge

  name                    = "site"
  bucket_name             = google_storage_bucket.site.name
  enable_cdn              = true
  compression_mode        = "AUTOMATIC"
  custom_response_headers = concat(local.site_headers, [local.transport_security])

  cdn_policy {
    cache_mode         = "USE_ORIGIN_HEADERS"
    serve_while_stale  = 86400
    request_coalescing = true
    negative_caching   = false
  }

  depends_on = [google_project_service.this]
}

resource "google_compute_security_policy" "edge" {
  # checkov:skip=CKV_GCP_73:The rule is for a logging library of Java, of which there is none here.
  for_each = local.edge

  name        = "edge"
  description = "Lets every person and every link preview in, and slows machines down."
  type        = "CLOUD_ARMOR"

  # Nobody who reads, signs or shares asks for these. No client is judged by its name or country.
  rule {
    priority    = 1000
    action      = "deny(404)"
    description = "Scanners looking for other people's software."

    match {
      expr {
        expression = "request.path.matches('(?i)(\\\\.(php|aspx?|jsp|cgi|env|git|sql|bak)($|/)|/wp-)')"
      }
    }
  }

  rule {
    priority    = 2000
    action      = "throttle"
    description = "Signatures and withdrawals from one address."

    match {
      expr {
        expression = "request.method == 'POST' && request.path.matches('^/api/(sign|withdraw)/')"
      }
    }

    rate_limit_options {
      conform_action = "allow"
      exceed_action  = "deny(429)"
      enforce_on_key = "IP"

      rate_limit_threshold {
        count        = var.rate_limits.sign
        interval_sec = 60
      }
    }
  }

  rule {
    priority    = 2100
    action      = "throttle"
    description = "Everything else from one address."

    match {
      versioned_expr = "SRC_IPS_V1"

      config {
        src_ip_ranges = ["*"]
      }
    }

    rate_limit_options {
      conform_action = "allow"
      exceed_action  = "deny(429)"
      enforce_on_key = "IP"

      rate_limit_threshold {
        count        = var.rate_limits.other
        interval_sec = 60
      }
    }
  }

  rule {
    priority    = 2147483647
    action      = "allow"
    description = "The rule every policy must end with."

    match {
      versioned_expr = "SRC_IPS_V1"

      config {
        src_ip_ranges = ["*"]
      }
    }
  }

  depends_on = [google_project_service.this]
}

resource "google_compute_url_map" "edge" {
  for_each = local.edge

  name            = "edge"
  default_service = google_compute_backend_bucket.site[each.key].id

  host_rule {
    hosts        = [each.key]
    path_matcher = "petition"
  }

  path_matcher {
    name            = "petition"
    default_service = google_compute_backend_bucket.site[each.key].id

    # The folder of the bucket does not show in the addresses.
    path_rule {
      paths   = ["/*"]
      service = google_compute_backend_bucket.site[each.key].id

      route_action {
        url_rewrite {
          path_prefix_rewrite = "/${local.site_folder}/"
        }
      }
    }

    # A function sees the same paths as without the edge: "/api/sign/savemyfriend" is its "/savemyfriend".
    dynamic "path_rule" {
      for_each = local.edge_functions

      content {
        paths   = ["/api/${path_rule.key}/*"]
        service = google_compute_backend_service.function[path_rule.key].id

        route_action {
          url_rewrite {
            path_prefix_rewrite = "/"
          }
        }
      }
    }
  }
}

resource "google_compute_url_map" "to_https" {
  for_each = local.edge

  name = "to-https"

  default_url_redirect {
    https_redirect         = true
    redirect_response_code = "MOVED_PERMANENTLY_DEFAULT"
    strip_query            = false
  }

  depends_on = [google_project_service.this]
}

resource "google_compute_target_https_proxy" "edge" {
  for_each = local.edge

  name             = "edge"
  url_map          = google_compute_url_map.edge[each.key].id
  ssl_certificates = [google_compute_managed_ssl_certificate.edge[each.key].id]
  ssl_policy       = google_compute_ssl_policy.edge[each.key].id
}

resource "google_compute_target_http_proxy" "to_https" {
  for_each = local.edge

  name    = "to-https"
  url_map = google_compute_url_map.to_https[each.key].id
}

resource "google_compute_global_forwarding_rule" "https" {
  for_each = local.edge_versions

  name                  = "https-${lower(each.key)}"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.edge[each.key].id
  port_range            = "443"
  target                = google_compute_target_https_proxy.edge[var.domain].id
}

resource "google_compute_global_forwarding_rule" "http" {
  for_each = local.edge_versions

  name                  = "http-${lower(each.key)}"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.edge[each.key].id
  port_range            = "80"
  target                = google_compute_target_http_proxy.to_https[var.domain].id
}
