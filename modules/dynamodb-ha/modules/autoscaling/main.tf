locals {
  dimension_prefix = { for target, limits in var.targets : target => limits.index == null ? "dynamodb:table" : "dynamodb:index" }
  unit             = { read = "Read", write = "Write" }
}

resource "aws_appautoscaling_target" "this" {
  for_each = var.targets

  service_namespace  = "dynamodb"
  resource_id        = each.value.index == null ? "table/${var.table.name}" : "table/${var.table.name}/index/${each.value.index}"
  scalable_dimension = "${local.dimension_prefix[each.key]}:${local.unit[each.value.kind]}CapacityUnits"
  min_capacity       = each.value.baseline
  max_capacity       = each.value.maximum
  tags               = var.tags
}

resource "aws_appautoscaling_policy" "this" {
  for_each = var.targets

  name               = "${var.table.name}/${each.key}"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.this[each.key].service_namespace
  resource_id        = aws_appautoscaling_target.this[each.key].resource_id
  scalable_dimension = aws_appautoscaling_target.this[each.key].scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value = each.value.target_utilization

    predefined_metric_specification {
      predefined_metric_type = "DynamoDB${local.unit[each.value.kind]}CapacityUtilization"
    }
  }
}

resource "aws_appautoscaling_scheduled_action" "this" {
  for_each = var.scheduled_actions

  # A scheduled action's name, unlike a policy's, may hold no slash.
  name               = replace("${var.table.name}/${each.key}", "/", ".")
  service_namespace  = aws_appautoscaling_target.this[each.value.target].service_namespace
  resource_id        = aws_appautoscaling_target.this[each.value.target].resource_id
  scalable_dimension = aws_appautoscaling_target.this[each.value.target].scalable_dimension
  schedule           = "at(${trimsuffix(each.value.at, "Z")})"
  timezone           = "UTC"

  scalable_target_action {
    min_capacity = each.value.baseline
    max_capacity = each.value.maximum
  }
}
