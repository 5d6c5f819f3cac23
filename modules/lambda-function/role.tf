# Roles are global and both regions hold a function of this name, so the role's name says the region.

resource "aws_iam_role" "function" {
  name        = "${var.function_name}-${local.region}"
  description = "What the Lambda function ${var.function_name} in ${local.region} may do."
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "function" {
  name   = "function"
  role   = aws_iam_role.function.id
  policy = jsonencode({ Version = "2012-10-17", Statement = concat(local.own_statements, local.passed_statements) })
}

locals {
  passed_statements = [
    for id, statement in var.policy_statements : merge(
      {
        Sid      = id
        Effect   = statement.effect
        Action   = sort(statement.actions)
        Resource = sort(statement.resources)
      },
      length(statement.conditions) == 0 ? {} : {
        Condition = {
          for test in distinct(statement.conditions[*].test) : test => {
            for condition in statement.conditions : condition.variable => condition.values if condition.test == test
          }
        }
      }
    )
  ]

  own_statements = concat(
    [
      {
        Sid      = "WriteOwnLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${aws_cloudwatch_log_group.function.arn}:*"]
      },
      {
        # X-Ray knows no resource-level permissions for these two.
        Sid      = "SendTraces"
        Effect   = "Allow"
        Action   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
        Resource = ["*"]
      },
      {
        # Lambda grants the role the use of the key when the function is created. That grant dies
        # with the role; this statement keeps a function working whose role was made anew.
        Sid       = "DecryptOwnEnvironment"
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = [var.kms_key_arn]
        Condition = { StringEquals = { "kms:EncryptionContext:aws:lambda:FunctionArn" = [local.function_arn] } }
      },
    ],
    length(var.unscoped_actions) == 0 ? [] : [
      {
        Sid      = "ActionsWithoutResources"
        Effect   = "Allow"
        Action   = sort(var.unscoped_actions)
        Resource = ["*"]
      }
    ],
    [
      for queue in aws_sqs_queue.failed_events : {
        Sid      = "PassFailedEventsOn"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = [queue.arn]
      }
    ],
    [
      for queue in aws_sqs_queue.failed_events : {
        Sid       = "EncryptFailedEvents"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = [var.kms_key_arn]
        Condition = { StringEquals = { "kms:ViaService" = ["sqs.${local.region}.amazonaws.com"] } }
      }
    ],
  )
}
