terraform {
  # 1.11 is the first that knows write-only arguments, which keep the pepper out of the state.
  required_version = ">= 1.11"

  # Each project has a state of its own in its own versioned bucket; `make state` makes the bucket
  # and `make deploy` says which it is. The state tells who may do what, but holds no secret.
  backend "gcs" {
    prefix = "savemyfriend"
  }

  # There is no .terraform.lock.hcl here, because its hashes can only be taken from the providers
  # themselves: docs/runbook.md ("Lock the providers") says how the first deployer makes it.
  required_providers {
    archive = {
      source  = "hashicorp/archive"
      version = ">= 2.7, < 3.0"
    }
    # 8.0 is the first whose every resource can refuse to be deleted (deletion_policy).
    google = {
      source  = "hashicorp/google"
      version = ">= 8.0, < 9.0"
    }
    # For google_project_service_identity alone, which the other does not have.
    google-beta = {
      source  = "hashicorp/google-beta"
      version = ">= 8.0, < 9.0"
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
}

provider "google" {
  project = var.project
  region  = var.region

  # The APIs of budgets, of services and of Firestore's rules refuse a person's own credentials unless they are
  # told whose quota to take.
  billing_project       = var.project
  user_project_override = true

  default_labels = merge({ app = "savemyfriend" }, var.labels)
}

provider "google-beta" {
  project = var.project

  billing_project       = var.project
  user_project_override = true
}
