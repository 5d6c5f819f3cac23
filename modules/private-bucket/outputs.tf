output "name" {
  description = "The name of the bucket."
  value       = aws_s3_bucket.this.bucket
}

output "arn" {
  description = "The ARN of the bucket."
  value       = aws_s3_bucket.this.arn
}

output "kms_key_arn" {
  description = "The ARN of the key that encrypts the objects."
  value       = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).kms_master_key_id
}

output "expires_after_days" {
  description = "After how many days an object is deleted."
  value       = one(one(aws_s3_bucket_lifecycle_configuration.this.rule).expiration).days
}
