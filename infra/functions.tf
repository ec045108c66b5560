locals {
  # What every function is told. petition/settings.py names the same variables; a test compares them.
  environment = {
    ALLOWED_ORIGINS      = join(",", local.allowed_origins)
    FIRESTORE_DATABASE   = var.database
    GOOGLE_CLOUD_PROJECT = var.project
    # Left out, the platform turns it on, and the framework adds to lines what a request calls itself.
    LOG_EXECUTION_ID = "false"
    SITE_URL         = local.site_url
  }

  # Answers leave on this grid, so that no difference of a few milliseconds tells anything; unset,
  # the functions' own default counts.
  answer_grid = var.answer_grid_ms == null ? {} : { ANSWER_GRID_MS = tostring(var.answer_grid_ms) }

  # One entry for each function, all that differs between them.
  # IAM knows projects and databases, not collections: these permissions are as narrow as it gets.
  # None of the public ones can delete, and only count can list.
  # Concurrency is what one process answers well while its answers wait for the grid
  # (docs/scaling.md), not what the platform would allow.
  every_function = {
    sign = {
      description     = "Records claims, each exactly once, and counts their signers."
      concurrency     = 1000
      permissions     = ["get", "create", "update"]
      ingress         = local.behind_edge
      timeout_seconds = 30 # It gives up after about eight by itself; the rest is for a cold start.
      environment     = merge(local.answer_grid, { OPEN_FORM = tostring(var.open_form), SEAL_PUBLIC_KEY = var.seal_public_key })
      secrets = {
        ENVELOPE_PRIVATE_KEY = { secret = "envelope", version = var.envelope.version }
        PEPPER               = { secret = "pepper", version = one(values(google_secret_manager_secret_version.pepper)[*].version) }
      }
    }
    count = {
      description = "Tells how many have signed, from memory."
      concurrency = 250
      # Lists the lanes, and publishes their sum in the petition's document.
      permissions = ["get", "list", "create", "update"]
      # Badges that people have embedded keep working when the edge is switched on.
      ingress         = "ALLOW_ALL"
      timeout_seconds = 30
      environment     = {}
      secrets         = {}
    }
    share-link = {
      description = "Gives a signer a link of their own, and welcomes those who follow it."
      concurrency = 100
      permissions = ["get", "create", "update"]
      # Links that people have shared keep working when the edge is switched on.
      ingress         = "ALLOW_ALL"
      timeout_seconds = 30
      environment     = { SHARE_LINK_URL = local.share_link_url }
      secrets         = {}
    }
    withdraw = {
      description     = "Forgets a claim when its owner asks."
      concurrency     = 100
      permissions     = ["get", "create", "update"]
      ingress         = local.behind_edge
      timeout_seconds = 30
      environment     = local.answer_grid
      secrets         = {}
    }
    sweep = {
      description = "Takes those who withdrew off the count, when it is due."
      # As many petitions at once; the scheduler never calls for one again that it still waits for.
      concurrency = 10
      permissions = ["get", "list", "create", "update", "delete"]
      # The scheduler's calls count as internal.
      ingress         = "ALLOW_INTERNAL_ONLY"
      timeout_seconds = 1740 # After days of an outage there is much to do; the scheduler waits a minute more.
      environment     = {}
      secrets         = {}
    }
  }

  # Without the pepper sign could not start: once it is burnt there is no sign.
  functions        = { for name, function in local.every_function : name => function if name != "sign" || !var.burnt }
  public_functions = { for name, function in local.functions : name => function if name != "sweep" }

  # Past the edge there would be no limit on what one address can send.
  behind_edge = var.domain == null ? "ALLOW_ALL" : "ALLOW_INTERNAL_AND_GCLB"

  # One process sweeps all petitions, because two would not be faster: it waits for the database.
  instances = merge(var.instances, { sweep = { min = 0, max = 1 } })

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
  # checkov:skip=CKV_GCP_124:A petition must be reachable by everybody. With a domain, sign and withdraw are reached through the edge alone; count and share-link stay open because badges and links that people have already posted must keep working. sweep is internal.
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
    min_instance_count               = local.instances[each.key].min
    max_instance_count               = local.instances[each.key].max
    timeout_seconds                  = each.value.timeout_seconds
    ingress_settings                 = each.value.ingress
    service_account_email            = google_service_account.function[each.key].email
    all_traffic_on_latest_revision   = true

    environment_variables = merge(local.environment, each.value.environment)

    dynamic "secret_environment_variables" {
      for_each = each.value.secrets

      content {
        key        = secret_environment_variables.key
        project_id = var.project
        secret     = secret_environment_variables.value.secret
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

  depends_on = [time_sleep.apis]
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

  depends_on = [time_sleep.apis]
}

resource "google_project_iam_member" "function" {
  for_each = local.functions

  project = var.project
  role    = google_project_iam_custom_role.function[each.key].id
  member  = google_service_account.function[each.key].member

  condition {
    title = "only-the-petition-database"
    # Calls for documents never match by ==. The slash keeps out a database whose name only begins alike.
    expression = join(" || ", [
      "resource.name == \"projects/${var.project}/databases/${var.database}\"",
      "resource.name.startsWith(\"projects/${var.project}/databases/${var.database}/\")",
    ])
  }
}

# Anybody may sign, and only the scheduler may sweep. The role sits on the Cloud Run service below the
# function: on the function itself the API refuses it.
resource "google_cloud_run_v2_service_iam_member" "invoker" {
  for_each = local.functions

  name     = google_cloudfunctions2_function.this[each.key].name
  location = var.region
  role     = "roles/run.invoker"
  member   = each.key == "sweep" ? google_service_account.sweeper.member : "allUsers"

  lifecycle {
    # A function that is made anew loses its invokers, one that is updated keeps them: its id is
    # unknown in a plan only in the first case, and nobody is turned away in the second.
    replace_triggered_by = [google_cloudfunctions2_function.this[each.key].id]
  }
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
