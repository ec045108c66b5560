terraform {
  # 1.11 is the first that knows write-only arguments, which keep the pepper out of the state.
  required_version = ">= 1.11"

  required_providers {
    archive = {
      source  = "hashicorp/archive"
      version = ">= 2.7, < 3.0"
    }
    google = {
      source  = "hashicorp/google"
      version = ">= 7.0, < 9.0"
    }
    random = {
      source  = "hashicorp/random"
      version = ">= 3.7, < 4.0"
    }
    time = {
      source  = "hashicorp/time"
      version = ">= 0.12, < 1.0"
    }
  }

  # The state tells who may do what, and is lost with the laptop it lies on.
  # As soon as two people operate the petition, keep it in a versioned private bucket:
  # docs/runbook.md ("Keep the state in a bucket") has the three commands.
  #
  # backend "gcs" {
  #   prefix = "savemyfriend"
  # }
}

provider "google" {
  project = var.project
  region  = var.region

  # The APIs of budgets and of Firestore's rules refuse a person's own credentials unless they are
  # told whose quota to take.
  billing_project       = var.project
  user_project_override = true

  default_labels = merge({ app = "savemyfriend" }, var.labels)
}
