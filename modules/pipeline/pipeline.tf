# Source, then the stages in the order in which they were given. Executions queue: a release is never overtaken by the
# next one half-way through the regions.

resource "aws_codepipeline" "this" {
  name           = local.pipeline_name
  pipeline_type  = "V2"
  execution_mode = "QUEUED"
  role_arn       = aws_iam_role.pipeline.arn
  tags           = var.tags

  artifact_store {
    type     = "S3"
    location = module.artifacts.name

    encryption_key {
      type = "KMS"
      id   = aws_kms_key.pipeline.arn
    }
  }

  stage {
    name = "Source"

    action {
      name             = "Source"
      category         = "Source"
      owner            = "AWS"
      provider         = "CodeStarSourceConnection"
      version          = "1"
      output_artifacts = ["source"]

      # A full clone: a release notes its commit, and the way back may need the one before.
      configuration = {
        ConnectionArn        = var.source_repository.connection_arn
        FullRepositoryId     = var.source_repository.repository
        BranchName           = var.source_repository.branch
        DetectChanges        = "true"
        OutputArtifactFormat = "CODEBUILD_CLONE_REF"
      }
    }
  }

  dynamic "stage" {
    for_each = var.stages

    content {
      name = stage.value.name

      action {
        name            = stage.value.name
        category        = stage.value.buildspec == null ? "Approval" : "Build"
        owner           = "AWS"
        provider        = stage.value.buildspec == null ? "Manual" : "CodeBuild"
        version         = "1"
        input_artifacts = stage.value.buildspec == null ? [] : ["source"]

        configuration = stage.value.buildspec == null ? {
          NotificationArn = aws_sns_topic.pipeline.arn
          CustomData      = "Read the plans in the log of the stage before, then approve: the DR region comes first."
          } : {
          ProjectName          = aws_codebuild_project.stage[stage.value.name].name
          EnvironmentVariables = jsonencode([for name, value in stage.value.variables : { name = name, value = value, type = "PLAINTEXT" } if value != ""])
        }
      }
    }
  }
}
