# Each validation has a value here that it alone refuses.

mock_provider "aws" {}

variables {
  name                  = "shop"
  runbook_base_url      = "https://example.com/runbooks"
  smoke_token_parameter = { name = "/shop/token" }
  source_repository     = { connection_arn = "arn:aws:codeconnections:eu-west-1:123456789012:connection/1", repository = "example/shop" }

  stages = [
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

run "values_that_do_not_hold_are_refused" {
  command = plan

  variables {
    artifact_retention_days = 45
    # Deprecated in May 2023.
    build_image = "aws/codebuild/amazonlinux2-x86_64-standard:3.0"
    name        = "Shop"
    # A runbook nobody can open.
    runbook_base_url = "docs/runbooks"
    # IAM knows no aliases as resources.
    smoke_token_parameter = { name = "/shop/token", key_arn = "arn:aws:kms:eu-west-1:123456789012:alias/shop" }
    source_repository     = { connection_arn = "arn:aws:codeconnections:eu-west-1:123456789012:connection/1", repository = "shop" }
    # One outage would take both states.
    state_buckets = { primary = { bucket = "one", region = "eu-west-1" }, dr = { bucket = "two", region = "eu-west-1" } }
  }

  expect_failures = [var.artifact_retention_days, var.build_image, var.name, var.runbook_base_url, var.smoke_token_parameter, var.source_repository, var.state_buckets]
}

run "a_deployment_that_nobody_approves_is_refused" {
  command = plan

  variables {
    stages = [
      { name = "Plan", buildspec = "plan.yml", access = "read" },
      { name = "DeployDr", buildspec = "deploy.yml", access = "deploy", variables = { ENV = "dr" } },
      { name = "ProveDr", buildspec = "prove.yml", access = "prove", variables = { ENV = "dr" } },
      { name = "Approve" },
    ]
  }

  expect_failures = [var.stages]
}

run "a_deployment_that_was_not_planned_is_refused" {
  command = plan

  variables {
    stages = [
      { name = "Approve" },
      { name = "DeployDr", buildspec = "deploy.yml", access = "deploy", variables = { ENV = "dr" } },
      { name = "ProveDr", buildspec = "prove.yml", access = "prove", variables = { ENV = "dr" } },
      { name = "Plan", buildspec = "plan.yml", access = "read" },
    ]
  }

  expect_failures = [var.stages]
}

run "the_primary_region_first_is_refused" {
  command = plan

  variables {
    stages = [
      { name = "Plan", buildspec = "plan.yml", access = "read" },
      { name = "Approve" },
      { name = "DeployPrimary", buildspec = "deploy.yml", access = "deploy", variables = { ENV = "primary" } },
      { name = "ProvePrimary", buildspec = "prove.yml", access = "prove", variables = { ENV = "primary" } },
    ]
  }

  expect_failures = [var.stages]
}

run "a_deployment_that_is_not_proven_is_refused" {
  command = plan

  variables {
    stages = [
      { name = "Plan", buildspec = "plan.yml", access = "read" },
      { name = "Approve" },
      { name = "DeployDr", buildspec = "deploy.yml", access = "deploy", variables = { ENV = "dr" } },
    ]
  }

  expect_failures = [var.stages]
}

run "an_unknown_access_is_refused" {
  command = plan

  variables {
    stages = [
      { name = "Look", buildspec = "look.yml", access = "admin" },
      { name = "Plan", buildspec = "plan.yml", access = "read" },
      { name = "Approve" },
      { name = "DeployDr", buildspec = "deploy.yml", access = "deploy", variables = { ENV = "dr" } },
      { name = "ProveDr", buildspec = "prove.yml", access = "prove", variables = { ENV = "dr" } },
    ]
  }

  expect_failures = [var.stages]
}

run "two_stages_of_one_name_are_refused" {
  command = plan

  variables {
    stages = [
      { name = "Plan", buildspec = "plan.yml", access = "read" },
      { name = "Plan" },
      { name = "DeployDr", buildspec = "deploy.yml", access = "deploy", variables = { ENV = "dr" } },
      { name = "ProveDr", buildspec = "prove.yml", access = "prove", variables = { ENV = "dr" } },
    ]
  }

  expect_failures = [var.stages]
}
