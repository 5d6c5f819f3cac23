data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.name

  function_name    = "${var.name}-incidents"
  metric_namespace = "TechModa/Incidents"
  service          = "incident-responder"

  # What lambda_src/incident_responder/playbook_table.py reads.
  playbooks = merge(
    { alarms = local.alarm_playbooks },
    { for backup in local.restart_backup : "backup_jobs" => {
      playbook          = "restart-backup"
      vault             = backup.vault_name
      delete_after_days = backup.delete_after_days
      cooldown_minutes  = backup.cooldown_minutes
    } },
  )

  alarm_playbooks = merge(
    {
      for alarm, parameters in var.raise_capacity : alarm => {
        playbook         = "raise-capacity"
        table            = parameters.table_name
        index            = parameters.index_name
        throughput       = parameters.throughput
        factor           = parameters.factor
        hold_minutes     = parameters.hold_minutes
        cooldown_minutes = parameters.cooldown_minutes
      }
    },
    {
      for alarm, parameters in var.roll_back : alarm => {
        playbook         = "roll-back"
        function         = parameters.function_name
        alias            = parameters.alias
        window_minutes   = parameters.window_minutes
        cooldown_minutes = parameters.cooldown_minutes
      }
    },
    {
      for alarm, parameters in var.report_concurrency : alarm => {
        playbook          = "report-concurrency"
        function          = parameters.function_name
        look_back_minutes = parameters.look_back_minutes
        cooldown_minutes  = parameters.cooldown_minutes
      }
    },
    merge([
      for failover in local.keep_failover : {
        for alarm in failover.alarm_names : alarm => {
          playbook         = "keep-failover"
          table            = failover.table_name
          function         = failover.function_name
          alias            = failover.alias
          wait_seconds     = failover.wait_seconds
          cooldown_minutes = failover.cooldown_minutes
        }
      }
    ]...),
  )

  # The alarms that lead to another playbook than roll-back.
  other_alarms = concat(keys(var.raise_capacity), keys(var.report_concurrency), flatten([for failover in local.keep_failover : tolist(failover.alarm_names)]))

  # One or none of each.
  keep_failover  = var.keep_failover == null ? [] : [var.keep_failover]
  restart_backup = var.restart_backup == null ? [] : [var.restart_backup]
}
