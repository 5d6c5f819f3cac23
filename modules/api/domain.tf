locals {
  validation_options = { for option in aws_acm_certificate.this.domain_validation_options : option.domain_name => option }
}

resource "aws_acm_certificate" "this" {
  domain_name               = var.domain_names.public
  subject_alternative_names = [var.domain_names.regional]
  validation_method         = "DNS"
  tags                      = merge(var.tags, { Name = var.domain_names.public })

  lifecycle {
    create_before_destroy = true
  }
}

# ACM asks the same record of every certificate for one name in one account, so both regions write that of the
# public name: allow_overwrite.
resource "aws_route53_record" "certificate_validation" {
  for_each = toset(values(var.domain_names))

  allow_overwrite = true
  zone_id         = var.hosted_zone_id
  name            = local.validation_options[each.key].resource_record_name
  type            = local.validation_options[each.key].resource_record_type
  records         = [local.validation_options[each.key].resource_record_value]
  ttl             = 60
}

# Waits for ACM, not for the records: ACM looks them up by itself, and waiting first until Route 53 has them
# everywhere would only add half a minute to every rebuild of a region.
resource "aws_acm_certificate_validation" "this" {
  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = values(local.validation_options)[*].resource_record_name
}

resource "aws_api_gateway_domain_name" "this" {
  for_each = var.domain_names

  domain_name              = each.value
  regional_certificate_arn = aws_acm_certificate_validation.this.certificate_arn
  security_policy          = "TLS_1_2"

  endpoint_configuration {
    types = ["REGIONAL"]
  }

  tags = var.tags
}

resource "aws_api_gateway_base_path_mapping" "this" {
  for_each = aws_api_gateway_domain_name.this

  api_id      = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.live.stage_name
  domain_name = each.value.domain_name
  base_path   = var.base_path
}
