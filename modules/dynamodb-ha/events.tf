locals {
  now = plantimestamp()

  # An index without limits of its own takes the table's: the surge hits both.
  event_limits = {
    for name, event in var.events : name => {
      for target, limits in {
        for target, usual in local.usual_limits : target => (
          usual.index == null
          ? event[usual.kind]
          : try(event.indexes[usual.index][usual.kind], null) != null
          ? event.indexes[usual.index][usual.kind]
          : var.global_secondary_indexes[usual.index].sparse ? null : event[usual.kind]
        )
      } : target => limits if limits != null
    }
  }

  events_now = [
    for name, event in var.events : name
    if timecmp(event.starts_at, local.now) <= 0 && timecmp(local.now, event.ends_at) < 0
  ]

  limits_now = merge([for name in local.events_now : local.event_limits[name]]...)

  # Only what lies ahead: AWS refuses a one-time action in the past.
  event_edges = flatten([
    for name, event in var.events : [
      for target, limits in local.event_limits[name] : [
        {
          name     = "${name}-start"
          target   = target
          at       = event.starts_at
          baseline = limits.baseline
          maximum  = limits.maximum
        },
        {
          name     = "${name}-end"
          target   = target
          at       = event.ends_at
          baseline = local.usual_limits[target].baseline
          maximum  = local.usual_limits[target].maximum
        },
      ]
    ] if local.provisioned
  ])

  scheduled_actions = {
    for edge in local.event_edges : "${edge.name}/${edge.target}" => edge
    if timecmp(local.now, edge.at) < 0
  }
}
