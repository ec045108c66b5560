# What a wrong value would break or open without anybody noticing: files, accounts, rights and limits.

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
}

# A real one would sleep.
mock_provider "time" {}

variables {
  project         = "petition-test"
  seal_public_key = "BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
}

run "each_function_starts_its_own_file_on_a_whole_cpu" {
  assert {
    condition = { for name, f in google_cloudfunctions2_function.this : name => "${f.build_config[0].environment_variables.GOOGLE_FUNCTION_SOURCE} ${f.build_config[0].entry_point}" } == {
      sign       = "sign.py sign"
      count      = "count.py count"
      share-link = "share_link.py share_link"
      withdraw   = "withdraw.py withdraw"
    }
    error_message = "A function would start another file or another entry point than its own."
  }

  assert {
    condition     = alltrue([for name, f in google_cloudfunctions2_function.this : f.build_config[0].runtime == "python313" && f.name == name])
    error_message = "A function has another runtime or name than it should."
  }

  assert {
    condition     = alltrue([for f in google_cloudfunctions2_function.this : f.service_config[0].available_cpu == "1" && f.service_config[0].available_memory == "512Mi"])
    error_message = "Less than a whole CPU forces a concurrency of 1."
  }

  assert {
    condition = { for name, f in google_cloudfunctions2_function.this : name => f.service_config[0].max_instance_request_concurrency } == {
      sign = 200, count = 250, share-link = 100, withdraw = 20
    }
    error_message = "A function has another concurrency than the scaling notes reckon with."
  }

  assert {
    condition = { for name, f in google_cloudfunctions2_function.this : name => "${f.service_config[0].min_instance_count} ${f.service_config[0].max_instance_count}" } == {
      sign = "1 20", count = "0 10", share-link = "0 20", withdraw = "0 3"
    }
    error_message = "sign keeps one instance warm, and every function has a most."
  }
}

run "every_function_runs_as_itself_with_the_rights_it_needs_and_no_other" {
  assert {
    condition = { for name, a in google_service_account.function : name => a.account_id } == {
      sign = "petition-sign", count = "petition-count", share-link = "petition-share-link", withdraw = "petition-withdraw"
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
      share-link = "databases.get entities.create entities.get entities.list"
      withdraw   = "databases.get entities.create entities.delete entities.get entities.list entities.update"
    }
    error_message = "A function may do more or less than the design says: sign never lists or deletes, share-link never changes, only withdraw deletes."
  }

  assert {
    condition     = alltrue([for name, m in google_project_iam_member.function : m.role == google_project_iam_custom_role.function[name].id && m.member == google_service_account.function[name].member])
    error_message = "A function's account holds another function's role."
  }

  assert {
    condition     = alltrue([for m in google_project_iam_member.function : m.condition[0].expression == "resource.name.startsWith(\"projects/petition-test/databases/(default)\")"])
    error_message = "A function's role reaches beyond the petition's database."
  }
}

run "anybody_may_call_the_functions_and_nobody_else_is_let_in" {
  assert {
    condition     = alltrue([for name, m in google_cloud_run_v2_service_iam_member.public : m.name == name && m.role == "roles/run.invoker" && m.member == "allUsers"]) && length(google_cloud_run_v2_service_iam_member.public) == 4
    error_message = "A function could not be called by everybody."
  }

  assert {
    condition     = alltrue([for f in google_cloudfunctions2_function.this : f.service_config[0].ingress_settings == "ALLOW_ALL"])
    error_message = "Without an edge every function must be reachable directly."
  }

  assert {
    condition     = [for name, f in google_cloudfunctions2_function.this : name if length(f.service_config[0].secret_environment_variables) > 0] == ["sign"]
    error_message = "The pepper is for sign alone."
  }

  assert {
    condition     = google_secret_manager_secret_iam_member.pepper.member == google_service_account.function["sign"].member && google_secret_manager_secret_iam_member.pepper.role == "roles/secretmanager.secretAccessor"
    error_message = "Somebody else than sign may read the pepper."
  }
}

run "builds_run_as_an_account_of_their_own" {
  assert {
    condition     = alltrue([for f in google_cloudfunctions2_function.this : f.build_config[0].service_account == google_service_account.build.id])
    error_message = "A build would run as the project's default account."
  }

  assert {
    condition     = keys(google_project_iam_member.build) == ["roles/artifactregistry.writer", "roles/logging.logWriter", "roles/storage.objectViewer"]
    error_message = "The build account holds other roles than it needs."
  }
}

run "the_archive_holds_the_functions_their_package_and_the_petitions" {
  assert {
    condition     = length(setsubtract(["requirements.txt", "sign.py", "count.py", "share_link.py", "withdraw.py", "petition/addresses.json", "campaigns/savemyfriend.json"], [for s in data.archive_file.functions.source : s.filename])) == 0
    error_message = "The archive lacks something that a function needs."
  }

  assert {
    condition     = alltrue([for s in data.archive_file.functions.source : can(regex("^(requirements\\.txt|(sign|count|share_link|withdraw)\\.py|petition/[a-z0-9_]+\\.(py|json)|campaigns/[a-z0-9-]+\\.json)$", s.filename))])
    error_message = "The archive holds something that no function needs."
  }

  assert {
    condition     = google_storage_bucket_object.functions.name == "functions-${substr(data.archive_file.functions.output_sha256, 0, 16)}.zip" && data.archive_file.functions.output_file_mode == "0644"
    error_message = "The archive's name must change with its content and with nothing else."
  }

  assert {
    condition     = google_storage_bucket.source.public_access_prevention == "enforced"
    error_message = "The archive would be public."
  }
}

run "shared_links_start_with_an_address_of_share_link" {
  assert {
    condition     = google_cloudfunctions2_function.this["share-link"].service_config[0].environment_variables.SHARE_LINK_URL == "https://share-link-123456789012.us-central1.run.app"
    error_message = "Shared links would lead somewhere else."
  }

  assert {
    condition     = output.share_link_url == "https://share-link-123456789012.us-central1.run.app"
    error_message = "The output is not what the function is told."
  }
}

run "an_address_that_cloud_run_does_not_know_is_reported" {
  override_data {
    target = data.google_cloud_run_v2_service.share_link
    values = { urls = ["https://share-link-x7.a.run.app"] }
  }

  expect_failures = [check.share_link_address]
}
