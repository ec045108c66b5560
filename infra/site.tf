# The page: plain files in a bucket of their own, as infra/publish.py writes them into build/page.
#
# Without a domain the bucket's own host serves them. "https://BUCKET.storage.googleapis.com" is an
# origin of its own; "https://storage.googleapis.com/BUCKET" would share its origin, and so the
# browser's rules about who may read what, with every other bucket in the world.
# That host lists the bucket at "/" instead of showing index.html, so everything lies in a folder
# that has the page itself as its entry.

locals {
  site_root   = "${path.module}/../frontend"
  site_built  = "${path.module}/build/page"
  site_folder = "page"

  # Within it, what has a name of its own (VERSIONS in publish.py).
  site_versioned = "v"

  bucket_origin = "https://${google_storage_bucket.site.name}.storage.googleapis.com"
  site_url      = var.domain == null ? "${local.bucket_origin}/${local.site_folder}" : "https://${var.domain}"

  # Who found the page before it had a domain can still sign there, and whoever reads a copy of it.
  allowed_origins = distinct(concat(
    [var.domain == null ? local.bucket_origin : "https://${var.domain}", local.bucket_origin],
    var.mirrors,
  ))

  # By the names that people know: "page.js" is build/page/v/0123456789abcdef/page.js, which has that
  # content for ever; beside it lies build/page/page.js, which has the newest.
  site_files    = fileset(local.site_built, "**")
  site_versions = { for path in local.site_files : join("/", slice(split("/", path), 2, length(split("/", path)))) => path if startswith(path, "${local.site_versioned}/") }
  site_pages    = toset([for path in local.site_files : path if endswith(path, ".html")])
  site_newest   = setsubtract([for path in local.site_files : path if !startswith(path, "${local.site_versioned}/")], local.site_pages)

  # Hidden ones, such as the canary, are known to sign alone.
  campaigns = { for path in fileset("${local.source_root}/campaigns", "*.json") : trimsuffix(path, ".json") => jsondecode(file("${local.source_root}/campaigns/${path}")) }
  petitions = toset([for petition, campaign in local.campaigns : petition if !try(campaign.hidden, false)])

  # What the page reads beside its own files.
  site_data = merge(
    {
      "addresses.json" = file("${local.source_root}/petition/addresses.json")
      "config.json" = jsonencode(merge(
        {
          petition            = var.petition
          functions           = local.function_addresses
          seal_public_key     = var.seal_public_key
          envelope_public_key = var.envelope.public_key
        },
        var.kakao_key == null ? {} : { kakao_key = var.kakao_key },
      ))
    },
    { for petition in local.petitions : "petitions/${petition}.json" => file("${local.source_root}/campaigns/${petition}.json") },
  )

  # Keys as the page's config.json names them.
  function_urls = {
    for name in keys(local.public_functions) : replace(name, "-", "_") => (
      var.domain == null
      ? google_cloudfunctions2_function.this[name].service_config[0].uri
      : "https://${var.domain}/api/${name}"
    )
  }

  # What the page tries in turn.
  function_addresses = {
    for name, url in local.function_urls :
    name => concat([url], [for relay in var.relays : "${relay}/${replace(name, "_", "-")}"])
  }

  content_types = {
    css         = "text/css; charset=utf-8"
    html        = "text/html; charset=utf-8"
    ico         = "image/x-icon"
    jpg         = "image/jpeg"
    js          = "text/javascript; charset=utf-8"
    json        = "application/json; charset=utf-8"
    mjs         = "text/javascript; charset=utf-8"
    png         = "image/png"
    svg         = "image/svg+xml"
    txt         = "text/plain; charset=utf-8"
    webmanifest = "application/manifest+json"
    webp        = "image/webp"
    woff2       = "font/woff2"
    xml         = "application/atom+xml; charset=utf-8"
  }

  # infra/publish.py compresses what gains by it.
  uncompressed = ["ico", "jpg", "png", "webp", "woff2"]

  # What has a name of its own never changes, and everything else is young. Beyond its age the edge
  # shows it for a day while it asks for the next, or while the bucket fails (serve_while_stale).
  cache_control = {
    newest  = "public, max-age=60"
    version = "public, max-age=31536000, immutable"
  }
}

