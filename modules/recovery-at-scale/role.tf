# What the state machine itself does: call the function, and run its own children ("IAM policies for using Distributed
# Map states" in the developer guide).

resource "aws_iam_role" "state_machine" {
  name        = "${local.state_machine_name}-map-${local.region}"
  description = "What the state machine ${local.state_machine_name} in ${local.region} may do."
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "states.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:states:${local.region}:${local.account_id}:stateMachine:${local.state_machine_name}*" }
      }
    }]
  })
}

resource "aws_iam_role_policy" "state_machine" {
  name = "state-machine"
  role = aws_iam_role.state_machine.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "CallTheFunction"
        Effect   = "Allow"
        Action   = ["lambda:InvokeFunction"]
        Resource = [module.function.alias_arn]
      },
      {
        Sid      = "StartChildren"
        Effect   = "Allow"
        Action   = ["states:StartExecution"]
        Resource = [local.state_machine_arn]
      },
      {
        Sid      = "FollowAndStopChildren"
        Effect   = "Allow"
        Action   = ["states:DescribeExecution", "states:StopExecution"]
        Resource = ["arn:${local.partition}:states:${local.region}:${local.account_id}:execution:${local.state_machine_name}:*"]
      },
      {
        Sid      = "RedriveChildren"
        Effect   = "Allow"
        Action   = ["states:RedriveExecution"]
        Resource = ["arn:${local.partition}:states:${local.region}:${local.account_id}:execution:${local.state_machine_name}/*"]
      },
      {
        # It may say who writes to log groups; AWS asks for all of them here ("Logs sent to CloudWatch Logs").
        Sid      = "LetLogsBeDelivered"
        Effect   = "Allow"
        Action   = ["logs:DescribeResourcePolicies", "logs:PutResourcePolicy"]
        Resource = ["arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:*"]
      },
      {
        # CloudWatch Logs and X-Ray know no resources for these (Service Authorization Reference).
        Sid    = "LogAndTrace"
        Effect = "Allow"
        Action = [
          "logs:CreateLogDelivery",
          "logs:DeleteLogDelivery",
          "logs:DescribeLogGroups",
          "logs:GetLogDelivery",
          "logs:ListLogDeliveries",
          "logs:UpdateLogDelivery",
          "xray:GetSamplingRules",
          "xray:GetSamplingTargets",
          "xray:PutTelemetryRecords",
          "xray:PutTraceSegments",
        ]
        Resource = ["*"]
      },
    ]
  })
}
