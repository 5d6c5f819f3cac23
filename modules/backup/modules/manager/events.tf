# What sets the function to work by itself. A restore takes minutes to hours, longer than any invocation: the one that
# starts it does not wait, and these take it on (docs/decisions/0120).

locals {
  # By rule: when, and what the function is told (the event itself when null).
  rules = {
    restored = {
      description = "A restore job has ended: its table is finished, or compared if it was a test."
      pattern = jsonencode({
        source        = ["aws.backup"]
        "detail-type" = ["Restore Job State Change"]
        detail        = { status = ["COMPLETED"] }
      })
      schedule = null
      input    = null
    }
    tick = {
      description = "Takes restored tables on, one step further each minute until they are finished."
      pattern     = null
      schedule    = "rate(1 minute)"
      input       = jsonencode({ operacion = "continuar" })
    }
    validate = {
      description = "Looks every day whether there are recent backups."
      pattern     = null
      schedule    = var.validation_schedule
      input       = jsonencode({ operacion = "validar" })
    }
  }
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = local.rules

  name                = "${var.name}-backup-${each.key}"
  description         = each.value.description
  event_pattern       = each.value.pattern
  schedule_expression = each.value.schedule
  tags                = var.tags
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = local.rules

  rule  = aws_cloudwatch_event_rule.this[each.key].name
  arn   = module.function.alias_arn
  input = each.value.input

  depends_on = [aws_lambda_permission.events]
}

resource "aws_lambda_permission" "events" {
  for_each = local.rules

  statement_id  = "${var.name}-backup-${each.key}"
  action        = "lambda:InvokeFunction"
  function_name = module.function.function_name
  qualifier     = module.function.alias_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.this[each.key].arn
}
