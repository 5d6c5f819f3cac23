# Target tracking moves the number between the limits, so Terraform only sets where it starts.

resource "aws_lambda_provisioned_concurrency_config" "live" {
  count = var.provisioned_concurrency == null ? 0 : 1

  function_name                     = aws_lambda_function.this.function_name
  qualifier                         = aws_lambda_alias.live.name
  provisioned_concurrent_executions = var.provisioned_concurrency.minimum

  lifecycle {
    ignore_changes = [provisioned_concurrent_executions]
  }
}

resource "aws_appautoscaling_target" "provisioned_concurrency" {
  count = var.provisioned_concurrency == null ? 0 : 1

  service_namespace  = "lambda"
  scalable_dimension = "lambda:function:ProvisionedConcurrency"
  resource_id        = "function:${aws_lambda_function.this.function_name}:${aws_lambda_alias.live.name}"
  min_capacity       = var.provisioned_concurrency.minimum
  max_capacity       = var.provisioned_concurrency.maximum
  tags               = var.tags

  depends_on = [aws_lambda_provisioned_concurrency_config.live]
}

resource "aws_appautoscaling_policy" "provisioned_concurrency" {
  count = var.provisioned_concurrency == null ? 0 : 1

  name               = "${var.function_name}-provisioned-concurrency"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.provisioned_concurrency[0].service_namespace
  scalable_dimension = aws_appautoscaling_target.provisioned_concurrency[0].scalable_dimension
  resource_id        = aws_appautoscaling_target.provisioned_concurrency[0].resource_id

  target_tracking_scaling_policy_configuration {
    target_value = var.provisioned_concurrency.target_utilization

    predefined_metric_specification {
      predefined_metric_type = "LambdaProvisionedConcurrencyUtilization"
    }
  }
}
