data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.name
  root_arn   = "arn:${local.partition}:iam::${local.account_id}:root"

  # A page wakes the engineer on call; a ticket is looked at in working hours.
  severities = {
    page   = "wakes whoever is on call"
    ticket = "is looked at in working hours"
  }

  # The services that tell operators something. Each may publish only on behalf of this account.
  publishers = ["backup.amazonaws.com", "cloudwatch.amazonaws.com", "events.amazonaws.com"]
}

resource "aws_sns_topic" "alarms" {
  for_each = local.severities

  name              = "${var.name}-${each.key}"
  display_name      = "${var.name}: ${each.value}"
  kms_master_key_id = aws_kms_key.topic.arn
  tags              = merge(var.tags, { Severity = each.key })
}

resource "aws_sns_topic_policy" "alarms" {
  for_each = aws_sns_topic.alarms

  arn = each.value.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "ServicesOfThisAccountPublish"
        Effect    = "Allow"
        Principal = { Service = local.publishers }
        Action    = "sns:Publish"
        Resource  = each.value.arn
        Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
      },
      {
        Sid       = "NobodyPublishesInTheClear"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = each.value.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_sns_topic_subscription" "email" {
  for_each = var.alarm_email == null ? {} : aws_sns_topic.alarms

  topic_arn = each.value.arn
  protocol  = "email"
  endpoint  = var.alarm_email
}

# A pager, or a relay that posts to a chat. Each must answer SNS's request to confirm, as such services do.
resource "aws_sns_topic_subscription" "webhook" {
  for_each = var.webhooks

  topic_arn = aws_sns_topic.alarms[each.value.severity].arn
  protocol  = "https"
  endpoint  = each.value.url
}

module "key_administration" {
  source = "../key-administration"

  root_arn = local.root_arn
}

resource "aws_kms_key" "topic" {
  description             = "Encrypts the alarm topics of ${var.name} in ${local.region}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  tags                    = var.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      module.key_administration.statement,
      {
        Sid       = "AccountUsesTheKeyThroughSNS"
        Effect    = "Allow"
        Principal = { AWS = local.root_arn }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = "*"
        Condition = {
          StringEquals = {
            "kms:CallerAccount" = local.account_id
            "kms:ViaService"    = "sns.${local.region}.amazonaws.com"
          }
        }
      },
      {
        # Without this an alarm's message to an encrypted topic is dropped in silence.
        Sid       = "PublishersEncryptTheirMessages"
        Effect    = "Allow"
        Principal = { Service = local.publishers }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
      },
    ]
  })
}

resource "aws_kms_alias" "topic" {
  name          = "alias/${var.name}-alerts"
  target_key_id = aws_kms_key.topic.key_id
}
