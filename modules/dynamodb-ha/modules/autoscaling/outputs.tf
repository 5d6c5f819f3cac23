output "table" {
  description = "The table it was given, known to be autoscaled: what refers to it waits for every policy."
  value       = var.table
  depends_on  = [aws_appautoscaling_policy.this, aws_appautoscaling_scheduled_action.this]
}
