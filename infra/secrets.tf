# The pepper: without it nobody can compute a signature's id from an address.
# It never changes while a petition runs, because a new one would let everybody sign again.

# 64 letters and digits are 381 bits; the key of an HMAC-SHA256 needs no more than 256.
ephemeral "random_password" "pepper" {
  length  = 64
  special = false
}

resource "google_secret_manager_secret" "pepper" {
  secret_id           = "pepper"
  deletion_protection = var.delete_protection

  replication {
    auto {}
  }

  depends_on = [google_project_service.this]
}

resource "google_secret_manager_secret_version" "pepper" {
  secret = google_secret_manager_secret.pepper.id

  # Write-only: it is in neither the plan nor the state. A new random password in every run is
  # harmless, because it is sent only when the version below is raised. Do not raise it.
  secret_data_wo         = ephemeral.random_password.pepper.result
  secret_data_wo_version = "1"
}

resource "google_secret_manager_secret_iam_member" "pepper" {
  secret_id = google_secret_manager_secret.pepper.id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.function["sign"].member
}
