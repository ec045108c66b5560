locals {
  apis = toset(concat(
    [
      "artifactregistry.googleapis.com",
      "cloudbuild.googleapis.com",
      "cloudfunctions.googleapis.com",
      # By it `organizer doctor --cloud` knows how much the functions may grow.
      "cloudquotas.googleapis.com",
      "cloudresourcemanager.googleapis.com",
      "cloudscheduler.googleapis.com",
      "firebaserules.googleapis.com",
      "firestore.googleapis.com",
      "iam.googleapis.com",
      # By it an operator takes a function's place, to see what the function may do.
      "iamcredentials.googleapis.com",
      "logging.googleapis.com",
      "monitoring.googleapis.com",
      "run.googleapis.com",
      "secretmanager.googleapis.com",
      "storage.googleapis.com",
    ],
    var.domain == null ? [] : ["compute.googleapis.com"],
    var.billing_account == null ? [] : ["billingbudgets.googleapis.com"],
  ))
}

resource "google_project_service" "this" {
  for_each = local.apis

  service = each.key

  # An API that is switched off takes everything made with it down; that is never what a destroy means.
  disable_on_destroy = false
}

# The accounts by which Google's own services work in the project. Left to themselves they come some
# time after their API, and what needs one earlier fails: a build, a job that calls sweep.
resource "google_project_service_identity" "this" {
  provider = google-beta
  for_each = toset([
    "artifactregistry.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudfunctions.googleapis.com",
    "cloudscheduler.googleapis.com",
    "run.googleapis.com",
  ])

  service = google_project_service.this[each.key].service
}

# An API answers "not enabled" for about a minute after it was enabled. Everything that needs one
# waits for this, directly or by what it refers to; a further API, as a domain brings, is waited for again.
resource "time_sleep" "apis" {
  create_duration = "60s"

  triggers = {
    apis       = join(" ", sort([for api in google_project_service.this : api.service]))
    identities = join(" ", sort([for identity in google_project_service_identity.this : identity.service]))
  }
}

# A new account or role is known everywhere only after about a minute; a build that starts earlier
# fails for want of a permission that it has.
resource "time_sleep" "permissions" {
  create_duration = "60s"

  triggers = {
    build    = join(" ", sort(concat(values(google_project_iam_member.build)[*].id, [google_storage_bucket_iam_member.build.id])))
    database = join(" ", sort(values(google_project_iam_member.function)[*].id))
    secrets  = join(" ", sort(values(google_secret_manager_secret_iam_member.sign)[*].id))
  }
}

# Only the project's number is taken from here. It waits for nothing, because what waits is unknown
# in a plan: the API that it asks is enabled by hand, in the runbook's first step.
data "google_project" "this" {}
