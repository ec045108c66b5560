locals {
  # What every function is told. petition/settings.py names the same variables; a test compares them.
  environment = {
    ALLOWED_ORIGINS      = join(",", local.allowed_origins)
    FIRESTORE_DATABASE   = var.database
    GOOGLE_CLOUD_PROJECT = var.project
    LOG_EXECUTION_ID     = "true"
    SITE_URL             = local.site_url
  }

  # One entry for each function, all that differs between them.
  # IAM knows projects and databases, not collections: these permissions are as narrow as it gets.
  # Concurrency is what one process answers well (docs/scaling.md), not what the platform would allow.
  functions = {
    sign = {
      description = "Records a signature, exactly once."
      concurrency = 200
      # Looks up ids that it can compute and creates; it can neither list, change a stranger's
      # signature on purpose, nor delete. Update is for the increments of the lanes.
      permissions = ["get", "create", "update"]
      behind_edge = true
      environment = { OPEN_FORM = tostring(var.open_form), SEAL_PUBLIC_KEY = var.seal_public_key }
      secrets     = { PEPPER = google_secret_manager_secret_version.pepper }
    }
    count = {
      description = "Tells how many have signed, from memory."
      concurrency = 250
      # Lists the lanes, and publishes the sum in the petition's document.
      permissions = ["get", "list", "create", "update"]
      # Badges that people have embedded keep working when the edge is switched on.
      behind_edge = false
      environment = {}
      secrets     = {}
    }
    share-link = {
      description = "Gives a signer a link of their own, and welcomes those who follow it."
      concurrency = 100
      # Counts the signatures that came through a link, which needs list.
      permissions = ["get", "list", "create"]
      # Links that people have shared keep working when the edge is switched on.
      behind_edge = false
      environment = { SHARE_LINK_URL = local.share_link_url }
      secrets     = {}
    }
    withdraw = {
      description = "Forgets a signature when its owner asks."
      concurrency = 20
      # Finds a signature by its receipt; deletes or empties it and takes it off a lane.
      permissions = ["get", "list", "create", "update", "delete"]
      behind_edge = true
      environment = {}
      secrets     = {}
    }
  }

  # A shared link carries the address of share-link, which therefore has to know its own before it exists.
  # Cloud Run gives every service this address beside the one with a hash; check.share_link_address
  # compares it with what Cloud Run says once the function is there.
  share_link_url = (
    var.domain == null
    ? "https://share-link-${data.google_project.this.number}.${var.region}.run.app"
    : "https://${var.domain}/api/share-link"
  )
}

resource "google_cloudfunctions2_function" "this" {
  # checkov:skip=CKV_GCP_124:A petition must be reachable by everybody. With a domain, sign and withdraw are reached through the edge alone; count and share-link stay open because badges and links that people have already posted must keep working.
  for_each = local.functions

  name        = each.key
  location    = var.region
  description = each.value.description

  build_config {
    runtime         = "python313"
    entry_point     = replace(each.key, "-", "_")
    service_account = google_service_account.build.id

    environment_variables = {
      GOOGLE_FUNCTION_SOURCE = "${replace(each.key, "-", "_")}.py"
    }

    source {
      storage_source {
        bucket = google_storage_bucket.source.name
        object = google_storage_bucket_object.functions.name
      }
    }
  }

  service_config {
    # A fraction of a CPU would force a concurrency of 1, and one process cannot use two.
    available_cpu                    = "1"
    available_memory                 = "512Mi"
    max_instance_request_concurrency = each.value.concurrency
    min_instance_count               = var.instances[each.key].min
    max_instance_count               = var.instances[each.key].max
    # sign gives up after about eight seconds by itself; the rest is for a cold start.
    timeout_seconds                = 30
    ingress_settings               = var.domain != null && each.value.behind_edge ? "ALLOW_INTERNAL_AND_GCLB" : "ALLOW_ALL"
    service_account_email          = google_service_account.function[each.key].email
    all_traffic_on_latest_revision = true

    environment_variables = merge(local.environment, each.value.environment)

    dynamic "secret_environment_variables" {
      for_each = each.value.secrets

      content {
        key        = secret_environment_variables.key
        project_id = var.project
        secret     = google_secret_manager_secret.pepper.secret_id
        # A number, never "latest": two instances with two peppers would count one person twice.
        version = secret_environment_variables.value.version
      }
    }
  }

  depends_on = [time_sleep.permissions]
}

resource "google_service_account" "function" {
  for_each = local.functions

  account_id   = "petition-${each.key}"
  display_name = "Runs ${each.key}"
  description  = each.value.description

  depends_on = [google_project_service.this]
}

resource "google_project_iam_custom_role" "function" {
  for_each = local.functions

  role_id     = "petition_${replace(each.key, "-", "_")}"
  title       = "Petition: ${each.key}"
  description = "What ${each.key} may do in Firestore, and nothing else."
  permissions = concat(
    ["datastore.databases.get"],
    [for verb in each.value.permissions : "datastore.entities.${verb}"],
  )

  depends_on = [google_project_service.this]
}

resource "google_project_iam_member" "function" {
  for_each = local.functions

  project = var.project
  role    = google_project_iam_custom_role.function[each.key].id
  member  = google_service_account.function[each.key].member

  condition {
    title = "only-the-petition-database"
    # With == this condition never matches calls for documents.
    expression = "resource.name.startsWith(\"projects/${var.project}/databases/${var.database}\")"
  }
}

# Anybody may sign. The role sits on the Cloud Run service below the function: on the function itself
# the API refuses it.
resource "google_cloud_run_v2_service_iam_member" "public" {
  for_each = local.functions

  name     = google_cloudfunctions2_function.this[each.key].name
  location = var.region
  role     = "roles/run.invoker"
  member   = "allUsers"

  lifecycle {
    # A function that is made anew loses its invokers, one that is updated keeps them: its id is
    # unknown in a plan only in the first case, and nobody is turned away in the second.
    replace_triggered_by = [google_cloudfunctions2_function.this[each.key].id]
  }
}

# The build has an account of its own; the default one depends on the age of the project and may do too much.
resource "google_service_account" "build" {
  account_id   = "petition-build"
  display_name = "Builds the functions"

  depends_on = [google_project_service.this]
}

# Read the archive, write the image, write the build's log.
resource "google_project_iam_member" "build" {
  for_each = toset(["roles/artifactregistry.writer", "roles/logging.logWriter", "roles/storage.objectViewer"])

  project = var.project
  role    = each.key
  member  = google_service_account.build.member
}

# Inside the check it would be read again in every apply, and no plan would ever be empty.
data "google_cloud_run_v2_service" "share_link" {
  # The end of the id is the name, and unlike the name it is unknown until there is a function.
  name     = basename(google_cloudfunctions2_function.this["share-link"].id)
  location = var.region
}

check "share_link_address" {
  assert {
    condition     = var.domain == null ? contains(data.google_cloud_run_v2_service.share_link.urls, local.share_link_url) : true
    error_message = "Shared links start with ${local.share_link_url}, which is not an address of the function share-link. See docs/runbook.md (\"Smoke test\")."
  }
}
