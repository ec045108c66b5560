# What a wrong value would break or open without anybody noticing: as deployed with the defaults.

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
  mock_data "google_cloud_run_v2_service" {
    defaults = { urls = ["https://share-link-123456789012.us-central1.run.app", "https://share-link-x7.a.run.app"] }
  }
  mock_resource "google_cloudfunctions2_function" {
    defaults = { service_config = { uri = "https://function.example" } }
  }
  mock_resource "google_secret_manager_secret_version" {
    defaults = { version = "1" }
  }
}

mock_provider "google-beta" {}

# A real one would sleep.
mock_provider "time" {}

variables {
  project         = "petition-test"
  seal_public_key = "BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
  envelope        = { public_key = "BBAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", version = "3" }
}

run "the_defaults" {
  # The functions.

  assert {
    condition = { for name, f in google_cloudfunctions2_function.this : name => "${f.build_config[0].environment_variables.GOOGLE_FUNCTION_SOURCE} ${f.build_config[0].entry_point}" } == {
      sign       = "sign.py sign"
      count      = "count.py count"
      share-link = "share_link.py share_link"
      sweep      = "sweep.py sweep"
      withdraw   = "withdraw.py withdraw"
    }
    error_message = "A function would start another file or another entry point than its own."
  }

  assert {
    condition     = alltrue([for name, f in google_cloudfunctions2_function.this : f.build_config[0].runtime == "python313" && f.name == name && f.service_config[0].available_cpu == "1" && f.service_config[0].available_memory == "512Mi"])
    error_message = "A function has another runtime or name than it should, or less than a whole CPU, which forces a concurrency of 1."
  }

  assert {
    condition = { for name, f in google_cloudfunctions2_function.this : name => f.service_config[0].max_instance_request_concurrency } == {
      sign = 1000, count = 250, share-link = 100, withdraw = 100, sweep = 10
    }
    error_message = "A function has another concurrency than the scaling notes reckon with."
  }

  assert {
    condition = { for name, f in google_cloudfunctions2_function.this : name => "${f.service_config[0].min_instance_count} ${f.service_config[0].max_instance_count}" } == {
      sign = "1 4", count = "0 2", share-link = "0 2", withdraw = "0 1", sweep = "0 1"
    }
    error_message = "sign keeps one instance warm, and every function has a most."
  }

  assert {
    condition     = sum([for f in google_cloudfunctions2_function.this : f.service_config[0].max_instance_count]) <= 10
    error_message = "A new project may be refused more than ten CPUs in a region, and so its first deployment."
  }

  assert {
    condition     = { for name, f in google_cloudfunctions2_function.this : name => f.service_config[0].ingress_settings } == { sign = "ALLOW_ALL", count = "ALLOW_ALL", share-link = "ALLOW_ALL", withdraw = "ALLOW_ALL", sweep = "ALLOW_INTERNAL_ONLY" }
    error_message = "Without an edge every function but sweep must be reachable directly."
  }

  assert {
    condition     = google_cloudfunctions2_function.this["sign"].service_config[0].environment_variables.OPEN_FORM == "false" && !anytrue([for f in google_cloudfunctions2_function.this : contains(keys(f.service_config[0].environment_variables), "ANSWER_GRID_MS")])
    error_message = "Forms in clear are taken, or the grid of the answers is not the functions' own."
  }

  # Who they run as, and what they may do.

  assert {
    condition = { for name, a in google_service_account.function : name => a.account_id } == {
      sign = "petition-sign", count = "petition-count", share-link = "petition-share-link", withdraw = "petition-withdraw", sweep = "petition-sweep"
    }
    error_message = "Two functions share an account, or one has none."
  }

  assert {
    condition     = alltrue([for name, f in google_cloudfunctions2_function.this : f.service_config[0].service_account_email == google_service_account.function[name].email])
    error_message = "A function runs as another function."
  }

  assert {
    condition = { for name, role in google_project_iam_custom_role.function : name => join(" ", sort([for p in role.permissions : trimprefix(p, "datastore.")])) } == {
      sign       = "databases.get entities.create entities.get entities.update"
      count      = "databases.get entities.create entities.get entities.list entities.update"
      share-link = "databases.get entities.create entities.get entities.update"
      withdraw   = "databases.get entities.create entities.get entities.update"
      sweep      = "databases.get entities.create entities.delete entities.get entities.list entities.update"
    }
    error_message = "A function may do more or less than the design says: of the public ones none deletes and only count lists."
  }

  assert {
    condition     = alltrue([for name, m in google_project_iam_member.function : m.role == google_project_iam_custom_role.function[name].id && m.member == google_service_account.function[name].member])
    error_message = "A function's account holds another function's role."
  }

  assert {
    condition     = alltrue([for m in google_project_iam_member.function : m.condition[0].expression == "resource.name == \"projects/petition-test/databases/(default)\" || resource.name.startsWith(\"projects/petition-test/databases/(default)/\")"])
    error_message = "A function's role reaches beyond the petition's database."
  }

  assert {
    condition     = { for name, m in google_cloud_run_v2_service_iam_member.invoker : name => m.member if m.name == name && m.role == "roles/run.invoker" } == { sign = "allUsers", count = "allUsers", share-link = "allUsers", withdraw = "allUsers", sweep = google_service_account.sweeper.member }
    error_message = "A function could not be called by everybody, or sweep by somebody else than the scheduler."
  }

  # The builds and the archive.

  assert {
    condition     = alltrue([for f in google_cloudfunctions2_function.this : f.build_config[0].service_account == google_service_account.build.id])
    error_message = "A build would run as the project's default account."
  }

  assert {
    condition = { for role, m in google_project_iam_member.build : role => join("", m.condition[*].expression) } == {
      "roles/artifactregistry.writer" = ""
      "roles/logging.logWriter"       = ""
      "roles/storage.objectViewer"    = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-123456789012-\")"
    }
    error_message = "The build account holds other roles than it needs, or reads other buckets than those of archives."
  }

  assert {
    condition     = google_storage_bucket_iam_member.build.bucket == google_storage_bucket.source.name && google_storage_bucket_iam_member.build.role == "roles/storage.objectViewer" && google_storage_bucket_iam_member.build.member == google_service_account.build.member
    error_message = "The build account cannot read the archive."
  }

  assert {
    condition     = length(setsubtract(["requirements.txt", "sign.py", "count.py", "share_link.py", "sweep.py", "withdraw.py", "petition/addresses.json", "campaigns/savemyfriend.json", "campaigns/canary.json"], [for s in data.archive_file.functions.source : s.filename])) == 0
    error_message = "The archive lacks something that a function needs."
  }

  assert {
    condition     = alltrue([for s in data.archive_file.functions.source : can(regex("^(requirements\\.txt|(sign|count|share_link|sweep|withdraw)\\.py|petition/[a-z0-9_/]+\\.(py|json)|campaigns/[a-z0-9-]+\\.json)$", s.filename))])
    error_message = "The archive holds something that no function needs."
  }

  assert {
    condition     = google_storage_bucket_object.functions.name == "functions-${substr(data.archive_file.functions.output_sha256, 0, 16)}.zip" && data.archive_file.functions.output_file_mode == "0644" && google_storage_bucket.source.public_access_prevention == "enforced"
    error_message = "The archive's name must change with its content and with nothing else, and nobody may read it."
  }

  # What sign alone knows.

  assert {
    condition     = { for name, f in google_cloudfunctions2_function.this : name => { for s in f.service_config[0].secret_environment_variables : s.key => "${s.secret} ${s.version}" } if length(f.service_config[0].secret_environment_variables) > 0 } == { sign = { ENVELOPE_PRIVATE_KEY = "envelope 3", PEPPER = "pepper 1" } }
    error_message = "The pepper and the envelope's key are for sign alone, and each by the number of its version."
  }

  assert {
    condition     = { for name, m in google_secret_manager_secret_iam_member.sign : name => m.role if m.member == google_service_account.function["sign"].member } == { envelope = "roles/secretmanager.secretAccessor", pepper = "roles/secretmanager.secretAccessor" } && google_secret_manager_secret_iam_member.sign["envelope"].secret_id == "projects/petition-test/secrets/envelope"
    error_message = "Somebody else than sign may read what sign alone may know, or sign may not."
  }

  assert {
    condition     = google_secret_manager_secret_version.pepper["pepper"].secret_data == null && google_secret_manager_secret_version.pepper["pepper"].secret_data_wo == null && google_secret_manager_secret_version.pepper["pepper"].secret_data_wo_version == "1"
    error_message = "The pepper would lie in the state, or a new one would let everybody sign again."
  }

  # What survives mistakes and disasters.

  assert {
    condition     = terraform_data.protection.input == true && google_secret_manager_secret.pepper.deletion_protection && google_secret_manager_secret_version.pepper["pepper"].deletion_policy == "PREVENT"
    error_message = "The pepper could be destroyed by mistake."
  }

  assert {
    condition     = google_firestore_database.this.delete_protection_state == "DELETE_PROTECTION_ENABLED" && google_firestore_database.this.deletion_policy == "DELETE"
    error_message = "A destroy must fail loudly: neither delete signatures nor leave them behind in silence."
  }

  assert {
    condition     = google_firestore_database.this.type == "FIRESTORE_NATIVE" && google_firestore_database.this.location_id == "us-central1" && google_firestore_database.this.point_in_time_recovery_enablement == "POINT_IN_TIME_RECOVERY_ENABLED"
    error_message = "The database is of another kind, or elsewhere, or a mistake in it could not be undone."
  }

  assert {
    condition     = google_firestore_backup_schedule.daily.retention == "2419200s" && length(google_firestore_backup_schedule.daily.daily_recurrence) == 1
    error_message = "Backups are not made daily and kept for four weeks."
  }

  assert {
    condition     = { for name, f in google_firestore_field.unindexed : name => "${f.field} ${length(f.index_config[0].indexes)}" } == { petitions = "* 0", signers = "* 0", claims = "* 0", leaving = "* 0", lanes = "* 0", links = "* 0", invalidations = "* 0", idle = "* 0" }
    error_message = "A field is indexed that may be hot or secret."
  }

  assert {
    condition     = "${google_firestore_field.via.collection}.${google_firestore_field.via.field}" == "claims.via" && [for i in google_firestore_field.via.index_config[0].indexes : "${i.order} ${i.query_scope}"] == ["ASCENDING COLLECTION"]
    error_message = "Organizers find claims by via, in one petition."
  }

  assert {
    condition     = alltrue([for f in concat(values(google_firestore_field.unindexed), [google_firestore_field.via]) : length(f.ttl_config) == 0])
    error_message = "Nothing expires by itself."
  }

  assert {
    condition     = google_firebaserules_release.deny.name == "cloud.firestore" && strcontains(google_firebaserules_ruleset.deny.source[0].files[0].content, "allow read, write: if false;")
    error_message = "The rules that deny everything are not released."
  }

  # The page.

  assert {
    condition     = google_storage_bucket_object.page["index.html"].name == "page/index.html" && google_storage_bucket_object.page[""].name == "page/" && google_storage_bucket_object.page["savemyfriend/"].name == "page/savemyfriend/" && endswith(google_storage_bucket_object.page["savemyfriend/"].source, "/savemyfriend/index.html") && alltrue([for f in google_storage_bucket_object.page : f.content_type == "text/html; charset=utf-8" && f.content_encoding == "gzip"])
    error_message = "The page is not where its address or a shared link says, or would be downloaded instead of shown."
  }

  assert {
    condition     = alltrue([for path, f in google_storage_bucket_object.version : can(regex("^page/v/[0-9a-f]{16}/${path}$", f.name)) && f.cache_control == "public, max-age=31536000, immutable" && f.deletion_policy == "ABANDON"]) && contains(keys(google_storage_bucket_object.version), "page.js")
    error_message = "A file of a version could change, or would be taken from those who have its page open."
  }

  assert {
    condition     = toset(keys(google_storage_bucket_object.version)) == toset([for path in keys(google_storage_bucket_object.newest) : path if !endswith(path, ".xml")]) && alltrue([for path, f in google_storage_bucket_object.newest : f.name == "page/${path}"])
    error_message = "A file is not to be found under the name that it always had."
  }

  assert {
    condition = alltrue([
      for path, f in merge(google_storage_bucket_object.version, google_storage_bucket_object.newest) :
      endswith(path, ".js") ? "${f.content_type} ${f.content_encoding}" == "text/javascript; charset=utf-8 gzip" :
      endswith(path, ".css") ? "${f.content_type} ${f.content_encoding}" == "text/css; charset=utf-8 gzip" :
      endswith(path, ".png") ? f.content_type == "image/png" && f.content_encoding == null : true
    ])
    error_message = "A browser refuses a module of another content type, and cannot read what is compressed without saying so."
  }

  assert {
    condition     = alltrue([for f in concat(values(google_storage_bucket_object.newest), values(google_storage_bucket_object.data), values(google_storage_bucket_object.page)) : f.cache_control == "public, max-age=60"])
    error_message = "What changes under its name must be young; without a lifetime the platform caches for an hour."
  }

  assert {
    condition = jsondecode(google_storage_bucket_object.data["config.json"].content) == {
      petition            = "savemyfriend"
      functions           = { sign = ["https://function.example"], count = ["https://function.example"], share_link = ["https://function.example"], withdraw = ["https://function.example"] }
      seal_public_key     = var.seal_public_key
      envelope_public_key = var.envelope.public_key
    }
    error_message = "The page would not find the functions or seal to the wrong key."
  }

  assert {
    condition     = contains(keys(google_storage_bucket_object.data), "addresses.json") && contains(keys(google_storage_bucket_object.data), "petitions/savemyfriend.json") && !contains(keys(google_storage_bucket_object.data), "petitions/canary.json") && !contains(keys(google_storage_bucket_object.newest), "headers.json")
    error_message = "The page lacks data, or shows what is not for readers."
  }

  assert {
    condition     = google_storage_bucket_iam_member.readers.role == "roles/storage.legacyObjectReader" && google_storage_bucket_iam_member.readers.member == "allUsers"
    error_message = "Readers must get files, and no list of them."
  }

  assert {
    condition     = alltrue([for f in google_cloudfunctions2_function.this : f.service_config[0].environment_variables.SITE_URL == "https://petition-test-site.storage.googleapis.com/page" && f.service_config[0].environment_variables.ALLOWED_ORIGINS == "https://petition-test-site.storage.googleapis.com"])
    error_message = "The functions would refuse the page, or lead people elsewhere."
  }

  assert {
    condition     = google_cloudfunctions2_function.this["share-link"].service_config[0].environment_variables.SHARE_LINK_URL == "https://share-link-123456789012.us-central1.run.app" && output.share_link_url == "https://share-link-123456789012.us-central1.run.app"
    error_message = "Shared links would lead somewhere else, or the output is not what the function is told."
  }

  assert {
    condition     = output.page == "https://petition-test-site.storage.googleapis.com/page/index.html" && output.dns_records == {}
    error_message = "The printed address is not the page's."
  }

  assert {
    condition     = length(google_compute_url_map.edge) + length(google_compute_backend_service.function) + length(google_compute_global_forwarding_rule.https) + length(google_compute_security_policy.functions) == 0 && !contains(keys(google_project_service.this), "compute.googleapis.com")
    error_message = "A load balancer costs money that nobody asked to spend."
  }

  # The APIs.

  assert {
    condition     = time_sleep.apis.triggers.apis == join(" ", sort(keys(google_project_service.this))) && contains(keys(google_project_service.this), "iamcredentials.googleapis.com")
    error_message = "A further API would not be waited for, or nobody could look at what a function may do."
  }

  assert {
    condition     = time_sleep.apis.triggers.identities == "artifactregistry.googleapis.com cloudbuild.googleapis.com cloudfunctions.googleapis.com cloudscheduler.googleapis.com run.googleapis.com"
    error_message = "An account by which a service of Google works is not there when it is needed."
  }

  # The clock.

  assert {
    condition = { for name, job in google_cloud_scheduler_job.this : name => "${job.schedule} ${job.http_target[0].http_method} ${job.http_target[0].uri}" } == {
      canary             = "* * * * * POST https://function.example/canary"
      count-savemyfriend = "* * * * * GET https://function.example/savemyfriend"
      sweep-savemyfriend = "13 * * * * POST https://function.example/savemyfriend"
    }
    error_message = "Something does not happen when it should, or happens to the wrong petition."
  }

  assert {
    condition     = { for name, job in google_cloud_scheduler_job.this : name => job.http_target[0].oidc_token[0].service_account_email if length(job.http_target[0].oidc_token) > 0 } == { sweep-savemyfriend = google_service_account.sweeper.email }
    error_message = "sweep would refuse its call, or somebody else's account is used for a public one."
  }

  assert {
    condition = { for name, job in google_cloud_scheduler_job.this : name => "${job.attempt_deadline} ${job.retry_config[0].retry_count}" } == {
      canary = "30s 0", count-savemyfriend = "30s 0", sweep-savemyfriend = "1800s 3"
    }
    error_message = "A sweep with much to do would be cut off, or one that failed would wait for an hour."
  }

  assert {
    condition     = google_cloudfunctions2_function.this["sweep"].service_config[0].timeout_seconds < 1800
    error_message = "The scheduler would call sweep again while it still works."
  }

  assert {
    condition     = google_cloud_scheduler_job.this["canary"].http_target[0].headers == tomap({ "Content-Type" = "application/json" }) && length(jsondecode(base64decode(google_cloud_scheduler_job.this["canary"].http_target[0].body)).sealed) == 2840
    error_message = "sign would not take the canary's form."
  }

  # What is watched, and what nobody ever gets to see.

  assert {
    condition     = strcontains(google_logging_project_exclusion.requests.filter, "log_id(\"run.googleapis.com/requests\")") && strcontains(google_logging_project_exclusion.requests.filter, "resource.type=\"http_load_balancer\" AND log_id(\"requests\")") && google_logging_project_exclusion.requests.disabled != true
    error_message = "The addresses of signers would be kept for thirty days."
  }

  assert {
    condition = { for name, m in google_logging_metric.value : name => m.value_extractor } == {
      petition_claims        = "EXTRACT(jsonPayload.claims)"
      petition_groups        = "EXTRACT(jsonPayload.groups)"
      petition_largest_group = "EXTRACT(jsonPayload.largest_group)"
      petition_left          = "EXTRACT(jsonPayload.left)"
      petition_problems      = "EXTRACT(jsonPayload.number)"
      petition_refused       = "EXTRACT(jsonPayload.refused)"
      petition_retries       = "EXTRACT(jsonPayload.retries)"
      petition_signatures    = "EXTRACT(jsonPayload.signatures)"
      petition_leading       = "EXTRACT(jsonPayload.leading_percent)"
      petition_tally_age     = "EXTRACT(jsonPayload.age_seconds)"
    }
    error_message = "A metric is missing, reads another field, or tells firsts from repeats."
  }

  assert {
    condition     = alltrue([for m in concat(values(google_logging_metric.value), values(google_logging_metric.line)) : join(" ", sort(keys(m.label_extractors))) == join(" ", sort([for l in m.metric_descriptor[0].labels : l.key]))])
    error_message = "The API refuses a label without an extractor, and an extractor without a label."
  }

  assert {
    condition     = keys(google_logging_metric.line) == ["petition_internal_errors", "petition_turned_away"]
    error_message = "Failures and refused requests are not counted."
  }

  assert {
    condition     = keys(google_monitoring_dashboard.petition) == ["savemyfriend"] && alltrue([for name in keys(google_logging_metric.value) : strcontains(google_monitoring_dashboard.petition["savemyfriend"].dashboard_json, "user_${name}_") || name == "petition_largest_group"])
    error_message = "A petition has no dashboard, the canary has one, or a metric is collected that nobody can see."
  }

  assert {
    condition     = [for tile in jsondecode(google_monitoring_dashboard.petition["savemyfriend"].dashboard_json).mosaicLayout.tiles : tile.widget.title if can(tile.widget.scorecard)] == ["Signatures", "The next goal"]
    error_message = "An organizer does not see the number and the goal first."
  }

  assert {
    condition     = alltrue([for tile in jsondecode(google_monitoring_dashboard.petition["savemyfriend"].dashboard_json).mosaicLayout.tiles : try(tile.xPos, 16) % 16 == 0 && try(tile.xPos, 16) > 0 && try(tile.yPos, 16) > 0 && try(tile.xPos, 0) + tile.width <= 48])
    error_message = "A tile hangs over the edge of the dashboard, or has a position of 0, which the API leaves out and every plan would show."
  }

  assert {
    condition     = alltrue([for word in ["container_instance_count", "request_latencies_bucket", "document_write_ops_count", "firestore/databases/-default-/data/panel/petitions/savemyfriend", "vector(1000)"] : strcontains(google_monitoring_dashboard.petition["savemyfriend"].dashboard_json, word)])
    error_message = "The dashboard lacks instances, latency, Firestore operations, the goals or the way to the countries."
  }

  assert {
    condition     = !strcontains(google_monitoring_dashboard.petition["savemyfriend"].dashboard_json, "canary") && length(regexall("user_petition_claims_sum\\{[^}]*petition=", google_monitoring_dashboard.petition["savemyfriend"].dashboard_json)) == 2 && length(regexall("user_petition_(claims|signatures|left|refused|retries|groups)_sum\\{[^}]*\\}", google_monitoring_dashboard.petition["savemyfriend"].dashboard_json)) == length(regexall("user_petition_(claims|signatures|left|refused|retries|groups)_sum\\{[^}]*petition=[^}]*savemyfriend[^}]*\\}", google_monitoring_dashboard.petition["savemyfriend"].dashboard_json))
    error_message = "A number of the dashboard is of more than one petition, so that the canary is in it."
  }

  assert {
    condition     = { for name, c in google_monitoring_uptime_check_config.this : name => "${c.monitored_resource[0].labels.host}${c.http_check[0].path}" } == { page = "petition-test-site.storage.googleapis.com/page/index.html", count = "function.example/savemyfriend" }
    error_message = "The uptime checks ask somewhere else."
  }

  assert {
    condition     = { for name, p in google_monitoring_alert_policy.this : name => p.conditions[0].condition_prometheus_query_language[0].duration } == { broken = "180s", errors = "0s", leader = "0s", milestone = "0s", refused = "60s", saturated = "120s", silence = "600s", stale = "300s", surge = "0s", turned-away = "0s", unswept = "5400s" }
    error_message = "An alert is missing, or comes earlier than a line can on the first day."
  }

  assert {
    condition     = keys(google_monitoring_alert_policy.down) == ["count", "page"] && length(google_billing_budget.this) == 0
    error_message = "An alert is missing, or there is a budget that nobody asked for."
  }

  assert {
    condition     = alltrue([for p in google_monitoring_alert_policy.this : p.conditions[0].condition_prometheus_query_language[0].disable_metric_validation])
    error_message = "The first apply would fail, because no line has been logged yet."
  }

  assert {
    condition     = alltrue([for name in ["refused", "silence", "surge"] : strcontains(google_monitoring_alert_policy.this[name].conditions[0].condition_prometheus_query_language[0].query, "petition!=\"canary\"")]) && strcontains(google_monitoring_alert_policy.this["broken"].conditions[0].condition_prometheus_query_language[0].query, "petition=\"canary\"")
    error_message = "The canary would be taken for people, or people for the canary."
  }

  assert {
    condition     = join(" ", sort(regexall("service_name=\"([a-z-]+)\"}\\) >= [0-9]+", google_monitoring_alert_policy.this["saturated"].conditions[0].condition_prometheus_query_language[0].query)[*][0])) == "count share-link sign"
    error_message = "A function whose most is one would alarm whenever it works."
  }
}

run "an_address_that_cloud_run_does_not_know_is_reported_and_the_protection_lifted_on_purpose" {
  variables {
    # Otherwise this test's own destroy would be refused.
    delete_protection = false
  }

  override_data {
    target = data.google_cloud_run_v2_service.share_link
    values = { urls = ["https://share-link-x7.a.run.app"] }
  }

  expect_failures = [check.share_link_address]
}
