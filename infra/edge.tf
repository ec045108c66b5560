# With a domain: one global load balancer in front of the page and the functions, everything on one origin.
# Everything here is made once, or not at all, and keyed by a constant, so that another domain changes it
# instead of making a second one of the same name.

locals {
  edge = var.domain == null ? toset([]) : toset(["edge"])

  edge_functions = var.domain == null ? {} : local.public_functions

  # Phones in mobile networks often have IPv6 alone.
  edge_versions = var.domain == null ? toset([]) : toset(["IPV4", "IPV6"])

  transport_security = "Strict-Transport-Security: max-age=31536000"

  # A bucket cannot send these by itself.
  page_headers = {
    for header, value in jsondecode(file("${local.site_root}/headers.json")) :
    header => replace(value, "{connect}", join(" ", local.connect))
  }
  connect = distinct(concat(
    ["https://${coalesce(var.domain, "unset.invalid")}"],
    [for relay in var.relays : regex("^https://[^/]+", relay)],
  ))

  # The page's bucket twice. Most of the headers mean something for a document alone, and would cost
  # each visit more than its pictures if every script and style came with them.
  # And once more for the pages that run Kakao's program, of each petition and of the root.
  edge_sites = var.domain == null ? {} : {
    site     = local.page_headers
    kakao    = merge(local.page_headers, jsondecode(file("${local.site_root}/headers-kakao.json")))
    versions = { for header in ["Referrer-Policy", "X-Content-Type-Options"] : header => local.page_headers[header] }
  }

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
  for_each = local.edge_sites

  name                    = each.key
  bucket_name             = google_storage_bucket.site.name
  enable_cdn              = true
  compression_mode        = "AUTOMATIC"
  custom_response_headers = concat([for header, value in each.value : "${header}: ${value}"], [local.transport_security])
  edge_security_policy    = google_compute_security_policy.site["edge"].id

  cdn_policy {
    cache_mode         = "USE_ORIGIN_HEADERS"
    serve_while_stale  = local.serve_while_stale.site
    request_coalescing = true
    negative_caching   = false
  }
}

resource "google_compute_url_map" "edge" {
  for_each = local.edge

  name            = "edge"
  default_service = google_compute_backend_bucket.site["site"].id

  host_rule {
    hosts        = [var.domain]
    path_matcher = "petition"
  }

  path_matcher {
    name            = "petition"
    default_service = google_compute_backend_bucket.site["site"].id

    # The folder of the bucket does not show in the addresses.
    path_rule {
      paths   = ["/*"]
      service = google_compute_backend_bucket.site["site"].id

      route_action {
        url_rewrite {
          path_prefix_rewrite = "/${local.site_folder}/"
        }
      }
    }

    dynamic "path_rule" {
      for_each = toset(concat([""], [for petition in local.petitions : "/${petition}"]))

      content {
        paths   = ["${path_rule.key}/kakao.html"]
        service = google_compute_backend_bucket.site["kakao"].id

        route_action {
          url_rewrite {
            path_prefix_rewrite = "/${local.site_folder}${path_rule.key}/kakao.html"
          }
        }
      }
    }

    path_rule {
      paths   = ["/${local.site_versioned}/*"]
      service = google_compute_backend_bucket.site["versions"].id

      route_action {
        url_rewrite {
          path_prefix_rewrite = "/${local.site_folder}/${local.site_versioned}/"
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
