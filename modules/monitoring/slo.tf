# Alarms on how fast the error budget is spent, after "Alerting on SLOs" (SRE Workbook, chapter 5): an alert is raised
# when both a long and a short window spend it at least at the alert's burn rate. The long window shows that it matters,
# the short one that it is still going on, so the alert ends soon after the fault. See docs/decisions/0090.
locals {
  # burn rate = share of the budget / share of the budget's period that the long window is. Rounded to a millionth, as
  # the thresholds are to a billionth: neither 0.02 nor 1 - 0.9999 is a round number in binary.
  burn_rates = {
    for alert, windows in var.slo.alerts :
    alert => floor(windows.budget_share * var.slo.period_days * 86400 / windows.long_seconds * 1000000 + 0.5) / 1000000
  }

  # Each objective: how much of the requests may be bad, and the share that is, by metric math. A long window's share
  # counts only from minimum_bad_requests on: at night one failed request would be a great share of the traffic.
  objectives = {
    availability = {
      objective = var.slo.availability
      what      = "requests fail with 5xx"
      share     = "failed / requests"
      count     = "failed"
      metrics = {
        failed   = merge(local.api_metrics["5XXError"], { stat = "Sum" })
        requests = merge(local.api_metrics["Count"], { stat = "Sum" })
      }
    }
    latency = {
      objective = var.slo.latency.objective
      what      = "requests take longer than ${var.slo.latency.within_ms} ms"
      # PR is a percentile rank: the percentage of values in a range (CloudWatch user guide, "Statistics definitions").
      share = "(100 - fast) / 100"
      count = "(100 - fast) / 100 * requests"
      metrics = {
        fast     = merge(local.api_metrics["Latency"], { stat = "PR(:${var.slo.latency.within_ms})" })
        requests = merge(local.api_metrics["Latency"], { stat = "SampleCount" })
      }
    }
  }

  # What an objective leaves over.
  allowed_shares = { for name, objective in local.objectives : name => floor((1 - objective.objective) * 1000000000 + 0.5) / 1000000000 }

  slo_alerts = merge([
    for name, objective in local.objectives : {
      for alert, windows in var.slo.alerts :
      "slo-${name}-${alert}" => {
        objective = objective
        windows   = windows
        runbook   = "slo#slo-${name}"
        burn_rate = local.burn_rates[alert]
        threshold = floor(local.burn_rates[alert] * local.allowed_shares[name] * 1000000000 + 0.5) / 1000000000
        seconds   = { long = windows.long_seconds, short = windows.short_seconds }

        words = {
          for window, seconds in { long = windows.long_seconds, short = windows.short_seconds } :
          window => seconds < 3600 ? "${seconds / 60} minutes" : seconds == 3600 ? "hour" : "${seconds / 3600} hours"
        }
      }
    }
  ]...)

  # One period is the whole window: an average over it, which a number of shorter periods would not be. CloudWatch takes
  # a window of up to 7 days when the period is an hour or longer, of up to a day otherwise (PutMetricAlarm, Period).
  slo_alarms = merge([
    for key, alert in local.slo_alerts : {
      for window, seconds in alert.seconds :
      "${key}-${window}" => {
        severity   = alert.windows.severity
        runbook    = alert.runbook
        summary    = "Over the last ${alert.words[window]} so many ${alert.objective.what} that the error budget is spent ${alert.burn_rate} times as fast as it may be; this is one of two windows, and the alarm ${var.name}-${key} acts on both"
        silence    = local.no_requests
        acts       = false
        period     = seconds
        periods    = 1
        breaching  = 1
        comparison = "GreaterThanOrEqualToThreshold"
        threshold  = alert.threshold
        expression = window == "short" ? alert.objective.share : "IF(${alert.objective.count} >= ${var.slo.minimum_bad_requests}, ${alert.objective.share}, 0)"
        metrics    = alert.objective.metrics
      }
    }
  ]...)

  composite_alarms = {
    for key, alert in local.slo_alerts : key => {
      severity = alert.windows.severity
      runbook  = alert.runbook
      summary  = "Over the last ${alert.words.long}, and still over the last ${alert.words.short}, so many ${alert.objective.what} that the error budget of ${var.slo.period_days} days (objective ${alert.objective.objective * 100} %) is spent ${alert.burn_rate} times as fast as it may be"
      silence  = local.no_requests
    }
  }
}

resource "aws_cloudwatch_composite_alarm" "slo" {
  for_each = local.composite_alarms

  alarm_name        = "${var.name}-${each.key}"
  alarm_description = local.descriptions[each.key]
  alarm_actions     = local.actions[each.value.severity]
  ok_actions        = local.actions[each.value.severity]
  tags              = local.alarm_tags[each.key]

  alarm_rule = join(" AND ", [
    for window in ["long", "short"] : "ALARM(\"${aws_cloudwatch_metric_alarm.this["${each.key}-${window}"].alarm_name}\")"
  ])
}
