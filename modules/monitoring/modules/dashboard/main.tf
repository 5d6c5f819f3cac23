# Turns typed sections into the JSON of a dashboard (CloudWatch API Reference, "Dashboard Body Structure and Syntax").
# Everything follows from the input in its order, so the same input is the same JSON.
locals {
  width = 24

  title_heights = [for section in var.sections : section.title == null ? 0 : 1]

  # Where a section begins: below the titles and the rows of all sections above it.
  section_heights = [
    for number, section in var.sections : local.title_heights[number] + ceil(length(section.widgets) / section.columns) * section.height
  ]
  section_tops = [for number in range(length(var.sections)) : sum(concat([0], slice(local.section_heights, 0, number)))]

  titles = [
    for number, section in var.sections : [
      for title in compact([section.title]) : {
        type       = "text"
        x          = 0
        y          = local.section_tops[number]
        width      = local.width
        height     = local.title_heights[number]
        properties = { markdown = "## ${title}" }
      }
    ]
  ]

  # A metric in full: namespace, name, and the dimensions' names and values in turn.
  paths = [
    for section in var.sections : [
      for widget in section.widgets : [
        for series in widget.series : [
          for part in concat([series.namespace, series.metric], flatten(series.dimensions)) : part if series.expression == null
        ]
      ]
    ]
  ]

  # What equals the metric above it is written as ".", as people write dashboards.
  short_paths = [
    for section in local.paths : [
      for widget in section : [
        for row, path in widget : [
          for column, part in path :
          row > 0 && length(path) == length(widget[max(row - 1, 0)]) ? (part == widget[max(row - 1, 0)][column] ? "." : part) : part
        ]
      ]
    ]
  ]

  series_options = [
    for section in var.sections : [
      for widget in section.widgets : [
        for series in widget.series : {
          for name, value in {
            expression = series.expression
            id         = series.id
            label      = series.label
            stat       = series.stat
            period     = series.period
            region     = series.region
            visible    = series.visible
            color      = series.color
          } : name => value if value != null
        }
      ]
    ]
  ]

  properties = [
    for s, section in var.sections : [
      for w, widget in section.widgets : {
        for name, value in {
          title   = widget.title
          view    = widget.kind == "metric" ? widget.view : null
          region  = widget.kind == "metric" ? var.region : null
          stat    = widget.stat
          period  = widget.period
          start   = widget.start
          end     = widget.end
          stacked = widget.stacked
          alarms  = widget.kind == "alarm" ? widget.alarm_arns : null

          setPeriodToTimeRange = widget.whole

          yAxis = widget.unit == null && widget.minimum == null && widget.maximum == null ? null : {
            left = {
              for key, setting in {
                label     = widget.unit
                min       = widget.minimum
                max       = widget.maximum
                showUnits = widget.unit == null ? null : false
              } : key => setting if setting != null
            }
          }

          annotations = length(widget.limits) == 0 ? null : {
            horizontal = [for limit in widget.limits : { for key, setting in limit : key => setting if setting != null }]
          }

          metrics = widget.kind != "metric" ? null : [
            for row, path in local.short_paths[s][w] :
            concat(path, [for options in [local.series_options[s][w][row]] : options if length(options) > 0])
          ]
        } : name => value if value != null
      }
    ]
  ]

  widgets = [
    for s, section in var.sections : [
      for w, widget in section.widgets : {
        type       = widget.kind
        x          = w % section.columns * (local.width / section.columns)
        y          = local.section_tops[s] + local.title_heights[s] + floor(w / section.columns) * section.height
        width      = local.width / section.columns
        height     = section.height
        properties = local.properties[s][w]
      }
    ]
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({ widgets = flatten([for number, title in local.titles : [title, local.widgets[number]]]) })
}
