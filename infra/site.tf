# The page: plain files in a bucket of their own.
#
# Without a domain the bucket's own host serves them. "https://BUCKET.storage.googleapis.com" is an
# origin of its own; "https://storage.googleapis.com/BUCKET" would share its origin, and so the
# browser's rules about who may read what, with every other bucket in the world.
# That host lists the bucket at "/" instead of showing index.html, so everything lies in a folder
# that has the page itself as its entry.

locals {
  site_root   = "${path.module}/../frontend"
  site_folder = "page"

  bucket_origin = "https://${google_storage_bucket.site.name}.storage.googleapis.com"
  site_url      = var.domain == null ? "${local.bucket_origin}/${local.site_folder}" : "https://${var.domain}"

  # Who found the page before it had a domain can still sign there.
  allowed_origins = distinct([var.domain == null ? local.bucket_origin : "https://${var.domain}", local.bucket_origin])

  # headers.json is for those who serve the page, not for those who read it.
  site_files = toset([
    for path in fileset(local.site_root, "**") : path
    if path != "headers.json" && !can(regex("(^|/)(tests?/|node_modules/|\\.)|\\.(md|map)$", path))
  ])

  petitions = toset([
    for path in fileset("${local.source_root}/campaigns", "*.json") : trimsuffix(path, ".json")
  ])

  # What the page reads beside its own files.
  site_data = merge(
    {
      "addresses.json" = file("${local.source_root}/petition/addresses.json")
      "config.json" = jsonencode({
        petition        = var.petition
        functions       = local.function_urls
        seal_public_key = var.seal_public_key
      })
    },
    { for petition in local.petitions : "petitions/${petition}.json" => file("${local.source_root}/campaigns/${petition}.json") },
  )

  # Keys as the page's config.json names them.
  function_urls = {
    for name in keys(local.functions) : replace(name, "-", "_") => (
      var.domain == null
      ? google_cloudfunctions2_function.this[name].service_config[0].uri
      : "https://${var.domain}/api/${name}"
    )
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
  }

  # File names carry no hash, so words and code must be young; pictures hardly ever change.
  cache_control = {
    picture = "public, max-age=86400"
    text    = "public, max-age=60, stale-while-revalidate=300, stale-if-error=86400"
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

  depends_on = [google_project_service.this]
}

# Reading an object, not listing the bucket: that is the difference to roles/storage.objectViewer.
resource "google_storage_bucket_iam_member" "readers" {
  # checkov:skip=CKV_GCP_28:The page is there for everybody to read.
  bucket = google_storage_bucket.site.name
  role   = "roles/storage.legacyObjectReader"
  member = "allUsers"
}

resource "google_storage_bucket_object" "file" {
  for_each = local.site_files

  name           = "${local.site_folder}/${each.key}"
  bucket         = google_storage_bucket.site.name
  source         = "${local.site_root}/${each.key}"
  source_md5hash = filemd5("${local.site_root}/${each.key}")
  content_type   = local.content_types[regex("[^.]*$", each.key)]
  cache_control  = can(regex("\\.(ico|jpg|png|svg|webp|woff2)$", each.key)) ? local.cache_control.picture : local.cache_control.text
}

# SITE_URL with a slash, which is where shared links lead.
resource "google_storage_bucket_object" "entry" {
  name          = "${local.site_folder}/"
  bucket        = google_storage_bucket.site.name
  content       = file("${local.site_root}/index.html")
  content_type  = local.content_types["html"]
  cache_control = local.cache_control.text
}

resource "google_storage_bucket_object" "data" {
  for_each = local.site_data

  name          = "${local.site_folder}/${each.key}"
  bucket        = google_storage_bucket.site.name
  content       = each.value
  content_type  = local.content_types["json"]
  cache_control = local.cache_control.text
}
