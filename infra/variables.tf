variable "alert_emails" {
  description = "E-mail addresses that are told when an alert opens or closes and when the budget is used up."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for address in var.alert_emails : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", address))])
    error_message = "Every entry of alert_emails must be an e-mail address, such as \"watch@example.org\"."
  }
}

variable "backup_weeks" {
  description = "Weeks that a daily backup of the database is kept. A withdrawn signature lives on, sealed, in backups for this long."
  type        = number
  default     = 4
  nullable    = false

  validation {
    # 14 weeks is Firestore's own limit for the retention of a backup schedule.
    condition     = var.backup_weeks >= 1 && var.backup_weeks <= 14 && floor(var.backup_weeks) == var.backup_weeks
    error_message = "backup_weeks must be a whole number from 1 to 14."
  }
}

variable "billing_account" {
  description = "Id of the billing account, for the budget alert. Without it there is no budget alert."
  type        = string
  default     = null

  validation {
    condition     = var.billing_account == null || can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.billing_account))
    error_message = "billing_account must look like \"012345-6789AB-CDEF01\"."
  }
}

variable "database" {
  description = "Id of the Firestore database. Only the default one has the free daily quota."
  type        = string
  default     = "(default)"
  nullable    = false

  validation {
    condition     = var.database == "(default)" || can(regex("^[a-z][a-z0-9-]{2,61}[a-z0-9]$", var.database))
    error_message = "database must be \"(default)\", or 4 to 63 lower-case letters, digits and hyphens, starting with a letter."
  }
}

variable "database_location" {
  description = "Where Firestore keeps the signatures: a region such as \"us-central1\", or \"nam5\" or \"eur3\". It can never be changed. Empty means the region of the functions."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^(|nam5|nam7|eur3|[a-z]+-[a-z]+[0-9]+)$", var.database_location))
    error_message = "database_location must be a region such as \"us-central1\", a multi-region (nam5, nam7, eur3), or empty."
  }
}

variable "delete_protection" {
  description = "Whether the database and the pepper refuse to be deleted. Set it to false, apply, and only then destroy."
  type        = bool
  default     = true
  nullable    = false
}

variable "domain" {
  description = "Domain of the petition, such as \"savemyfriend.example.org\". It switches the edge on: load balancer, CDN, certificate, security headers and rate limits. Choose it before the first link is shared."
  type        = string
  default     = null

  validation {
    condition     = var.domain == null || can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", var.domain))
    error_message = "domain must be a lower-case host name without scheme or path, such as \"savemyfriend.example.org\"."
  }
}

variable "instances" {
  description = "Fewest and most instances of each function. The most of sign is also what keeps a cold database from being overrun: see docs/scaling.md."
  type = object({
    sign       = optional(object({ min = optional(number, 1), max = optional(number, 20) }), {})
    count      = optional(object({ min = optional(number, 0), max = optional(number, 10) }), {})
    share-link = optional(object({ min = optional(number, 0), max = optional(number, 20) }), {})
    withdraw   = optional(object({ min = optional(number, 0), max = optional(number, 3) }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for limits in values(var.instances) : limits.min >= 0 && limits.max >= 1 && limits.min <= limits.max && limits.max <= 1000
    ])
    error_message = "Every function needs 0 <= min <= max and 1 <= max <= 1000 in instances."
  }
}

variable "labels" {
  description = "Labels for every resource that can carry them, beside app=savemyfriend."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "monthly_budget" {
  description = "Whole units of the billing account's currency per month at which the budget alert counts 100 %."
  type        = number
  default     = 100
  nullable    = false

  validation {
    condition     = var.monthly_budget >= 1 && floor(var.monthly_budget) == var.monthly_budget
    error_message = "monthly_budget must be a whole number of at least 1."
  }
}

variable "open_form" {
  description = "Whether sign accepts forms in clear from API clients and seals them at the door. The page does not need it."
  type        = bool
  default     = true
  nullable    = false
}

variable "petition" {
  description = "The petition that the page shows: the name of its file in functions/campaigns, without .json."
  type        = string
  default     = "savemyfriend"
  nullable    = false

  validation {
    condition     = fileexists("${path.module}/../functions/campaigns/${var.petition}.json")
    error_message = "There is no functions/campaigns/${var.petition}.json."
  }
}

variable "project" {
  description = "Id of an existing Google Cloud project with billing, used for this petition alone."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "project must be a project id: 6 to 30 lower-case letters, digits and hyphens, starting with a letter."
  }
}

variable "rate_limits" {
  description = "Most requests per minute from one address at the edge. Sized for the exits of carriers and VPNs, behind which thousands share an address."
  type = object({
    sign  = optional(number, 600)
    other = optional(number, 6000)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.rate_limits.sign >= 10 && var.rate_limits.other >= 100
    error_message = "rate_limits must allow at least 10 sign and 100 other requests per minute: fewer would shut out people, not machines."
  }
}

variable "region" {
  description = "Region of the functions, the page's bucket and the scheduler. Near the database is what counts, not near the signers."
  type        = string
  default     = "us-central1"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region must be a Google Cloud region, such as \"us-central1\" or \"asia-northeast3\"."
  }
}

variable "seal_public_key" {
  description = "The organizers' public key, as `organizer keys new` prints it: 87 characters of base64url, an uncompressed P-256 point."
  type        = string
  nullable    = false

  validation {
    # 65 bytes that start with 0x04; the last character carries two bits that must be zero.
    condition     = can(regex("^B[A-P][A-Za-z0-9_-]{84}[AEIMQUYcgkosw048]$", var.seal_public_key))
    error_message = "seal_public_key must be 87 characters of base64url without padding, an uncompressed P-256 point (it starts with B)."
  }
}

variable "silence_hours" {
  description = "Hours without any signature after which an alert opens. 0 switches it off: do that when the petition is closed."
  type        = number
  default     = 6
  nullable    = false

  validation {
    condition     = var.silence_hours >= 0 && var.silence_hours <= 24 && floor(var.silence_hours) == var.silence_hours
    error_message = "silence_hours must be a whole number from 0 to 24."
  }
}
