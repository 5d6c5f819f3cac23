output "autoscaling_targets" {
  description = "What autoscaling governs, by target (\"read\", \"write\", \"index/<name>/read\", …): the limits in force now. Empty when on demand."
  value       = local.targets
}

output "billing_mode" {
  description = "PROVISIONED or PAY_PER_REQUEST."
  value       = aws_dynamodb_table.this.billing_mode
}

output "index_names" {
  description = "The names of the global secondary indexes."
  value       = keys(var.global_secondary_indexes)
}

output "kms_alias" {
  description = "The alias of the created key, the same in every region; null when the key was passed in."
  value       = one(aws_kms_alias.table[*].name)
}

output "kms_key_arns" {
  description = "The ARN of the encryption key in each region, by region."
  value       = merge({ (local.region) = local.kms_key_arn }, { for region, replica in module.replica : region => replica.kms_key_arn })
}

output "replica_arns" {
  description = "The ARN of each replica table, by region."
  value       = { for region, replica in module.replica : region => replica.table_arn }
}

output "replica_source" {
  description = "Input `source_table` of ./modules/replica, for a region beyond the one this module holds."
  value       = local.replica_source
}

output "stream_arn" {
  description = "The ARN of the table's stream (NEW_AND_OLD_IMAGES, kept 24 hours)."
  value       = aws_dynamodb_table.this.stream_arn
}

output "table_arn" {
  description = "The ARN of the table in its own region."
  value       = aws_dynamodb_table.this.arn
}

output "table_name" {
  description = "The table's name, the same in every region."
  value       = aws_dynamodb_table.this.name
}
