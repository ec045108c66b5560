# Asks for the count once a minute, so that the number in the Firestore console is fresh when
# nobody reads the page, and so that an instance of count is always warm.
resource "google_cloud_scheduler_job" "count" {
  for_each = local.petitions

  name             = "count-${each.key}"
  description      = "Keeps the published count of ${each.key} fresh."
  region           = var.region
  schedule         = "* * * * *"
  time_zone        = "Etc/UTC"
  attempt_deadline = "30s"

  http_target {
    http_method = "GET"
    # Not the edge's address: a cached answer would refresh nothing.
    uri = "${google_cloudfunctions2_function.this["count"].service_config[0].uri}/${each.key}"
  }

  # The next minute is the retry.
  retry_config {
    retry_count = 0
  }
}
