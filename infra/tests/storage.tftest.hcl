# The signatures, and the pepper without which nobody can match one to a person.

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
  mock_data "google_cloud_run_v2_service" {
    defaults = { urls = ["https://share-link-123456789012.us-central1.run.app"] }
  }
  mock_resource "google_cloudfunctions2_function" {
    defaults = { service_config = { uri = "https://function.example" } }
  }
  mock_resource "google_secret_manager_secret_version" {
    defaults = { version = "1" }
  }
}

mock_provider "time" {}

variables {
  project         = "petition-test"
  seal_public_key = "BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

  # With a domain, check.share_link_address needs nothing that a plan does not know.
  domain = "sign.example.org"
}

run "signatures_survive_mistakes_and_disasters" {
  command = plan

  assert {
    condition     = google_firestore_database.this.type == "FIRESTORE_NATIVE" && google_firestore_database.this.location_id == "us-central1"
    error_message = "The database is of another kind, or elsewhere."
  }

  assert {
    condition     = google_firestore_database.this.delete_protection_state == "DELETE_PROTECTION_ENABLED" && google_firestore_database.this.deletion_policy == "DELETE"
    error_message = "A destroy must fail loudly: neither delete signatures nor leave them behind in silence."
  }

  assert {
    condition     = google_firestore_database.this.point_in_time_recovery_enablement == "POINT_IN_TIME_RECOVERY_ENABLED"
    error_message = "A mistake could not be undone."
  }

  assert {
    condition     = google_firestore_backup_schedule.daily.retention == "2419200s" && length(google_firestore_backup_schedule.daily.daily_recurrence) == 1
    error_message = "Backups are not made daily and kept for four weeks."
  }
}

run "only_what_a_query_asks_for_is_indexed" {
  command = plan

  assert {
    condition     = { for name, f in google_firestore_field.unindexed : "${f.collection}.${f.field}" => length(f.index_config[0].indexes) } == { "petitions.*" = 0, "signatures.*" = 0, "lanes.*" = 0, "links.*" = 0, "invalidations.*" = 0 }
    error_message = "A field is indexed that may be hot or secret."
  }

  assert {
    condition     = { for f in google_firestore_field.indexed : "${f.collection}.${f.field}" => [for i in f.index_config[0].indexes : "${i.order} ${i.query_scope}"] } == { "signatures.receipt_hash" = ["ASCENDING COLLECTION"], "signatures.via" = ["ASCENDING COLLECTION"] }
    error_message = "withdraw finds by receipt_hash and share-link by via, in one petition."
  }

  assert {
    condition     = alltrue([for f in concat(values(google_firestore_field.unindexed), values(google_firestore_field.indexed)) : length(f.ttl_config) == 0])
    error_message = "Nothing expires by itself."
  }
}

run "phones_and_browsers_have_no_access_to_the_database" {
  command = plan

  assert {
    condition     = google_firebaserules_release.deny.name == "cloud.firestore" && strcontains(google_firebaserules_ruleset.deny.source[0].files[0].content, "allow read, write: if false;")
    error_message = "The rules that deny everything are not released."
  }
}

run "another_database_has_its_own_rules_and_is_the_only_one_the_functions_reach" {
  command = plan

  variables {
    database          = "petition"
    database_location = "eur3"
  }

  assert {
    condition     = google_firebaserules_release.deny.name == "cloud.firestore/petition" && google_firestore_database.this.location_id == "eur3"
    error_message = "The rules would guard another database."
  }

  assert {
    condition     = alltrue([for m in google_project_iam_member.function : m.condition[0].expression == "resource.name.startsWith(\"projects/petition-test/databases/petition\")"]) && alltrue([for f in google_cloudfunctions2_function.this : f.service_config[0].environment_variables.FIRESTORE_DATABASE == "petition"])
    error_message = "The functions would use another database than they may."
  }
}

run "the_pepper_is_in_no_state_and_pinned_by_version" {
  assert {
    condition     = google_secret_manager_secret_version.pepper.secret_data == null && google_secret_manager_secret_version.pepper.secret_data_wo == null
    error_message = "The pepper would lie in the state."
  }

  assert {
    condition     = google_secret_manager_secret_version.pepper.secret_data_wo_version == "1"
    error_message = "A new pepper would let everybody sign again."
  }

  assert {
    condition     = [for s in google_cloudfunctions2_function.this["sign"].service_config[0].secret_environment_variables : "${s.key} ${s.secret} ${s.version}"] == ["PEPPER pepper 1"]
    error_message = "sign must read one numbered version of the pepper."
  }

  assert {
    condition     = google_secret_manager_secret.pepper.deletion_protection
    error_message = "The pepper could be deleted by mistake."
  }
}

run "protection_is_lifted_only_on_purpose" {
  command = plan

  variables {
    delete_protection = false
  }

  assert {
    condition     = google_firestore_database.this.delete_protection_state == "DELETE_PROTECTION_DISABLED" && !google_secret_manager_secret.pepper.deletion_protection
    error_message = "The petition could never be taken down."
  }
}
