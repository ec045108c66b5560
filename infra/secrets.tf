# What sign alone may know: the pepper, without which nobody can compute a signer's id from an
# address, and the private half of the envelope's key.
# The pepper never changes while a petition runs, because a new one would let everybody sign again.

locals {
  # Burning destroys the pepper's version; a deployment afterwards must not make another.
  pepper = var.burnt ? toset([]) : toset(["pepper"])

  # The envelope's secret is made by `organizer keys envelope`, because only what computes on the
  # curve can make its public half: Terraform knows its name and the number of its version.
  secrets_of_sign = var.burnt ? {} : {
    envelope = "projects/${var.project}/secrets/envelope"
    pepper   = google_secret_manager_secret.pepper.id
  }
}

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

  depends_on = [time_sleep.apis]
}

resource "google_secret_manager_secret_version" "pepper" {
  for_each = local.pepper

  secret = google_secret_manager_secret.pepper.id

  # Write-only: it is in neither the plan nor the state. A new random password in every run is
  # harmless, because it is sent only when the version below is raised. Do not raise it.
  secret_data_wo         = ephemeral.random_password.pepper.result
  secret_data_wo_version = "1"

  # The protection of the secret does not protect its version, which a destroy would destroy first.
  deletion_policy = var.delete_protection ? "PREVENT" : "DELETE"
}

resource "google_secret_manager_secret_iam_member" "sign" {
  for_each = local.secrets_of_sign

  secret_id = each.value
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.function["sign"].member

  depends_on = [time_sleep.apis]
}
