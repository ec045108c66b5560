resource "google_project_service" "this" {
  for_each = toset(concat(
    [
      "artifactregistry.googleapis.com",
      "cloudbuild.googleapis.com",
      "cloudfunctions.googleapis.com",
      "cloudresourcemanager.googleapis.com",
      "cloudscheduler.googleapis.com",
      "firebaserules.googleapis.com",
      "firestore.googleapis.com",
      "iam.googleapis.com",
      "logging.googleapis.com",
      "monitoring.googleapis.com",
      "run.googleapis.com",
      "secretmanager.googleapis.com",
      "storage.googleapis.com",
    ],
    var.domain == null ? [] : ["compute.googleapis.com"],
    var.billing_account == null ? [] : ["billingbudgets.googleapis.com"],
  ))

  service = each.key

  # An API that is switched off takes everything made with it down; that is never what a destroy means.
  disable_on_destroy = false
}

# Only the project's number is taken from here: it is part of the addresses of functions and budgets.
data "google_project" "this" {
  depends_on = [google_project_service.this]
}

# A new account, role or API is known everywhere only after about a minute; a build that starts
# earlier fails for want of a permission that it has.
resource "time_sleep" "permissions" {
  create_duration = "90s"

  depends_on = [
    google_project_iam_member.build,
    google_project_iam_member.function,
    google_project_service.this,
    google_secret_manager_secret_iam_member.pepper,
  ]
}