resource "google_storage_bucket" "site" {
  # checkov:skip=CKV_GCP_62:Access logs of the page would hold the address of everybody who reads the plea.
  # checkov:skip=CKV_GCP_78:Every file lies in the repository; old versions would only stay readable.
  # checkov:skip=CKV_GCP_114:The page is public, which the prevention of public access would forbid.
  name     = "${var.project}-site"
  location = var.region

  force_destroy               = true
  public_access_prevention    = "inherited"
  uniform_bucket_level_access = true

  website {
    main_page_suffix = "index.html"
  }

  depends_on = [time_sleep.apis]
}

# Reading an object, not listing the bucket: that is the difference to roles/storage.objectViewer.
resource "google_storage_bucket_iam_member" "readers" {
  # checkov:skip=CKV_GCP_28:The page is there for everybody to read.
  bucket = google_storage_bucket.site.name
  role   = "roles/storage.legacyObjectReader"
  member = "allUsers"
}

resource "google_storage_bucket_object" "version" {
  for_each = local.site_versions

  name             = "${local.site_folder}/${each.value}"
  bucket           = google_storage_bucket.site.name
  source           = "${local.site_built}/${each.value}"
  source_md5hash   = filemd5("${local.site_built}/${each.value}")
  content_type     = local.content_types[regex("[^.]*$", each.key)]
  content_encoding = contains(local.uncompressed, regex("[^.]*$", each.key)) ? null : "gzip"
  cache_control    = local.cache_control.version

  # The version before stays for whoever has its index.html still open.
  deletion_policy = "ABANDON"
}

resource "google_storage_bucket_object" "newest" {
  for_each = local.site_newest

  name             = "${local.site_folder}/${each.key}"
  bucket           = google_storage_bucket.site.name
  source           = "${local.site_built}/${each.key}"
  source_md5hash   = filemd5("${local.site_built}/${each.key}")
  content_type     = local.content_types[regex("[^.]*$", each.key)]
  content_encoding = contains(local.uncompressed, regex("[^.]*$", each.key)) ? null : "gzip"
  cache_control    = local.cache_control.newest
}

resource "google_storage_bucket_object" "data" {
  for_each = local.site_data

  name          = "${local.site_folder}/${each.key}"
  bucket        = google_storage_bucket.site.name
  content       = each.value
  content_type  = local.content_types["json"]
  cache_control = local.cache_control.newest
}

# Switched last, when everything that they point to is there. "" is SITE_URL with a slash, and
# "savemyfriend/" is where the links lead that are shared of that petition.
resource "google_storage_bucket_object" "page" {
  for_each = merge(
    { for path in local.site_pages : path => path },
    { for path in local.site_pages : trimsuffix(path, "index.html") => path if basename(path) == "index.html" },
  )

  name             = "${local.site_folder}/${each.key}"
  bucket           = google_storage_bucket.site.name
  source           = "${local.site_built}/${each.value}"
  source_md5hash   = filemd5("${local.site_built}/${each.value}")
  content_type     = local.content_types["html"]
  content_encoding = "gzip"
  cache_control    = local.cache_control.newest

  lifecycle {
    precondition {
      condition     = alltrue([for petition in local.petitions : contains(local.site_pages, "${petition}/index.html")])
      error_message = "A petition has no page: write it with `organizer petition page`, so that the links that are shared of it lead somewhere."
    }
    precondition {
      condition     = can(regex("<html[^>]* data-petition=\"${var.petition}\"", file("${local.site_root}/index.html")))
      error_message = "The root shows another petition than ${var.petition}: run `organizer petition page ${var.petition} --root`, or set `petition` to the one that it shows."
    }
  }

  depends_on = [
    google_storage_bucket_object.data,
    google_storage_bucket_object.newest,
    google_storage_bucket_object.version,
  ]
}
