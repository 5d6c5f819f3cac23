# Backups, their copies, and events that nobody could handle.
locals {
  # AWS Backup counts jobs by how they ended. Copies are counted where they start, in the region of the backup.
  backup_kinds = {
    backup  = { metric = "BackupJobs", what = "A backup", ends = ["Failed", "Aborted", "Expired"] }
    copy    = { metric = "CopyJobs", what = "The copy of a backup to the other region", ends = ["Failed"] }
    restore = { metric = "RestoreJobs", what = "A restore", ends = ["Failed"] }
  }

  backup_alarms = {
    for kind, jobs in local.backup_kinds : "${kind}-jobs-failed" => {
      severity   = "ticket"
      runbook    = "failed-backup#${kind}-jobs-failed"
      summary    = "${jobs.what} of a DynamoDB table failed"
      silence    = "Without data no job failed: AWS Backup counts failures only."
      period     = 300
      periods    = 1
      breaching  = 1
      expression = join("+", [for end in jobs.ends : "FILL(${lower(end)}, 0)"])
      metrics = {
        for end in jobs.ends : lower(end) => {
          namespace  = "AWS/Backup"
          name       = "NumberOf${jobs.metric}${end}"
          dimensions = { ResourceType = "DynamoDB" }
          stat       = "Sum"
        }
      }
    }
  }

  queue_alarms = {
    for label, queue in var.failed_event_queues : "failed-events-${label}" => {
      severity   = "ticket"
      runbook    = "lambda#failed-events"
      summary    = "Events that a function could not handle wait in the queue ${queue}"
      silence    = "Without data the queue was not used for hours (SQS then stops publishing), so nothing waits that was not known."
      metric     = { namespace = "AWS/SQS", name = "ApproximateNumberOfMessagesVisible", dimensions = { QueueName = queue }, stat = "Maximum" }
      periods    = 1
      breaching  = 1
      comparison = "GreaterThanOrEqualToThreshold"
      threshold  = 1
    }
  }

  recovery_alarms = merge(local.backup_alarms, local.queue_alarms)
}
