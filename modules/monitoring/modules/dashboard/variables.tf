variable "name" {
  description = "The dashboard's name. Dashboards are global: an account has one of a name, whatever the region."
  type        = string
  nullable    = false
}

variable "region" {
  description = "The region whose metrics a widget or a series shows that does not name another."
  type        = string
  nullable    = false
}

variable "sections" {
  description = <<-EOT
    What the dashboard shows, from top to bottom. A section's widgets fill rows of `columns` from left to right.

    A widget of kind "metric" draws `series`, one of kind "alarm" the states of `alarm_arns`. A series is a metric
    (`namespace`, `metric`, `dimensions` as a list of [name, value]) or metric math (`expression`). `limits` are drawn as
    horizontal lines. What is left out is left to CloudWatch: average, an automatic period, the dashboard's time range.
  EOT
  type = list(object({
    title   = optional(string)
    columns = optional(number, 3)
    height  = optional(number, 6)
    widgets = list(object({
      title      = string
      kind       = optional(string, "metric")
      view       = optional(string, "timeSeries")
      stat       = optional(string)
      period     = optional(number)
      start      = optional(string)
      end        = optional(string)
      whole      = optional(bool)
      stacked    = optional(bool)
      unit       = optional(string)
      minimum    = optional(number)
      maximum    = optional(number)
      alarm_arns = optional(list(string), [])
      limits     = optional(list(object({ label = string, value = number, color = optional(string) })), [])
      series = optional(list(object({
        namespace  = optional(string)
        metric     = optional(string)
        dimensions = optional(list(list(string)), [])
        expression = optional(string)
        id         = optional(string)
        label      = optional(string)
        stat       = optional(string)
        period     = optional(number)
        region     = optional(string)
        visible    = optional(bool)
        color      = optional(string)
      })), [])
    }))
  }))
  nullable = false

  validation {
    condition     = length(var.sections) > 0 && alltrue([for section in var.sections : length(section.widgets) > 0])
    error_message = "sections: a dashboard has at least one, and each has at least one widget."
  }

  validation {
    condition     = alltrue([for section in var.sections : contains([1, 2, 3, 4, 6], section.columns)])
    error_message = "sections: columns is 1, 2, 3, 4 or 6, a divisor of the dashboard's 24 units."
  }

  validation {
    condition = alltrue(flatten([
      for section in var.sections : [for widget in section.widgets : contains(["metric", "alarm"], widget.kind)]
    ]))
    error_message = "sections: the kind of a widget is \"metric\" or \"alarm\"."
  }

  validation {
    condition = alltrue(flatten([
      for section in var.sections : [
        for widget in section.widgets : [
          for series in widget.series : (series.expression == null) == (series.namespace != null && series.metric != null)
        ]
      ]
    ]))
    error_message = "sections: a series is either a metric (namespace and metric) or an expression."
  }
}
