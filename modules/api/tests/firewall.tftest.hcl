mock_provider "aws" {
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:aws-waf-logs-shop" }
  }
  mock_resource "aws_wafv2_web_acl" {
    defaults = { arn = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/shop/11111111-2222-3333-4444-555555555555" }
  }
}

variables {
  name                 = "shop"
  requests_per_address = 10000
  kms_key_arn          = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  log_retention_days   = 365
  tags                 = {}
}

run "the_firewall_refuses_known_attacks_and_floods" {
  module {
    source = "./modules/firewall"
  }

  assert {
    condition = toset(flatten([for rule in aws_wafv2_web_acl.this.rule : [for statement in rule.statement : statement.managed_rule_group_statement[*].name]])) == toset([
      "AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesCommonRuleSet",
    ])
    error_message = "The managed rules must cover the common attacks, known bad inputs (Log4j among them) and bad addresses."
  }
  assert {
    condition = one(flatten([
      for rule in aws_wafv2_web_acl.this.rule : [for statement in rule.statement : statement.rate_based_statement[*].limit]
    ])) == 10000
    error_message = "One address must not send more than the limit."
  }
  assert {
    condition     = startswith(aws_cloudwatch_log_group.waf.name, "aws-waf-logs-") && aws_wafv2_web_acl_logging_configuration.this.redacted_fields[0].single_header[0].name == "authorization"
    error_message = "The firewall's log must have the name that AWS demands, and no tokens in it."
  }
}
