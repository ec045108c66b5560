# Cloud Armor: who is slowed down or turned away at the edge. It stands before the functions and the page.

locals {
  # Nobody who reads, signs or shares asks for these. No client is judged by its name or country.
  scanners = "request.path.matches('(?i)(\\\\.(php|aspx?|jsp|cgi|env|git|sql|bak)($|/)|/wp-)')"
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
