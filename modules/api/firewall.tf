# A module of its own because its tests are slow: the web ACL's schema is the provider's largest.

module "firewall" {
  source = "./modules/firewall"

  name                 = var.name
  requests_per_address = var.waf.requests_per_address
  kms_key_arn          = var.kms_key_arn
  log_retention_days   = var.log_retention_days
  tags                 = var.tags
}

resource "aws_wafv2_web_acl_association" "stage" {
  resource_arn = aws_api_gateway_stage.live.arn
  web_acl_arn  = module.firewall.web_acl_arn
}
