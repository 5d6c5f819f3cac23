output "kms_key_arn" {
  description = "The ARN of the key that encrypts the replica."
  value       = local.kms_key_arn
}

output "table_arn" {
  description = "The ARN of the replica, known to be autoscaled."
  value       = module.autoscaling.table.arn
}
