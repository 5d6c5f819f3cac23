# What lambda_src/incident_responder calls: a statement for each call of a playbook on what it is given, and nothing for
# a playbook that has no alarm.

locals {
  via_dynamodb = [{ test = "StringEquals", variable = "kms:ViaService", values = ["dynamodb.${local.region}.amazonaws.com"] }]

  own_permissions = {
    KeepRecords = {
      actions   = ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
      resources = [module.table.table_arn]
    }
    UseRecordsKey = {
      actions    = ["kms:Decrypt"]
      resources  = [module.table.kms_key_arns[local.region]]
      conditions = local.via_dynamodb
    }
    TellPeople = {
      actions   = ["sns:Publish"]
      resources = [var.topic.arn]
    }
    UseTopicKey = {
      actions    = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources  = [var.topic.kms_key_arn]
      conditions = [{ test = "StringEquals", variable = "kms:ViaService", values = ["sns.${local.region}.amazonaws.com"] }]
    }
    ParkEvents = {
      actions   = ["sqs:SendMessage"]
      resources = [aws_sqs_queue.parked.arn]
    }
    UseQueueKey = {
      actions    = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources  = [var.kms_key_arn]
      conditions = [{ test = "StringEquals", variable = "kms:ViaService", values = ["sqs.${local.region}.amazonaws.com"] }]
    }
  }

  playbook_permissions = [
    { for id, statement in local.raise_capacity_permissions : id => statement if length(var.raise_capacity) > 0 },
    { for id, statement in local.roll_back_permissions : id => statement if length(var.roll_back) > 0 },
    { for id, statement in local.report_concurrency_permissions : id => statement if length(var.report_concurrency) > 0 },
    merge({}, local.keep_failover_permissions...),
    merge({}, local.restart_backup_permissions...),
  ]

  # AWS authorizes these on "*" alone (Service Authorization Reference).
  unscoped_actions = concat(
    length(var.raise_capacity) == 0 ? [] : ["application-autoscaling:DescribeScalableTargets", "application-autoscaling:DescribeScheduledActions"],
    length(var.report_concurrency) == 0 ? [] : ["cloudwatch:GetMetricData", "lambda:GetAccountSettings"],
    length(local.restart_backup) == 0 ? [] : ["backup:DescribeBackupJob", "backup:ListBackupJobs"],
  )

  scaled_tables = distinct(values(var.raise_capacity)[*].table_name)
  table_arn     = "arn:${local.partition}:dynamodb:${local.region}:${local.account_id}:table"

  raise_capacity_permissions = {
    # A target's ARN ends with an id that nobody can know before, so the dimensions say which are meant.
    RaiseMinimumAndReturn = {
      actions   = ["application-autoscaling:PutScheduledAction", "application-autoscaling:RegisterScalableTarget"]
      resources = ["arn:${local.partition}:application-autoscaling:${local.region}:${local.account_id}:scalable-target/*"]
      conditions = [
        { test = "StringEquals", variable = "application-autoscaling:service-namespace", values = ["dynamodb"] },
        { test = "StringEquals", variable = "application-autoscaling:scalable-dimension", values = local.scaled_dimensions },
      ]
    }
    ReadUnits = {
      actions   = ["dynamodb:DescribeTable"]
      resources = [for table in local.scaled_tables : "${local.table_arn}/${table}"]
    }
    # Whoever registers a target must be allowed to scale it (Application Auto Scaling user guide). The function itself
    # never calls it: the condition holds for calls that a service makes in its name only.
    BeScaledByService = {
      actions    = ["dynamodb:UpdateTable"]
      resources  = [for table in local.scaled_tables : "${local.table_arn}/${table}"]
      conditions = [{ test = "Bool", variable = "aws:ViaAWSService", values = ["true"] }]
    }
  }
  scaled_dimensions = sort(distinct([
    for parameters in values(var.raise_capacity) :
    "dynamodb:${parameters.index_name == "" ? "table" : "index"}:${title(parameters.throughput)}CapacityUnits"
  ]))

  function_arn = "arn:${local.partition}:lambda:${local.region}:${local.account_id}:function"

  # Lambda authorizes both calls on the function, and on the alias where it is named in the request.
  roll_back_permissions = {
    PointAliasBack = {
      actions = ["lambda:GetAlias", "lambda:UpdateAlias"]
      resources = flatten([
        for parameters in values(var.roll_back) :
        ["${local.function_arn}:${parameters.function_name}", "${local.function_arn}:${parameters.function_name}:${parameters.alias}"]
      ])
    }
  }

  report_concurrency_permissions = {
    ReadConcurrency = {
      actions   = ["lambda:GetFunctionConcurrency"]
      resources = [for parameters in values(var.report_concurrency) : "${local.function_arn}:${parameters.function_name}"]
    }
  }

  # The switch can be read here and not written: the latch alone writes it (docs/decisions/0100).
  keep_failover_permissions = [
    for failover in local.keep_failover : {
      ReadSwitch = {
        actions   = ["dynamodb:GetItem"]
        resources = ["${local.table_arn}/${failover.table_name}"]
      }
      UseSwitchKey = {
        actions    = ["kms:Decrypt"]
        resources  = [failover.table_kms_key_arn]
        conditions = local.via_dynamodb
      }
      StartLatch = {
        actions   = ["lambda:InvokeFunction"]
        resources = ["${local.function_arn}:${failover.function_name}:${failover.alias}"]
      }
    }
  ]

  restart_backup_permissions = [
    for backup in local.restart_backup : {
      StartBackupAgain = {
        actions   = ["backup:StartBackupJob"]
        resources = [backup.vault_arn]
      }
      ReadPlan = {
        actions   = ["backup:GetBackupPlan"]
        resources = [backup.plan_arn]
      }
      PassBackupRole = {
        actions    = ["iam:PassRole"]
        resources  = [backup.role_arn]
        conditions = [{ test = "StringEquals", variable = "iam:PassedToService", values = ["backup.amazonaws.com"] }]
      }
    }
  ]
}
