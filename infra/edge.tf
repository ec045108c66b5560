# With a domain: one global load balancer in front of the page and the functions, everything on one origin.
# Everything here is made once, or not at all, and keyed by a constant, so that another domain changes it
# instead of making a second one of the same name.

locals {
  edge = var.domain == null ? toset([]) : toset(["edge"])

  edge_functions = var.domain == null ? {} : local.public_functions

  # Phones in mobile networks often have IPv6 alone.
  edge_versions = var.domain == null ? toset([]) : toset(["IPV4", "IPV6"])

  transport_security = "Strict-Transport-Security: max-age=31536000"

  # The same headers as the local run sends; a bucket cannot send any by itself.
  site_headers = [
    for header, value in jsondecode(file("${local.site_root}/headers.json")) :
    "${header}: ${replace(value, "{connect}", join(" ", local.connect))}"
  ]
  connect = distinct(concat(
    ["https://${coalesce(var.domain, "unset.invalid")}"],
    [for relay in var.relays : regex("^https://[^/]+", relay)],
  ))

  # Cloud CDN keeps what a function says may be kept (Cache-Control), and beyond that shows it for so
  # many seconds while it asks for the next in the background, or while the function fails. It knows no
  # stale-if-error, and a stale-while-revalidate in the answer would count instead of this, so the
  # functions send neither. Source: Cloud CDN documentation, "Serve stale content".
  # A count is shown old to the first who asks at a place where nobody asked for a while; the page asks
  # again ten seconds later. An hour of that is bearable, a day is not. A landing page hardly changes.
  serve_while_stale = {
    count      = 3600
    share-link = 86400
    site       = 86400
  }

  # Nobody who reads, signs or shares asks for these. No client is judged by its name or country.
  scanners = "request.path.matches('(?i)(\\\\.(php|aspx?|jsp|cgi|env|git|sql|bak)($|/)|/wp-)')"
}

resource "google_compute_global_address" "edge" {
  for_each = local.edge_versions

  name       = "edge-${lower(each.key)}"
  ip_version = each.key

  depends_on = [time_sleep.apis]
}

resource "google_compute_managed_ssl_certificate" "edge" {
  for_each = local.edge

  # A certificate cannot be changed: another domain is another certificate.
  name = "edge-${substr(sha256(var.domain), 0, 8)}"

  managed {
    domains = [var.domain]
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [time_sleep.apis]
}

resource "google_compute_ssl_policy" "edge" {
  for_each = local.edge

  name            = "edge"
  profile         = "MODERN"
  min_tls_version = "TLS_1_2"

  depends_on = [time_sleep.apis]
}

resource "google_compute_region_network_endpoint_group" "function" {
  for_each = local.edge_functions

  name                  = each.key
  region                = var.region
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = google_cloudfunctions2_function.this[each.key].name
  }

  depends_on = [time_sleep.apis]
}

resource "google_compute_backend_service" "function" {
  for_each = local.edge_functions

  name                  = each.key
  load_balancing_scheme = "EXTERNAL_MANAGED"
  protocol              = "HTTPS"
  security_policy       = google_compute_security_policy.functions["edge"].id

  # Cloud CDN obeys the functions' own Cache-Control: the count and landing pages are cached, a POST never is.
  enable_cdn = contains(keys(local.serve_while_stale), each.key)

  custom_response_headers = [local.transport_security]

  backend {
    group = google_compute_region_network_endpoint_group.function[each.key].id
  }

  dynamic "cdn_policy" {
    for_each = contains(keys(local.serve_while_stale), each.key) ? [local.serve_while_stale[each.key]] : []

    content {
      cache_mode         = "USE_ORIGIN_HEADERS"
      serve_while_stale  = cdn_policy.value
      request_coalescing = true
      negative_caching   = false

      # No answer that may be kept depends on a query; one that is made up must not pass the cache by.
      cache_key_policy {
        include_host         = true
        include_protocol     = true
        include_query_string = false
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
  edge_security_policy    = google_compute_security_policy.site[each.key].id

  cdn_policy {
    cache_mode         = "USE_ORIGIN_HEADERS"
    serve_while_stale  = local.serve_while_stale.site
    request_coalescing = true
    negative_caching   = false
  }
}

resource "google_compute_security_policy" "functions" {
  # checkov:skip=CKV_GCP_73:The rule is for a logging library of Java, of which there is none here.
  for_each = local.edge

  name        = "functions"
  description = "Lets every person and every link preview in, and slows machines down."
  type        = "CLOUD_ARMOR"

  rule {
    priority    = 1000
    action      = "deny(404)"
    description = "Scanners looking for other people's software."

    match {
      expr {
        expression = local.scanners
      }
    }
  }

  # By method and not by path, because which path is seen here, before or after the load balancer
  # rewrites it, is written nowhere. Every POST is one that a stranger can repeat to make us write.
  rule {
    priority    = 2000
    action      = "throttle"
    description = "Claims, withdrawals and new links from one address."

    match {
      expr {
        expression = "request.method == 'POST'"
      }
    }

    rate_limit_options {
      conform_action = "allow"
      exceed_action  = "deny(429)"
      enforce_on_key = "IP"

      rate_limit_threshold {
        count        = var.rate_limits.write
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
        count        = var.rate_limits.read
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

  depends_on = [time_sleep.apis]
}

# A policy before a bucket is of another kind: it stands before the cache, and cannot count requests.
resource "google_compute_security_policy" "site" {
  # checkov:skip=CKV_GCP_73:The rule is for a logging library of Java, of which there is none here.
  for_each = local.edge

  name        = "site"
  description = "Lets every reader in."
  type        = "CLOUD_ARMOR_EDGE"

  rule {
    priority    = 1000
    action      = "deny(404)"
    description = "Scanners looking for other people's software."

    match {
      expr {
        expression = local.scanners
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

  depends_on = [time_sleep.apis]
}

resource "google_compute_url_map" "edge" {
  for_each = local.edge

  name            = "edge"
  default_service = google_compute_backend_bucket.site[each.key].id

  host_rule {
    hosts        = [var.domain]
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

  depends_on = [time_sleep.apis]
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
  target                = google_compute_target_https_proxy.edge["edge"].id
}

resource "google_compute_global_forwarding_rule" "http" {
  for_each = local.edge_versions

  name                  = "http-${lower(each.key)}"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.edge[each.key].id
  port_range            = "80"
  target                = google_compute_target_http_proxy.to_https["edge"].id
}
