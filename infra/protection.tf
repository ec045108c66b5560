# A destroy takes things apart from the outside in, and a database that refuses comes last: the
# functions, the pepper and the page would be gone by then. This stands outside of everything, so it
# is what a destroy meets first, and everything else waits for it.

resource "terraform_data" "protection" {
  input = var.delete_protection

  provisioner "local-exec" {
    when    = destroy
    command = "test '${self.output}' = false || { echo 'The petition is protected: set delete_protection = false, deploy, and only then destroy. Nothing was destroyed.' >&2; exit 1; }"
  }

  depends_on = [
    google_billing_budget.this,
    google_cloud_run_v2_service_iam_member.invoker,
    google_cloud_scheduler_job.this,
    google_compute_global_forwarding_rule.http,
    google_compute_global_forwarding_rule.https,
    google_firebaserules_release.deny,
    google_firestore_backup_schedule.daily,
    google_firestore_field.via,
    google_logging_project_exclusion.requests,
    google_monitoring_alert_policy.down,
    google_monitoring_alert_policy.this,
    google_monitoring_dashboard.petition,
    google_storage_bucket_iam_member.readers,
    google_storage_bucket_object.data,
    google_storage_bucket_object.page,
  ]
}
