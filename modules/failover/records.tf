# The alias of the public name in this region's role. evaluate_target_health stays off: for an API Gateway domain it
# says nothing about the API behind it (Route 53 developer guide), the health check does.

resource "aws_route53_record" "public" {
  zone_id         = var.hosted_zone_id
  name            = var.domain_names.public
  type            = "A"
  set_identifier  = local.region
  health_check_id = local.serving_health_check_id

  failover_routing_policy {
    type = var.role
  }

  alias {
    name                   = var.domain_targets.public.domain_name
    zone_id                = var.domain_targets.public.zone_id
    evaluate_target_health = false
  }
}

# Says to which region clients are led: a CNAME names it, where the aliases' addresses do not. It carries the same
# health checks, so both change together; the latch (./modules/stop-switch) reads it.
resource "aws_route53_record" "active" {
  zone_id         = var.hosted_zone_id
  name            = var.domain_names.active
  type            = "CNAME"
  ttl             = 5
  records         = [var.domain_names.regional]
  set_identifier  = local.region
  health_check_id = local.serving_health_check_id

  failover_routing_policy {
    type = var.role
  }
}

# The region's own name always leads to the region, healthy or not: that is what is checked.
resource "aws_route53_record" "regional" {
  zone_id = var.hosted_zone_id
  name    = var.domain_names.regional
  type    = "A"

  alias {
    name                   = var.domain_targets.regional.domain_name
    zone_id                = var.domain_targets.regional.zone_id
    evaluate_target_health = false
  }
}
