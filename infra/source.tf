# One archive for all functions: the build variable GOOGLE_FUNCTION_SOURCE chooses the file.

locals {
  source_root = "${path.module}/../functions"

  # Named by what belongs in it, not by what does not: caches, notes and editors' files stay out by themselves.
  source_files = [
    for path in fileset(local.source_root, "**/*.{py,json}") : path
    if !can(regex("(^|/)(tests?|\\.[^/]*)/", path))
  ]

  # What a campaign says on its page alone is left out, so that it changes without new functions.
  # Its place stays, because the functions check that nothing is missing.
  only_on_the_page = {
    lists     = "/\"(plea|addressed_to)\":\\s*\\[(\\s*\"(\\\\.|[^\"\\\\])*\"\\s*,?)+\\s*\\]/"
    sentences = "/\"(promise|headline|organizers)\":\\s*\"(\\\\.|[^\"\\\\])*\"/"
  }
  source_contents = {
    for path in local.source_files : path => (
      startswith(path, "campaigns/")
      ? replace(replace(file("${local.source_root}/${path}"), local.only_on_the_page.lists, "\"$1\": [\"-\"]"), local.only_on_the_page.sentences, "\"$1\": \"-\"")
      : file("${local.source_root}/${path}")
    )
  }
}

data "archive_file" "functions" {
  type        = "zip"
  output_path = "${path.module}/build/functions.zip"

  # Otherwise the hash would depend on the umask of whoever runs this.
  output_file_mode = "0644"

  dynamic "source" {
    for_each = local.source_contents

    content {
      filename = source.key
      content  = source.value
    }
  }

  source {
    filename = "requirements.txt"
    content  = file("${path.module}/../requirements.txt")
  }
}

resource "google_storage_bucket" "source" {
  # checkov:skip=CKV_GCP_62:Access logs would tell only who deployed, and the audit log of administration does that.
  # checkov:skip=CKV_GCP_78:An archive is named by its hash and never overwritten, so there are no versions to keep.
  name     = "${var.project}-source"
  location = var.region

  force_destroy               = true
  public_access_prevention    = "enforced"
  uniform_bucket_level_access = true

  depends_on = [time_sleep.apis]
}

resource "google_storage_bucket_object" "functions" {
  # A changed byte means a new object and so a deployment; nothing else does.
  name   = "functions-${substr(data.archive_file.functions.output_sha256, 0, 16)}.zip"
  bucket = google_storage_bucket.source.name
  source = data.archive_file.functions.output_path
}

# The build has an account of its own; the default one depends on the age of the project and may do too much.
resource "google_service_account" "build" {
  account_id   = "petition-build"
  display_name = "Builds the functions"

  depends_on = [time_sleep.apis]
}

# Write the image, write the build's log, and read the archive where the platform copies it for the
# build: into a bucket of its own, which does not exist yet.
resource "google_project_iam_member" "build" {
  for_each = {
    "roles/artifactregistry.writer" = null
    "roles/logging.logWriter"       = null
    "roles/storage.objectViewer"    = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-${data.google_project.this.number}-\")"
  }

  project = var.project
  role    = each.key
  member  = google_service_account.build.member

  dynamic "condition" {
    for_each = each.value == null ? [] : [each.value]

    content {
      title      = "only-the-archives-to-build"
      expression = condition.value
    }
  }
}

resource "google_storage_bucket_iam_member" "build" {
  bucket = google_storage_bucket.source.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.build.member
}
