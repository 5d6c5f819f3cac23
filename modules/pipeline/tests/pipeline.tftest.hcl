# What the pipeline is made of: the order of its stages, and that no role can do more than its stage needs.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }

  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555" }
  }

  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::artifacts" }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/shop-pipeline-x" }
  }

  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::123456789012:policy/shop-pipeline-x" }
  }

  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-west-1:123456789012:shop-pipeline" }
  }

  mock_resource "aws_codebuild_project" {
    defaults = { arn = "arn:aws:codebuild:eu-west-1:123456789012:project/shop-pipeline-x" }
  }
}

variables {
  name                  = "shop"
  runbook_base_url      = "https://example.com/runbooks"
  smoke_token_parameter = { name = "/shop/token" }
  source_repository     = { connection_arn = "arn:aws:codeconnections:eu-west-1:123456789012:connection/11111111-2222-3333-4444-555555555555", repository = "example/shop" }
  terraform_inputs      = { domain_name = "shop.example.com" }

  stages = [
    { name = "Validate", buildspec = "buildspec.yml", access = "none" },
    { name = "Plan", buildspec = "plan.yml", access = "read" },
    { name = "Approve" },
    { name = "DeployDr", buildspec = "deploy.yml", access = "deploy", variables = { ENV = "dr" } },
    { name = "ProveDr", buildspec = "prove.yml", access = "prove", variables = { ENV = "dr" } },
  ]

  state_buckets = {
    primary = { bucket = "state-one", region = "eu-west-1" }
    dr      = { bucket = "state-two", region = "eu-central-1" }
  }
}

run "the_stages_follow_the_source_in_their_order_and_releases_queue" {
  assert {
    condition     = aws_codepipeline.this.stage[*].name == tolist(["Source", "Validate", "Plan", "Approve", "DeployDr", "ProveDr"])
    error_message = "The stages are not in the order in which they were given."
  }

  assert {
    condition     = aws_codepipeline.this.stage[3].action[0].category == "Approval" && aws_codepipeline.this.execution_mode == "QUEUED"
    error_message = "Nobody is asked, or one release could overtake another."
  }

  assert {
    condition     = jsondecode(aws_codepipeline.this.stage[4].action[0].configuration.EnvironmentVariables) == [{ name = "ENV", value = "dr", type = "PLAINTEXT" }]
    error_message = "A deployment does not know its environment."
  }

  assert {
    condition     = length(aws_codebuild_project.stage) == 4 && aws_codebuild_project.stage["Plan"].source[0].buildspec == "plan.yml"
    error_message = "A stage has no project, or one with another buildspec."
  }
}

run "what_the_stages_hand_on_is_encrypted_and_expires" {
  assert {
    condition     = module.artifacts.kms_key_arn == aws_kms_key.pipeline.arn
    error_message = "Artifacts are not encrypted with the pipeline's key."
  }

  assert {
    condition     = module.artifacts.expires_after_days == 90
    error_message = "Artifacts do not expire."
  }

  assert {
    condition     = alltrue([for project in aws_codebuild_project.stage : project.encryption_key == aws_kms_key.pipeline.arn]) && alltrue([for group in aws_cloudwatch_log_group.build : group.kms_key_id == aws_kms_key.pipeline.arn])
    error_message = "A build's output or log is not encrypted with the pipeline's key."
  }
}

run "a_stage_has_the_role_of_its_access" {
  assert {
    condition     = toset(keys(aws_iam_role.stage)) == toset(["none", "read", "deploy", "prove"])
    error_message = "There is a role for another access than the stages have."
  }

  # Lambda's aliases, the locks of the states, and nothing else of a deployment can be changed by prove; by read only the locks.
  assert {
    condition = toset(flatten([for key, policy in aws_iam_policy.stage : [for statement in jsondecode(policy.policy).Statement : statement.Action if statement.Effect == "Allow" && !contains(["WriteOwnLog", "HandArtifactsOn", "UsePipelineKey", "CloneSource", "UseStateKeys", "ReadSmokeToken"], statement.Sid)] if startswith(key, "prove-")])) == toset(concat(
      flatten([for statement in yamldecode(file("${path.module}/policies/read.yaml")) : statement.Action]),
      ["lambda:UpdateAlias", "s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"],
    ))
    error_message = "Who proves a release can do something else than read, lock, and move aliases back."
  }

  assert {
    condition     = alltrue([for statement in local.state_read_statements : alltrue([for resource in statement.Resource : endswith(resource, ".tflock")]) if contains(statement.Action, "s3:PutObject")])
    error_message = "Who plans could write a state."
  }

  # A read is one by its name.
  assert {
    condition     = alltrue(flatten([for statement in local.read_statements : [for action in statement.Action : can(regex("^[a-z0-9-]+:(Describe|Get|List|Validate|GET$)", action))]]))
    error_message = "Among the reads is something that changes things."
  }
}

run "no_role_has_a_wildcard_action_and_every_resource_wildcard_is_listed" {
  assert {
    condition     = length(flatten([for policy in aws_iam_policy.stage : [for statement in jsondecode(policy.policy).Statement : [for action in statement.Action : action if strcontains(action, "*")]]])) == 0
    error_message = "A role has a wildcard action."
  }

  # Reads of setup know no single resource; keys and certificates have no ARN yet when they are asked for, and are held
  # to the tag Application; log deliveries and backup plans have no names of ours.
  assert {
    condition     = toset(flatten([for policy in aws_iam_policy.stage : [for statement in jsondecode(policy.policy).Statement : statement.Sid if contains(flatten([statement.Resource]), "*")]])) == toset(["ReadData", "ReadCompute", "ReadEdge", "MakeKeys", "AskForCertificates", "LogDeliveries", "BackupPlans"])
    error_message = "A statement reaches every resource and is not among those that must."
  }

  assert {
    condition     = alltrue([for policy in aws_iam_policy.stage : length(policy.policy) <= 6144])
    error_message = "A policy is longer than IAM takes."
  }

  assert {
    condition     = anytrue([for policy in aws_iam_policy.stage : anytrue([for statement in jsondecode(policy.policy).Statement : statement.Sid == "LeaveThePipelineAlone" && statement.Effect == "Deny"])])
    error_message = "A release could widen what a release may do."
  }
}

run "a_failed_stage_is_told_with_what_to_do" {
  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.failed_build : can(regex("Runbook: https://example.com/runbooks/bad-deployment.md#[a-z-]+$", alarm.alarm_description)) && length(alarm.alarm_actions) > 0])
    error_message = "An alarm tells nobody, or not what to do."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.failed_build["ProveDr"].tags["Severity"] == "page" && aws_cloudwatch_metric_alarm.failed_build["Plan"].tags["Severity"] == "ticket"
    error_message = "A release that was taken back must page; a plan that fails must not."
  }

  assert {
    condition     = length(aws_sns_topic_subscription.email) == 0
    error_message = "Nobody asked for mail."
  }
}
