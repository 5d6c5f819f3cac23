# The dashboard of both regions.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111111111111" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

variables {
  name          = "techmoda"
  regions       = ["us-east-1", "us-west-2"]
  api_name      = "techmoda-api"
  function_name = "techmoda-products"
  table_name    = "techmoda-products"
  availability  = 0.9999
  alarm_names   = ["techmoda-endpoint-down"]

  regional_alarm_names = { us-west-2 = ["techmoda-failed-over"] }
  canary               = { namespace = "TechModa/Canary", service = "canary", targets = ["public"] }
}

run "it_shows_both_regions_side_by_side" {
  module {
    source = "./modules/global-dashboard"
  }

  assert {
    condition     = output.name == "techmoda-global"
    error_message = "One dashboard in the account."
  }

  assert {
    condition = [
      for metric in [for widget in jsondecode(module.dashboard.body).widgets : widget.properties.metrics if strcontains(jsonencode(widget), "Requests a minute")][0] : metric[4].region
    ] == ["us-east-1", "us-west-2"]
    error_message = "Each region's requests."
  }

  assert {
    condition = [
      for widget in jsondecode(module.dashboard.body).widgets : widget.properties.alarms if widget.type == "alarm"
      ] == [
      ["arn:aws:cloudwatch:us-east-1:111111111111:alarm:techmoda-endpoint-down"],
      ["arn:aws:cloudwatch:us-west-2:111111111111:alarm:techmoda-endpoint-down", "arn:aws:cloudwatch:us-west-2:111111111111:alarm:techmoda-failed-over"],
    ]
    error_message = "Each region's alarms, and those that only one of them has."
  }
}

run "one_region_is_refused" {
  command = plan

  module {
    source = "./modules/global-dashboard"
  }

  variables {
    regions = ["us-east-1", "us-east-1"]
  }

  expect_failures = [var.regions]
}

run "alarms_of_a_third_region_are_refused" {
  command = plan

  module {
    source = "./modules/global-dashboard"
  }

  variables {
    regional_alarm_names = { eu-west-1 = ["techmoda-failed-over"] }
  }

  expect_failures = [var.regional_alarm_names]
}

run "an_objective_of_all_requests_is_refused" {
  command = plan

  module {
    source = "./modules/global-dashboard"
  }

  variables {
    availability = 1
  }

  expect_failures = [var.availability]
}
