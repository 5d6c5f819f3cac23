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
