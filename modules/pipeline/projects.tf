# One CodeBuild project for each stage with a buildspec, with the role of its access.

resource "aws_cloudwatch_log_group" "build" {
  #checkov:skip=CKV_AWS_338:How long is the caller's choice; a build's log has no use once its release is replaced.
  for_each = local.builds

  name              = "/aws/codebuild/${local.pipeline_name}-${each.key}"
  retention_in_days = var.artifact_retention_days
  kms_key_id        = aws_kms_key.pipeline.arn
  tags              = var.tags
}

resource "aws_codebuild_project" "stage" {
  for_each = local.builds

  name                   = "${local.pipeline_name}-${each.key}"
  description            = "Stage ${each.key} of ${local.pipeline_name}: ${each.value.buildspec}"
  service_role           = aws_iam_role.stage[each.value.access].arn
  encryption_key         = aws_kms_key.pipeline.arn
  build_timeout          = 60
  queued_timeout         = 60
  concurrent_build_limit = 1
  tags                   = var.tags

  source {
    type      = "CODEPIPELINE"
    buildspec = each.value.buildspec
  }

  artifacts {
    type = "CODEPIPELINE"
  }

  # Kept on the build machines: the provider and Python packages; nothing that a build makes.
  cache {
    type  = "LOCAL"
    modes = ["LOCAL_CUSTOM_CACHE", "LOCAL_SOURCE_CACHE"]
  }

  environment {
    type         = "LINUX_CONTAINER"
    image        = var.build_image
    compute_type = "BUILD_GENERAL1_MEDIUM"

    dynamic "environment_variable" {
      for_each = var.terraform_inputs

      content {
        name  = "TF_VAR_${environment_variable.key}"
        value = environment_variable.value
      }
    }

    dynamic "environment_variable" {
      for_each = each.value.access == "prove" ? [var.smoke_token_parameter.name] : []

      content {
        name  = "HA_TOKEN"
        type  = "PARAMETER_STORE"
        value = environment_variable.value
      }
    }
  }

  logs_config {
    cloudwatch_logs {
      group_name = aws_cloudwatch_log_group.build[each.key].name
    }
  }
}
