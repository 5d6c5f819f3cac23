locals {
  api_dimensions = { ApiName = var.api.name, Stage = var.api.stage }
  no_requests    = "Without data no request came, which is no fault of the API: the canary and the endpoint's alarm tell when nobody can reach it."

  api_metrics = {
    for name in ["4XXError", "5XXError", "Count", "IntegrationLatency", "Latency"] :
    name => { namespace = "AWS/ApiGateway", name = name, dimensions = local.api_dimensions }
  }

  api_alarms = {
    # The seed's alarm: average latency over 500 ms in each of three minutes.
    api-latency = {
      severity  = "page"
      runbook   = "api#api-latency"
      summary   = "The API answers slower than ${var.thresholds.api_latency_ms} ms on average for three periods in a row"
      silence   = local.no_requests
      metric    = merge(local.api_metrics["Latency"], { stat = "Average" })
      breaching = 3
      threshold = var.thresholds.api_latency_ms
    }
    # A burst shows here an hour before it has cost the error budget what the SLO's alarms page for. The average of
    # 5XXError is the share of requests that failed.
    api-5xx = {
      severity  = "page"
      runbook   = "api#api-5xx"
      summary   = format("More than %.3g %% of the API's requests fail with 5xx", var.thresholds.api_5xx_share * 100)
      silence   = local.no_requests
      metric    = merge(local.api_metrics["5XXError"], { stat = "Average" })
      threshold = var.thresholds.api_5xx_share
    }
    # What is in the table is wrong, although every request is answered: a bad deployment or a bad import.
    "implausible-products-${local.region}" = {
      severity   = "page"
      runbook    = "data-corruption#implausible-products"
      summary    = "The API answered with, or was sent, ${var.thresholds.implausible_products} or more products in a minute that break the catalogue's rules: the data is being corrupted"
      silence    = "Without data no implausible product was seen."
      metric     = merge(var.implausible_products_metric, { stat = "Sum" })
      period     = 60
      periods    = 1
      breaching  = 1
      comparison = "GreaterThanOrEqualToThreshold"
      threshold  = var.thresholds.implausible_products
    }
  }
}
