mock_provider "aws" {
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::shop-artifacts" }
  }
}

variables {
  name                  = "shop-artifacts"
  kms_key_arn           = "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555"
  expires_after_days    = 30
  superseded_after_days = 2
}

run "objects_are_encrypted_with_the_key_and_keep_their_versions" {
  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms" && output.kms_key_arn == var.kms_key_arn
    error_message = "Objects are not encrypted with the key that was given."
  }

  assert {
    condition     = one(aws_s3_bucket_versioning.this.versioning_configuration).status == "Enabled"
    error_message = "An object that is written again would be lost."
  }
}

run "nobody_outside_can_read_it_and_nobody_without_tls" {
  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this.block_public_acls, aws_s3_bucket_public_access_block.this.block_public_policy,
      aws_s3_bucket_public_access_block.this.ignore_public_acls, aws_s3_bucket_public_access_block.this.restrict_public_buckets,
      one(aws_s3_bucket_ownership_controls.this.rule).object_ownership == "BucketOwnerEnforced",
    ])
    error_message = "The bucket could be made public."
  }

  assert {
    condition = one(jsondecode(aws_s3_bucket_policy.this.policy).Statement) == {
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }
    error_message = "The bucket answers requests without TLS."
  }
}

run "it_empties_itself" {
  assert {
    condition     = output.expires_after_days == 30 && one(one(aws_s3_bucket_lifecycle_configuration.this.rule).noncurrent_version_expiration).noncurrent_days == 2 && one(one(aws_s3_bucket_lifecycle_configuration.this.rule).abort_incomplete_multipart_upload).days_after_initiation == 2
    error_message = "Objects, replaced versions or unfinished uploads stay for longer than asked for."
  }

  assert {
    condition     = !aws_s3_bucket.this.force_destroy
    error_message = "A bucket with objects in it could be destroyed unasked."
  }
}

run "a_name_with_capitals_is_refused" {
  command         = plan
  expect_failures = [var.name]
  variables {
    name = "Shop"
  }
}

run "a_key_by_its_alias_is_refused" {
  command         = plan
  expect_failures = [var.kms_key_arn]
  variables {
    kms_key_arn = "alias/shop"
  }
}

run "keeping_for_less_than_a_day_is_refused" {
  command         = plan
  expect_failures = [var.expires_after_days, var.superseded_after_days]
  variables {
    expires_after_days    = 0
    superseded_after_days = 0.5
  }
}
