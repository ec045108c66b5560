variable "alert_emails" {
  description = "E-mail addresses that are told when an alert opens or closes and when the budget is used up; five at most, and a mailing list reaches more people."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for address in var.alert_emails : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", address))])
    error_message = "Every entry of alert_emails must be an e-mail address, such as \"watch@example.org\"."
  }

  validation {
    # What a budget takes.
    condition     = length(var.alert_emails) <= 5
    error_message = "alert_emails must have at most five entries: use the address of a mailing list."
  }
}

variable "answer_grid_ms" {
  description = "Milliseconds of the grid on which sign and withdraw answer. Null means the functions' own default; 0 switches it off, for a load test."
  type        = number
  default     = null

  validation {
    condition     = var.answer_grid_ms == null || try(var.answer_grid_ms >= 0 && var.answer_grid_ms <= 2000 && floor(var.answer_grid_ms) == var.answer_grid_ms, false)
    error_message = "answer_grid_ms must be a whole number from 0 to 2000, or null."
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

variable "burnt" {
  description = "Whether the pepper has been destroyed by `organizer burn`. Then nothing makes another, and there is no sign any more."
  type        = bool
  default     = false
  nullable    = false
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
  description = "Whether a destroy is refused before it has destroyed anything. Set it to false, deploy, and only then destroy."
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

variable "envelope" {
  description = "The public half of the envelope's key and the number of the secret version that holds the private half, as `organizer keys envelope` prints them."
  type        = object({ public_key = string, version = string })
  nullable    = false

  validation {
    # As for seal_public_key.
    condition     = can(regex("^B[A-P][A-Za-z0-9_-]{84}[AEIMQUYcgkosw048]$", var.envelope.public_key)) && can(regex("^[1-9][0-9]*$", var.envelope.version))
    error_message = "envelope must have a public_key, 87 characters of base64url, and a version, a number such as \"1\": copy the line that `organizer keys envelope` prints."
  }
}

variable "instances" {
  description = "Fewest and most instances of each function. The most of all functions together are ten at first, sweep's one among them, which every new project may have: see docs/scaling.md."
  type = object({
    sign       = optional(object({ min = optional(number, 1), max = optional(number, 4) }), {})
    count      = optional(object({ min = optional(number, 0), max = optional(number, 2) }), {})
    share-link = optional(object({ min = optional(number, 0), max = optional(number, 2) }), {})
    withdraw   = optional(object({ min = optional(number, 0), max = optional(number, 1) }), {})
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

variable "kakao_key" {
  description = "JavaScript key of an application at Kakao in which the petition's domain is registered: it switches KakaoTalk's own share on. Everybody can read it; it is no secret."
  type        = string
  default     = null

  validation {
    condition     = var.kakao_key == null || can(regex("^[0-9a-f]{32}$", var.kakao_key))
    error_message = "kakao_key must be the JavaScript key that Kakao Developers shows under the application's platform keys: 32 hexadecimal digits."
  }
}

variable "labels" {
  description = "Labels for every resource that can carry them, beside app=savemyfriend."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "mirrors" {
  description = "Origins, such as \"https://mirror.example.org\", of copies of the page elsewhere that may call the functions too."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for origin in var.mirrors : can(regex("^https://[a-z0-9.-]+(:[0-9]+)?$", origin))])
    error_message = "Every entry of mirrors must be an origin, https:// and a host without a path or a last slash, such as \"https://mirror.example.org\"."
  }
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
  description = "Whether sign accepts forms in clear from API clients and seals them at the door. The page does not need it, and what arrives in clear can be read on the way."
  type        = bool
  default     = false
  nullable    = false
}

variable "petition" {
  description = "The petition that the page shows: the name of its file in functions/campaigns, without .json."
  type        = string
  default     = "savemyfriend"
  nullable    = false

  validation {
    condition     = var.petition != "canary" && fileexists("${path.module}/../functions/campaigns/${var.petition}.json")
    error_message = "There is no petition functions/campaigns/${var.petition}.json that a page can show."
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
  description = "Most requests per minute from one address at the edge that write (claims, withdrawals, new links) and that read. Sized for the exits of carriers, VPNs and relays, behind which thousands share an address."
  type = object({
    write = optional(number, 600)
    read  = optional(number, 6000)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.rate_limits.write >= 10 && var.rate_limits.read >= 100
    error_message = "rate_limits must allow at least 10 requests per minute that write and 100 that read: fewer would shut out people, not machines."
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

variable "relays" {
  description = "Addresses, such as \"https://relay.example.org\", under which somebody passes requests on to the functions: the page tries them when the functions themselves do not answer (docs/mirrors.md)."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for relay in var.relays : can(regex("^https://[a-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~-]+)*$", relay))])
    error_message = "Every entry of relays must be an address without a last slash, below which the functions are found by name, such as \"https://relay.example.org\" for https://relay.example.org/sign."
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
  description = "Hours without any claim after which an alert opens, if there was one within the last day. 0 switches it off."
  type        = number
  default     = 6
  nullable    = false

  validation {
    # Beyond half a day there is too little of the day left to have seen somebody in.
    condition     = var.silence_hours >= 0 && var.silence_hours <= 12 && floor(var.silence_hours) == var.silence_hours
    error_message = "silence_hours must be a whole number from 0 to 12."
  }
}
