resource "aws_route53_health_check" "endpoint" {
  type              = "HTTPS"
  fqdn              = var.domain_names.regional
  port              = 443
  resource_path     = var.health_check.path
  request_interval  = var.health_check.interval_seconds
  failure_threshold = var.health_check.failure_threshold
  regions           = var.health_check.checker_regions
  measure_latency   = true

  # API Gateway serves each custom domain's certificate by the name in the TLS handshake.
  enable_sni = true

  tags = merge(var.tags, { Name = "${var.name}-${local.region}" })

  lifecycle {
    # The interval cannot be changed in place: the record must have the new check before the old one goes.
    create_before_destroy = true
  }
}

# Inverted: "stopped":true makes it unhealthy, and everything else (an error, no answer, a DR region that is not
# deployed yet) leaves the primary region in service. Its settings are no inputs: a new inverted check is unhealthy
# until the checkers have looked (Route 53 developer guide), so replacing it would move every client.
resource "aws_route53_health_check" "stop" {
  count = var.stop_switch == null ? 0 : 1

  type               = "HTTPS_STR_MATCH"
  fqdn               = var.stop_switch.host_name
  port               = 443
  resource_path      = var.stop_switch.path
  search_string      = "\"stopped\":true"
  invert_healthcheck = true
  request_interval   = local.stop.interval_seconds
  failure_threshold  = local.stop.failure_threshold
  regions            = var.health_check.checker_regions
  enable_sni         = true

  tags = merge(var.tags, { Name = "${var.name}-stop" })
}

# Serves clients: the endpoint answers, and nobody stopped it.
resource "aws_route53_health_check" "in_service" {
  count = var.stop_switch == null ? 0 : 1

  type                   = "CALCULATED"
  child_healthchecks     = [aws_route53_health_check.endpoint.id, aws_route53_health_check.stop[0].id]
  child_health_threshold = 2

  tags = merge(var.tags, { Name = "${var.name}-${local.region}-in-service" })
}
