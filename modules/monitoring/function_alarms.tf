locals {
  # Traffic through an alias is counted under the alias as well; watching the alias leaves out
  # test invocations of $LATEST.
  function_dimensions = {
    for label, function in var.functions : label => merge(
      { FunctionName = function.name },
      function.alias == null ? {} : { Resource = "${function.name}:${function.alias}" },
    )
  }

  no_invocations = "Without data the function did not run, so nothing of it failed."

  alarms_of_each_function = merge([
    for label, function in var.functions : {
      # A crash or a time-out. Customers' share of it shows in the SLO's alarms, so this one can wait for the morning.
      "lambda-${label}-errors" = {
        severity = "ticket"
        runbook  = "lambda#lambda-errors"
        summary  = "Function ${function.name} crashes or runs into its time-out"
        silence  = local.no_invocations
        metric   = { namespace = "AWS/Lambda", name = "Errors", dimensions = local.function_dimensions[label], stat = "Sum" }
      }
      "lambda-${label}-throttles" = {
        severity = function.severity
        runbook  = "lambda#lambda-throttles"
        summary  = "Function ${function.name} is throttled: its concurrency is used up and requests are refused"
        silence  = local.no_invocations
        metric   = { namespace = "AWS/Lambda", name = "Throttles", dimensions = local.function_dimensions[label], stat = "Sum" }
      }
      # Concurrency is reserved for a function, not for an alias of it.
      "lambda-${label}-concurrency" = {
        severity   = function.severity
        runbook    = "lambda#lambda-concurrency"
        summary    = "Function ${function.name} uses ${var.thresholds.concurrency_share * 100} % of the ${function.reserved_concurrency} executions that are reserved for it; at 100 % requests are refused"
        silence    = local.no_invocations
        metric     = { namespace = "AWS/Lambda", name = "ConcurrentExecutions", dimensions = { FunctionName = function.name }, stat = "Maximum" }
        comparison = "GreaterThanOrEqualToThreshold"
        threshold  = ceil(function.reserved_concurrency * var.thresholds.concurrency_share)
      }
    }
  ]...)

  function_alarms = merge(local.alarms_of_each_function, {
    lambda-account-concurrency = {
      severity   = "page"
      runbook    = "lambda#lambda-account-concurrency"
      summary    = "All functions of the account together use ${var.thresholds.concurrency_share * 100} % of its quota of ${var.account_concurrency} executions in ${local.region}; at 100 % functions without a reservation are refused"
      silence    = "Without data no function of the account ran."
      metric     = { namespace = "AWS/Lambda", name = "ConcurrentExecutions", dimensions = null, stat = "Maximum" }
      comparison = "GreaterThanOrEqualToThreshold"
      threshold  = ceil(var.account_concurrency * var.thresholds.concurrency_share)
    }
  })
}
