# Events that lead to no incident, that could not be delivered, or whose playbook failed for good. They wait for a person.

locals {
  parked_name = "${local.function_name}-parked"
  # Built from its parts: whether there is a queue must be known before it is made.
  parked_arn = "arn:${local.partition}:sqs:${local.region}:${local.account_id}:${local.parked_name}"
}

resource "aws_sqs_queue" "parked" {
  name                              = local.parked_name
  message_retention_seconds         = 14 * 24 * 3600
  kms_master_key_id                 = var.kms_key_arn
  kms_data_key_reuse_period_seconds = 300
  tags                              = var.tags
}

resource "aws_sqs_queue_policy" "parked" {
  queue_url = aws_sqs_queue.parked.url

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "RulesParkWhatCannotBeDelivered"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = aws_sqs_queue.parked.arn
        Condition = { ArnEquals = { "aws:SourceArn" = sort(values(aws_cloudwatch_event_rule.heard)[*].arn) } }
      },
      {
        Sid       = "NobodyTalksInTheClear"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = aws_sqs_queue.parked.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}
