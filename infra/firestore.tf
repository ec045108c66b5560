resource "google_firestore_database" "this" {
  # No encryption key of our own: its quota is 0 until Google grants one, and what matters is sealed before it arrives.
  name        = var.database
  location_id = coalesce(var.database_location, var.region)
  type        = "FIRESTORE_NATIVE"

  # Seven days of any minute, against a mistake; the backups below are against a disaster.
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"

  # Otherwise a destroy would leave signatures behind that nobody remembers.
  delete_protection_state = var.delete_protection ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  deletion_policy         = "DELETE"

  depends_on = [time_sleep.apis]
}

resource "google_firestore_backup_schedule" "daily" {
  database  = google_firestore_database.this.name
  retention = "${var.backup_weeks * 7 * 24 * 60 * 60}s"

  daily_recurrence {}
}

# No field is indexed unless a query needs it. An index on a counter or a time is a hot spot, an index
# on a sealed box a copy of it, and every index makes every write slower and dearer.
# Nothing expires by itself (no TTL): what is kept is kept until somebody withdraws or the petition ends.
resource "google_firestore_field" "unindexed" {
  for_each = toset(["petitions", "signers", "claims", "leaving", "lanes", "links", "invalidations", "idle"])

  database   = google_firestore_database.this.name
  collection = each.key
  field      = "*"

  index_config {}
}

# Organizers rank the links by the claims that came through each.
resource "google_firestore_field" "via" {
  database   = google_firestore_database.this.name
  collection = "claims"
  field      = "via"

  index_config {
    indexes {
      order       = "ASCENDING"
      query_scope = "COLLECTION"
    }
  }

  # Two changes of one collection at a time are refused with 409.
  depends_on = [google_firestore_field.unindexed]
}

# Every database has public endpoints for phones and browsers; nobody has any business there.
resource "google_firebaserules_ruleset" "deny" {
  source {
    files {
      name    = "firestore.rules"
      content = file("${path.module}/firestore.rules")
    }
  }

  depends_on = [google_firestore_database.this]

  lifecycle {
    # A released ruleset cannot be deleted before the release names another.
    create_before_destroy = true
  }
}

resource "google_firebaserules_release" "deny" {
  name         = var.database == "(default)" ? "cloud.firestore" : "cloud.firestore/${var.database}"
  ruleset_name = google_firebaserules_ruleset.deny.name
}
