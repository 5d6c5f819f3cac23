data "aws_region" "current" {}

locals {
  region = data.aws_region.current.name

  # A checker waits up to 4 s for the connection and 2 s for the answer (Route 53 developer guide), so each of the
  # failing checks in a row may take interval + 6 s. Aliases of API Gateway domains are answered with a TTL of 60 s.
  answer_seconds    = 6
  alias_ttl_seconds = 60

  # The switch moves clients a round later than it could, so that one lost round moves nobody back.
  stop = { interval_seconds = 10, failure_threshold = 2 }

  # The standby has no switch: its endpoint alone decides.
  serving_health_check_id = coalesce(one(aws_route53_health_check.in_service[*].id), aws_route53_health_check.endpoint.id)

  worst_case_stop_seconds      = local.stop.failure_threshold * (local.stop.interval_seconds + local.answer_seconds)
  worst_case_detection_seconds = var.health_check.failure_threshold * (var.health_check.interval_seconds + local.answer_seconds)
  worst_case_seconds = {
    detection = local.worst_case_detection_seconds
    rto       = local.worst_case_detection_seconds + local.alias_ttl_seconds
    stop      = local.worst_case_stop_seconds + local.alias_ttl_seconds
  }
}
